// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/record_plane.h"

#include <algorithm>
#include <cmath>

namespace tessera {

void addInput(const char* name, const Shape& shape, const Eigen::VectorXd& vector,
              std::vector<Array>& arrays) {
    arrays.push_back(Array::of<double>(name, shape, {vector.data(), vector.data() + vector.size()}));
}

void addPlane(const SlicePlane& plane, std::vector<Array>& arrays) {
    addInput("plane_origin", plane.inputShape, plane.origin, arrays);
    addInput("plane_u", plane.inputShape, plane.u, arrays);
    addInput("plane_v", plane.inputShape, plane.v, arrays);
    std::vector<double> window;
    for (const auto& corner : plane.window) window.insert(window.end(), {corner.x(), corner.y()});
    arrays.push_back(
        Array::of("plane_window", {static_cast<std::int64_t>(plane.window.size()), 2}, std::move(window)));
}

const Array* RecordParts::find(const char* name, const Shape& shape) {
    const auto* array = record_.array(name);
    if (array == nullptr) return fail(std::string("its array ") + name + " is missing"), nullptr;
    const auto& found = array->shape();
    bool fits = found.size() == shape.size();
    for (std::size_t i = 0; fits && i < shape.size(); ++i) fits = shape[i] < 0 || shape[i] == found[i];
    if (!fits)
        return fail(std::string("its array ") + name + " has the shape " + shapeText(found) + " and not " +
                    shapeText(shape)),
               nullptr;
    return array;
}

std::int64_t RecordParts::extent(const char* name, std::size_t dimension) const {
    const auto* array = record_.array(name);
    return array != nullptr && dimension < array->shape().size() ? array->shape()[dimension] : 0;
}

double RecordParts::metric(const char* name) {
    const auto* metric = record_.metric(name);
    if (metric == nullptr) fail(std::string("its number ") + name + " is missing");
    return metric == nullptr ? 0 : metric->value;
}

std::int64_t RecordParts::whole(const char* name, std::int64_t least, std::int64_t most) {
    const double value = metric(name);
    const bool fits = value >= static_cast<double>(least) && value <= static_cast<double>(most) &&
                      value == std::floor(value);
    if (!fits) fail(std::string("its number ") + name + " is out of range");
    return fits ? static_cast<std::int64_t>(value) : least;
}

const Column* RecordParts::column(const char* table, const char* name) {
    const auto* found = record_.table(table);
    const auto* column = found == nullptr ? nullptr : found->column(name);
    if (column == nullptr) fail(std::string("its table ") + table + " has no column " + name);
    return column;
}

void RecordParts::fail(const std::string& finding) {
    if (error_) return;
    error_ = fileError(what_ + " cannot be shown: " + finding + "; run it again.");
}

void RecordParts::failAs(const std::string& finding, const Error& inner) {
    auto why = inner.message;
    if (why.ends_with('.')) why.pop_back();
    fail(finding + " (" + why + ")");
}

Eigen::VectorXd RecordParts::input(const char* name, const Shape& shape) {
    const auto read = values<double>(name, shape);
    return Eigen::Map<const Eigen::VectorXd>(read.data(), static_cast<Eigen::Index>(read.size()));
}

std::vector<SiteSummary> RecordParts::layers(const char* lastColumn) {
    const auto* names = column("layers", "layer");
    const auto* regionsAfter = column("layers", "regions_after");
    const auto* last = column("layers", lastColumn);
    if (failed()) return {};
    const auto* texts = std::get_if<std::vector<std::string>>(&names->values);
    const auto* after = std::get_if<std::vector<std::int64_t>>(&regionsAfter->values);
    const auto* counts = std::get_if<std::vector<std::int64_t>>(&last->values);
    if (!texts || !after || !counts || texts->size() != after->size() || texts->size() != counts->size())
        return fail("its table of layers is damaged"), std::vector<SiteSummary>();
    std::vector<SiteSummary> sites;
    for (std::size_t i = 0; i < texts->size(); ++i) sites.push_back({(*texts)[i], (*after)[i], (*counts)[i]});
    return sites;
}

bool areParts(std::span<const std::int32_t> begin, std::int64_t total, std::int32_t least) {
    if (begin.empty()) return total == 0;
    for (std::size_t i = 1; i < begin.size(); ++i)
        if (static_cast<std::int64_t>(begin[i]) - begin[i - 1] < least) return false;
    return begin.front() == 0 && begin.back() == total;
}

SlicePlane readPlane(RecordParts& parts) {
    SlicePlane plane;
    const auto* origin = parts.record().array("plane_origin");
    plane.inputShape = origin == nullptr ? Shape{-1} : origin->shape();
    plane.origin = parts.input("plane_origin", plane.inputShape);
    plane.u = parts.input("plane_u", plane.inputShape);
    plane.v = parts.input("plane_v", plane.inputShape);
    const auto window = parts.values<double>("plane_window", {-1, 2});
    for (std::size_t i = 0; i + 1 < window.size(); i += 2) plane.window.push_back({window[i], window[i + 1]});
    if (!parts.failed())
        if (const auto valid = validatePlane(plane); !valid.isOk())
            parts.failAs("its plane is not one", valid.error());
    return plane;
}

bool isNearWindow(std::span<const double> points, const SlicePlane& plane) {
    const auto box = boundingBox(plane.window);
    const double margin = (box.high - box.low).maxCoeff();
    for (std::size_t i = 0; i + 1 < points.size(); i += 2) {
        // Written so that NaN fails.
        const bool isNear = points[i] >= box.low.x() - margin && points[i] <= box.high.x() + margin &&
                            points[i + 1] >= box.low.y() - margin && points[i + 1] <= box.high.y() + margin;
        if (!isNear) return false;
    }
    return true;
}

}  // namespace tessera
