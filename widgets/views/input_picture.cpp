// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/input_picture.h"

#include <algorithm>
#include <cmath>

namespace tessera {

Shape pictureShape(const Shape& modelInput, const Dataset* dataset) {
    const auto isPicture = [](const Shape& shape) {
        return shape.size() == 3 && (shape[0] == 1 || shape[0] == 3) && shape[1] > 1 && shape[2] > 1;
    };
    if (dataset && dataset->isImage() && isPicture(dataset->sampleShape()) &&
        elementCount(dataset->sampleShape()) == elementCount(modelInput))
        return dataset->sampleShape();
    return isPicture(modelInput) ? modelInput : Shape();
}

QImage inputPicture(const Eigen::VectorXd& input, const Shape& shape, const Normalisation& normalisation) {
    if (shape.size() != 3 || elementCount(shape) != input.size()) return {};
    Eigen::VectorXd values = input;
    denormalise(normalisation, shape, 1, values.data());
    const int height = static_cast<int>(shape[1]), width = static_cast<int>(shape[2]);
    const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(height) * width;
    QImage image(width, height, QImage::Format_RGB32);
    const auto byte = [](double value) {
        return static_cast<int>(std::lround(std::clamp(value, 0.0, 1.0) * 255));
    };
    for (int y = 0; y < height; ++y) {
        auto* pixels = reinterpret_cast<QRgb*>(image.scanLine(y));
        const double* row = values.data() + static_cast<std::ptrdiff_t>(y) * width;
        for (int x = 0; x < width; ++x)
            pixels[x] = shape[0] == 1 ? qRgb(byte(row[x]), byte(row[x]), byte(row[x]))
                                      : qRgb(byte(row[x]), byte(row[x + plane]), byte(row[x + 2 * plane]));
    }
    return image;
}

}  // namespace tessera
