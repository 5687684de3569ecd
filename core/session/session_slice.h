// SPDX-License-Identifier: GPL-3.0-or-later
// How a slice view is held: the recipe of its plane, its turn, what is seen, and what is switched on.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/geometry/slice_plane.h"

namespace tessera {

struct SessionSlice {
    std::string id, title;  // "s1", "Slice 1"
    std::string model;      // id; empty: the current model
    std::string lock;       // slices of equal, not empty lock share their axes

    // The recipe (widgets/views/slice_recipe.h).
    std::string kind = "samples";  // samples, class-difference, principal-components, random, pasted
    std::string completion = "random-directions";  // or other-samples
    std::uint64_t seed = 1;
    int classA = 0, classB = 1;
    std::vector<std::int64_t> anchors;         // samples; -1: a free point (moved)
    std::map<int, std::vector<double>> moved;  // inputs of anchors dragged away, by place in the list
    std::optional<SlicePlane> pasted;

    double rotation = 0, tilt = 0, secondTilt = 0;  // radians
    // Where the view looks: its centre in slice coordinates, and slice units per point (1/72 inch) on screen.
    // Fitted: the plane's whole window.
    Eigen::Vector2d lookCentre = {0, 0};
    double unitsPerPoint = 0;
    bool isFitted = true;
    // As it was held: recipe and turn applied, the window being what is seen. Figures are drawn from it.
    std::optional<SlicePlane> plane;
    std::int64_t maxRegions = 200'000;  // budget
    double maxSeconds = 20;
    int resolution = 256;  // of the sampled map

    std::string fill = "class";  // class, pattern, slope, depth, none
    bool edges = true, boundary = true, samples = true, grid = false, classLabels = true, legend = true,
         caption = true, hoverCard = true;
    int samplesShown = 40;

    std::vector<std::string> results;  // ids of those drawn in it ("regions" over "class-map")
};

}  // namespace tessera
