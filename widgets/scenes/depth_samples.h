// SPDX-License-Identifier: GPL-3.0-or-later
// Colour and depth of a grid of samples, and the shapes of a volume put into it. Coordinates in samples.
#pragma once

#include <QColor>
#include <cstdint>
#include <limits>
#include <vector>

#include "widgets/scenes/span_raster.h"
#include "widgets/scenes/volume_shapes.h"

namespace tessera {

// From points to samples, and from keys to depths 0 (nearest) to 1.
struct SampleMap {
    double left = 0, top = 0;             // points, of sample (0, 0)
    double perPointX = 1, perPointY = 1;  // samples
    double keyLow = 0, perKey = 1;

    Eigen::Vector2d toSamples(const Eigen::Vector2d& page) const {
        return {(page.x() - left) * perPointX, (page.y() - top) * perPointY};
    }
    double toDepth(double key) const { return (key - keyLow) * perKey; }
    double perPoint() const { return (perPointX + perPointY) / 2; }
};

class DepthSamples {
  public:
    static constexpr float kFarthest = std::numeric_limits<float>::max();
    // What is in one plane must not flicker: to hide a sample takes so much less depth.
    static constexpr float kCloser = 1e-6f;

    DepthSamples(int width, int height);
    int width() const { return width_; }
    int height() const { return height_; }
    void clear();

    // `outlineWidth` in samples, 0: none; drawn half on the polygon, half beside it.
    void opaqueFace(const PageShapes& shapes, const PageFace& face, const SampleMap& map,
                    std::uint32_t colour, double outlineWidth = 0, std::uint32_t outlineColour = 0);
    // Whether any of it is not hidden by what is opaque.
    bool translucentFace(const PageShapes& shapes, const PageFace& face, const SampleMap& map,
                         std::uint32_t colour, double opacity, double outlineWidth = 0,
                         std::uint32_t outlineColour = 0);
    void line(const PageLine& line, const SampleMap& map, bool roundEnds);
    void ball(const PageMark& mark, const SampleMap& map, double rim);
    // Whether what is there leaves the middle of a ball to be seen; false outside the samples.
    bool isSeen(const PageMark& mark, const SampleMap& map) const;
    // How much of the light from there comes through translucent polygons, 0 to 1.
    double lightFrom(const PageMark& mark, const SampleMap& map) const;
    // Puts translucent polygons over the opaque samples, the farthest first.
    void blend();

    const std::uint32_t* colours(int row) const { return &colour_[index(0, row)]; }  // premultiplied

  private:
    struct Fragment {
        float depth;
        std::uint32_t colour;  // alpha, and a colour not yet multiplied by it
        std::uint32_t next;
    };
    struct Inset {  // one side of a polygon, moved in: x nx + y ny >= offset
        double nx, ny, offset;
    };
    std::size_t index(int column, int row) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(width_) +
               static_cast<std::size_t>(column);
    }
    // Calls put(index, depth, isOutline) for every sample of the polygon.
    template <typename Put>
    void eachSample(const PageShapes& shapes, const PageFace& face, const SampleMap& map, double outlineWidth,
                    Put&& put);
    void findInsets(const PageShapes& shapes, const PageFace& face, double outlineWidth);
    // Calls visit(column, row, distance from the centre) for every sample of a disc.
    template <typename Visit>
    void eachInDisc(const Eigen::Vector2d& centre, double radius, Visit&& visit) const;
    void put(std::size_t at, float depth, std::uint32_t colour) {
        if (depth < depth_[at] - kCloser) depth_[at] = depth, colour_[at] = colour;
    }

    int width_, height_;
    ConvexSpans spans_;
    std::vector<float> depth_;
    std::vector<std::uint32_t> colour_;
    std::vector<std::uint32_t> first_;  // fragment of each sample + 1
    std::vector<Fragment> fragments_;
    std::vector<Eigen::Vector2d> corners_;
    std::vector<Inset> insets_;
};

}  // namespace tessera
