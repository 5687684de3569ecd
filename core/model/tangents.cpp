// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/tangents_torch.h"

#include <algorithm>
#include <cmath>

#include "core/model/slice_network_torch.h"

namespace tessera {

namespace {

// Values below this fraction of the layer's largest may be rounding.
constexpr double kNoise = 1e-14;

bool isOneRow(const at::Tensor& tensor) {
    return !tensor.defined() || (tensor.size(0) > 1 && tensor.stride(0) == 0);
}

// A derivative's rows, without unfolding one that is the same everywhere.
class Rows {
  public:
    explicit Rows(const at::Tensor& tensor) {
        if (!tensor.defined()) return;
        held_ = (isOneRow(tensor) ? tensor.narrow(0, 0, 1) : tensor).contiguous();
        step_ = held_.size(0) > 1 ? held_.numel() / held_.size(0) : 0;
        data_ = held_.data_ptr<double>();
    }
    const double* at(std::int64_t row) const { return data_ ? data_ + row * step_ : nullptr; }

  private:
    at::Tensor held_;
    const double* data_ = nullptr;
    std::int64_t step_ = 0;
};

double noiseOf(const at::Tensor& value) {
    return kNoise * std::max(1e-300, value.abs().max().item().toDouble());
}

Tangents emptyLike(const Tangents& from, const std::vector<std::int64_t>& sizes) {
    return {at::empty(sizes, at::kDouble), at::empty(sizes, at::kDouble),
            from.dv.defined() ? at::empty(sizes, at::kDouble) : at::Tensor()};
}

double* dataOrNull(const at::Tensor& tensor) {
    return tensor.defined() ? tensor.data_ptr<double>() : nullptr;
}

// One point at one site.
struct Row {
    const double *value, *du, *dv;
    double *outValue, *outDu, *outDv;
    double slopeAt(std::int64_t i) const { return std::abs(du[i]) + (dv ? std::abs(dv[i]) : 0); }
    void scale(std::int64_t i, double slope, double intercept) const {
        outValue[i] = slope * value[i] + intercept;
        outDu[i] = slope * du[i];
        if (dv) outDv[i] = slope * dv[i];
    }
};

// ReLU, leaky ReLU, abs: one knot, the same for all units.
std::uint64_t bendOnce(const PiecewiseLinear& f, const Row& row, std::int64_t units, double noise,
                       double leastSlope, const std::uint64_t* keys) {
    const double knot = f.knots[0];
    const double slopes[2] = {f.slopes[0], f.slopes[1]}, intercepts[2] = {f.intercepts[0], f.intercepts[1]};
    std::uint64_t hash = 0;
    for (std::int64_t i = 0; i < units; ++i) {
        const double above = row.value[i] - knot;
        const bool on = above > 0 && !(above < noise && row.slopeAt(i) < leastSlope);
        hash ^= on ? keys[i] : 0;
        row.scale(i, slopes[on], intercepts[on]);
    }
    return hash;
}

std::uint64_t bendAny(const PiecewiseLinear& f, const Row& row, std::int64_t units, double noise,
                      double leastSlope, const std::uint64_t* keys) {
    std::uint64_t hash = 0;
    for (std::int64_t i = 0; i < units; ++i) {
        int piece = 0, state = 0;
        for (std::size_t k = 0; k < f.knots.size(); ++k) {
            const double above = row.value[i] - f.knots[k];
            if (!(above > 0) || (above < noise && row.slopeAt(i) < leastSlope)) break;
            ++piece;
            state += f.bends(static_cast<int>(k), i);
        }
        if (state > 0) hash ^= keys[(state - 1) * units + i];
        row.scale(i, f.slope(piece, i), f.intercept(piece, i));
    }
    return hash;
}

}  // namespace

Tangents throughAffine(const LayerNode& node, const std::vector<const Tangents*>& from) {
    const std::int64_t points = from[0]->value.size(0);
    const bool same = std::all_of(from.begin(), from.end(), [](const Tangents* tangents) {
        return isOneRow(tangents->du) && isOneRow(tangents->dv);
    });
    const std::int64_t rows = same ? 1 : points;
    std::vector<at::Tensor> values, directions;
    for (const Tangents* tangents : from) {
        values.push_back(tangents->value);
        const auto du = tangents->du.narrow(0, 0, rows);
        directions.push_back(tangents->dv.defined() ? at::cat({du, tangents->dv.narrow(0, 0, rows)}, 0) : du);
    }
    const auto image = linearPart(node, directions);
    auto sizes = image.sizes().vec();
    sizes[0] = points;
    return {node.run(values), image.narrow(0, 0, rows).expand(sizes),
            image.size(0) > rows ? image.narrow(0, rows, rows).expand(sizes) : at::Tensor()};
}

Tangents throughBend(const LayerNode& node, const Tangents& from, const TangentSite& site,
                     std::uint64_t* hash) {
    const auto z = from.value.contiguous();
    const Rows du(from.du), dv(from.dv);
    const Tangents out = emptyLike(from, z.sizes().vec());
    const std::int64_t rows = z.size(0), units = z.numel() / rows;
    // A unit that vanishes identically on the face is off, whatever sign rounding gives it.
    const double noise = noiseOf(z), leastSlope = 16 * noise / site.halfWidth;
    const auto& f = node.function;
    const bool plain = f.knots.size() == 1 && f.channels == 1 && f.bends(0, 0);
    Row row{z.data_ptr<double>(), nullptr,           nullptr, dataOrNull(out.value),
            dataOrNull(out.du),   dataOrNull(out.dv)};
    for (std::int64_t r = 0; r < rows; ++r) {
        row.du = du.at(r), row.dv = dv.at(r);
        hash[r] ^= (plain ? bendOnce : bendAny)(f, row, units, noise, leastSlope, site.keys);
        row.value += units, row.outValue += units, row.outDu += units;
        if (row.outDv) row.outDv += units;
    }
    return out;
}

Tangents throughMax(const LayerNode& node, const Tangents& from, const TangentSite& site,
                    std::uint64_t* hash) {
    const auto z = from.value.contiguous();
    const Rows du(from.du), dv(from.dv);
    const std::int64_t rows = z.size(0), width = z.numel() / rows;
    const Tangents out = emptyLike(from, batchShape(node.outputShape, rows));
    double *toValue = dataOrNull(out.value), *toDu = dataOrNull(out.du), *toDv = dataOrNull(out.dv);
    const double noise = noiseOf(z), leastSlope = 16 * noise / site.halfWidth;
    const auto& windows = *node.windows;
    for (std::int64_t r = 0; r < rows; ++r) {
        const double *value = z.data_ptr<double>() + r * width, *a = du.at(r), *b = dv.at(r);
        for (std::int32_t w = 0; w < windows.windows(); ++w) {
            const std::int32_t* const first =
                windows.members.data() + windows.begin[static_cast<std::size_t>(w)];
            const std::int32_t* const last =
                windows.members.data() + windows.begin[static_cast<std::size_t>(w) + 1];
            const std::int32_t* best = first;
            for (const std::int32_t* member = first + 1; member < last; ++member) {
                const std::int32_t i = *member, j = *best;
                const double lead = value[i] - value[j];
                // Equal forms are one winner: the earliest.
                if (lead > noise ||
                    (lead > 0 && std::abs(a[i] - a[j]) + (b ? std::abs(b[i] - b[j]) : 0) > leastSlope))
                    best = member;
            }
            *toValue++ = value[*best];
            *toDu++ = a[*best];
            if (b) *toDv++ = b[*best];
            if (best != first)
                hash[r] ^= patternKey(site.index, static_cast<std::uint64_t>(w),
                                      static_cast<std::uint64_t>(best - first));
        }
    }
    return out;
}

Tangents throughNetwork(const LayerGraph& graph, const SitePlan& plan,
                        const std::vector<std::vector<std::uint64_t>>& keys, double halfWidth, Tangents input,
                        std::uint64_t* hash) {
    std::vector<Tangents> values(graph.nodes().size());
    values[0] = std::move(input);
    std::size_t site = 0;
    for (const auto& node : graph.nodes()) {
        if (node.id == 0) continue;
        auto& out = values[static_cast<std::size_t>(node.id)];
        if (node.kind == NodeClass::PiecewiseLinear || node.kind == NodeClass::Max) {
            const auto& in = values[static_cast<std::size_t>(node.inputs[0])];
            const TangentSite at{site, keys[site].data(), halfWidth};
            out = node.kind == NodeClass::Max ? throughMax(node, in, at, hash)
                                              : throughBend(node, in, at, hash);
            ++site;
        } else {
            std::vector<const Tangents*> inputs;
            for (const int in : node.inputs) inputs.push_back(&values[static_cast<std::size_t>(in)]);
            out = throughAffine(node, inputs);
        }
        for (const int in : node.inputs)
            if (plan.lastUse[static_cast<std::size_t>(in)] == node.id)
                values[static_cast<std::size_t>(in)] = {};
    }
    return std::move(values[static_cast<std::size_t>(graph.output())]);
}

}  // namespace tessera
