// SPDX-License-Identifier: GPL-3.0-or-later
// How a class map is sampled: a grid whose spacing halves from level to level, each level holding the points
// of the one before.
#pragma once

#include <span>
#include <vector>

#include "core/model/batch_pace.h"
#include "core/probes/class_map.h"

namespace tessera {

// Refine where neighbours differ by more than this in confidence, or where interpolation missed by more.
constexpr float kConfidenceBound = 0.05f;

// The grid points of one level: every `stride`-th and the last, so that each level holds the one before.
struct GridAxis {
    int size = 0;
    bool holds(int at, int stride) const { return at % stride == 0 || at == size - 1; }
    int next(int at, int stride) const {
        return at == size - 1 ? size : std::min(at - at % stride + stride, size - 1);
    }
    // The two points of the level around `at`, and how far it is from the first to the second.
    struct Between {
        int low, high;
        float weight;
    };
    Between around(int at, int stride) const {
        if (holds(at, stride)) return {at, at, 0};
        const int low = at - at % stride, high = std::min(low + stride, size - 1);
        return {low, high, static_cast<float>(at - low) / static_cast<float>(high - low)};
    }
};

// Fills one SampledField level by level; one object a run.
class ClassMapSampler {
  public:
    ClassMapSampler(const Model& model, const SlicePlane& plane, const ClassMap::Options& options,
                    std::stop_token stop, Progress& progress);
    Result<ClassMap::Output> run(const ClassMap::Level& onLevel);

  private:
    std::size_t at(int row, int column) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(field_.columns) +
               static_cast<std::size_t>(column);
    }
    // How many float32 steps of the largest input value the largest change from one pixel to the next is
    // worth.
    double pixelStepInFloat32(double cell) const;

    template <typename Scalar>
    Result<Done> evaluateAs(std::span<const std::int32_t> points);
    Result<Done> evaluate(const std::vector<std::int32_t>& points);
    Result<Done> refine(int stride, bool everywhere);
    bool needsEvaluation(int row, int column, int stride) const;
    // Interpolates one point from the level `stride` into field, logits and known.
    void fill(int row, int column, int stride, SampledField& field, float* logits) const;
    std::shared_ptr<const SampledField> filled(int stride) const;

    const Model& model_;
    const SlicePlane& plane_;
    const ClassMap::Options& options_;
    std::stop_token stop_;
    Progress& progress_;
    BatchPace pace_;
    SampledField field_;
    GridAxis columns_, rows_;
    std::size_t outputs_ = 1;
    bool keepLogits_ = true, float32Suffices_ = true;
    std::vector<float> logits_;
    std::vector<unsigned char> known_;   // interpolated or evaluated at this level or before
    std::vector<unsigned char> missed_;  // evaluated, and interpolation had been wrong here
    int levels_ = 1, level_ = 0;
};

}  // namespace tessera
