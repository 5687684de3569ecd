// SPDX-License-Identifier: GPL-3.0-or-later
// Small pictures of samples: images as they are, points of the plane as a dot among others, vectors as bars.
// Any thread.
#pragma once

#include <QImage>
#include <QPointF>
#include <memory>
#include <optional>
#include <vector>

#include "core/data/dataset.h"

namespace tessera {

// What all thumbnails of a set share: the value range, and for planar data some points for the background.
struct ThumbnailScale {
    double low = 0, high = 1;
    double lowX = 0, highX = 1, lowY = 0, highY = 1;
    std::vector<QPointF> background;
};

// From evenly spaced samples (about 400): enough to draw by, and the same in every run.
Result<ThumbnailScale> thumbnailScale(const Dataset& data);

// `values`: one sample as Dataset::read gives it. Square, `side` pixels; images keep their own pixels if they
// are smaller.
QImage paintThumbnail(const Shape& shape, bool isImage, const float* values, const ThumbnailScale& scale,
                      int side);

// Pictures of the samples of one set: of the raw items behind the rows where it has them, else, and for an
// item that cannot be read, of the numbers. Any thread, one at a time.
class SamplePainter {
  public:
    explicit SamplePainter(std::shared_ptr<const Dataset> data)
        : data_(std::move(data)), items_(data_->items()) {}
    Result<QImage> thumbnail(std::int64_t sample, int side);

  private:
    std::shared_ptr<const Dataset> data_, items_;
    std::optional<ThumbnailScale> numberScale_, itemScale_;  // found when first needed
    std::vector<float> values_;
};

}  // namespace tessera
