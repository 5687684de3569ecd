// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/arrangement.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tessera {

double Arrangement::boundaryLength() const {
    double length = 0;
    for (const auto& segment : boundary) length += (segment.b - segment.a).norm();
    return length;
}

Eigen::Vector2d Arrangement::centroid(std::int64_t face) const {
    double faceArea = 0;
    return centroid(face, faceArea);
}

Eigen::Vector2d Arrangement::centroid(std::int64_t face, double& faceArea) const {
    // Relative to the first corner, so that tiny faces keep their digits.
    const std::int32_t begin = faceBegin[face], end = faceBegin[face + 1];
    const Eigen::Vector2d base = vertices[faceVertices[begin]];
    Eigen::Vector2d weighted = Eigen::Vector2d::Zero(), plain = Eigen::Vector2d::Zero();
    double twice = 0;
    Eigen::Vector2d previous = vertices[faceVertices[begin + 1]] - base;
    plain += previous;
    for (std::int32_t i = begin + 2; i < end; ++i) {
        const Eigen::Vector2d next = vertices[faceVertices[i]] - base;
        const double part = previous.x() * next.y() - previous.y() * next.x();
        twice += part;
        weighted += part * (previous + next);
        plain += next;
        previous = next;
    }
    faceArea = twice / 2;
    const double scale = previous.squaredNorm() + plain.squaredNorm();
    if (!(twice > 1e-12 * scale)) return base + plain / (end - begin);  // a sliver: the mean of its corners
    return base + weighted / (3 * twice);
}

Eigen::VectorXd Arrangement::logitsOnFace(std::int64_t face, const Eigen::Vector2d& pointInSlice) const {
    const Eigen::Vector2d offset = pointInSlice - formOrigin;
    Eigen::VectorXd logits(outputs);
    const double* form = forms.data() + face * outputs * 3;
    for (std::int32_t k = 0; k < outputs; ++k, form += 3) {
        logits[k] = form[0] * offset.x() + form[1] * offset.y() + form[2];
    }
    return logits;
}

double Arrangement::slopeNorm(std::int64_t face) const {
    double aa = 0, ab = 0, bb = 0;
    const double* form = forms.data() + face * outputs * 3;
    for (std::int32_t k = 0; k < outputs; ++k, form += 3) {
        aa += form[0] * form[0];
        ab += form[0] * form[1];
        bb += form[1] * form[1];
    }
    return std::sqrt((aa + bb) / 2 + std::hypot((aa - bb) / 2, ab));
}

std::string Arrangement::coverageNote() const {
    if (complete) return {};
    const double share = checks.windowArea > 0 ? std::clamp(checks.areaSum / checks.windowArea, 0.0, 1.0) : 0;
    if (share <= 0) return "covers nothing of the window yet: zoom in or raise the budget";
    // What is incomplete never covers 100 %.
    const double percent = 100 * share;
    char covered[64];
    std::snprintf(covered, sizeof covered, "covers %.*g %% of the window", percent < 99 ? 2 : 3,
                  std::min(percent, 99.9));
    // The same work covers the same area of a smaller window; what is there is no square, so ask for some
    // more.
    const double narrower = 1.2 / std::sqrt(share);
    const double step = std::pow(10.0, std::max(0.0, std::floor(std::log10(narrower)) - 1));
    char text[160];
    std::snprintf(text, sizeof text,
                  "%s; complete within a window about 1/%.0f as wide: zoom in or raise the budget", covered,
                  std::max(2.0, std::ceil(narrower / step) * step));
    return text;
}

std::vector<double> Arrangement::areaPerClass() const {
    std::vector<double> areas(classCount(), 0.0);
    std::vector<bool> crossed(faceCount(), false);
    for (const auto& cell : cells) {
        crossed[cell.face] = true;
        areas[cell.label] += signedArea(cell.polygon);
    }
    for (std::int64_t face = 0; face < faceCount(); ++face) {
        if (!crossed[face]) areas[label[face]] += area[face];
    }
    return areas;
}

std::size_t Arrangement::bytes() const {
    const auto of = [](const auto& vector) { return vector.capacity() * sizeof(vector[0]); };
    std::size_t total = of(vertices) + of(edges) + of(faceBegin) + of(faceVertices) + of(patternHash) +
                        of(depth) + of(area) + of(label) + of(piece) + of(forms) + of(boundary) + of(cells);
    for (const auto& cell : cells) total += of(cell.polygon);
    return total;
}

}  // namespace tessera
