// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "core/probes/logit_heights_record.h"
#include "core/probes/record_plane.h"
#include "core/probes/regions_record.h"

namespace tessera {
namespace {

constexpr std::int64_t kMostPoints = 16384;  // of the grid, along a side
constexpr double kMostLogit = 1e60;

bool areLogits(auto values) {
    return std::all_of(values.begin(), values.end(),
                       [](double z) { return z >= -kMostLogit && z <= kMostLogit; });
}

class HeightsReader {
  public:
    explicit HeightsReader(RecordParts& parts) : parts_(parts) {}

    void readPlace() {
        result.plane = readPlane(parts_);
        result.outputs = static_cast<std::int32_t>(parts_.whole("outputs", 1, 1 << 20));
    }

    void readGrid() {
        const auto rows = parts_.extent("logits", 0), columns = parts_.extent("logits", 1);
        parts_.check(rows >= 2 && columns >= 2 && rows <= kMostPoints && columns <= kMostPoints,
                     "its grid is empty or too large");
        const auto logits = parts_.values<float>("logits", {rows, columns, result.outputs});
        const auto bounds = parts_.values<double>("bounds", {2, 2});
        parts_.check(areLogits(logits), "a logit is not a number");
        parts_.check(isNearWindow(bounds, result.plane), "its bounds are not those of the window");
        result.evaluations = parts_.whole("evaluations", 0, std::int64_t{1} << 52);
        if (parts_.failed()) return;
        auto grid = std::make_shared<LogitGrid>();
        grid->rows = static_cast<int>(rows), grid->columns = static_cast<int>(columns);
        grid->low = {bounds[0], bounds[1]}, grid->high = {bounds[2], bounds[3]};
        grid->outputs = result.outputs;
        grid->logits.assign(logits.begin(), logits.end());
        parts_.check((grid->high - grid->low).minCoeff() > 0, "its bounds are not those of the window");
        result.sampled = std::move(grid);
    }

    void readSamples() {
        if (parts_.record().table("samples") == nullptr) return;
        const auto sample = wholes("sample"), label = wholes("label"), prediction = wholes("prediction");
        const auto s = reals("s"), t = reals("t"), off = reals("off_plane");
        const auto classes = static_cast<std::size_t>(result.classCount());
        const auto logits = parts_.values<double>(
            "sample_logits", {static_cast<std::int64_t>(sample.size()), result.classCount()});
        parts_.check(areLogits(logits), "a sample's logit is not a number");
        if (parts_.failed()) return;
        for (std::size_t i = 0; i < sample.size(); ++i) {
            const std::array<double, 2> at{s[i], t[i]};
            parts_.check(label[i] >= -1 && label[i] < INT32_MAX && prediction[i] >= 0 &&
                             prediction[i] < result.classCount() && isNearWindow(at, result.plane),
                         "a sample lies where it cannot");
            const auto own = logits.subspan(i * classes, classes);
            result.samples.push_back({sample[i],
                                      std::int32_t(label[i]),
                                      std::int32_t(prediction[i]),
                                      {s[i], t[i]},
                                      off[i],
                                      {own.begin(), own.end()}});
        }
    }

    LogitHeightsResult result;

  private:
    template <typename T>
    std::vector<T> columnOf(const char* name) {
        const auto* column = parts_.column("samples", name);
        const auto* first = parts_.column("samples", "sample");
        if (column == nullptr || first == nullptr) return {};
        const auto* values = std::get_if<std::vector<T>>(&column->values);
        if (values == nullptr || values->size() != first->size())
            return parts_.fail("its table of samples is damaged"), std::vector<T>{};
        return *values;
    }
    std::vector<std::int64_t> wholes(const char* name) { return columnOf<std::int64_t>(name); }
    std::vector<double> reals(const char* name) { return columnOf<double>(name); }

    RecordParts& parts_;
};

}  // namespace

LogitMesh LogitHeightsResult::mesh() const {
    if (exact) return logitMesh(*exact);
    if (sampled) return logitMesh(*sampled, plane.window);
    LogitMesh none;
    none.classes = classCount();
    return none;
}

Result<LogitHeightsResult> logitHeightsFromRecord(const ResultRecord& record, const std::string& what) {
    RecordParts parts(record, what);
    parts.check(record.probe == kLogitHeightsProbe, "it is of probe " + record.probe.substr(0, 40));
    HeightsReader reader(parts);
    if (!parts.failed()) reader.readPlace();
    if (!parts.failed() && record.array("forms") != nullptr) {
        ResultRecord regions = record;  // its arrays are shared
        regions.probe = kRegionsProbe;
        auto read = regionsFromRecord(regions, what);
        if (!read.isOk()) return std::move(read).propagate<LogitHeightsResult>();
        reader.result.exact = read.value().arrangement;
        parts.check(areLogits(std::span(reader.result.exact->forms)), "a face's map is not made of numbers");
    } else if (!parts.failed()) {
        reader.readGrid();
    }
    if (!parts.failed()) reader.readSamples();
    if (parts.failed()) return parts.error();
    return std::move(reader.result);
}

}  // namespace tessera
