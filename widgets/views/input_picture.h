// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <QImage>

#include "core/data/dataset.h"

namespace tessera {

// An input as the network takes it, back as a picture: grey or RGB, one pixel a value. Null if the shape is
// not an image's.
QImage inputPicture(const Eigen::VectorXd& input, const Shape& shape, const Normalisation& normalisation);
// {C, H, W} with one or three channels: from the data if they are images, else from the model.
Shape pictureShape(const Shape& modelInput, const Dataset* dataset);

}  // namespace tessera
