// SPDX-License-Identifier: GPL-3.0-or-later
// What the records of results on a slice have in common, and checked access to the parts of a record that may
// come from any file.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/base/record.h"
#include "core/base/result.h"
#include "core/geometry/arrangement.h"
#include "core/geometry/slice_plane.h"

namespace tessera {

inline const std::string kEngineNote = "Engine: ";

// A vector of input space under a name, in the inputs' shape.
void addInput(const char* name, const Shape& shape, const Eigen::VectorXd& vector,
              std::vector<Array>& arrays);
// plane_origin, plane_u, plane_v (input shape each) and plane_window (corners, 2).
void addPlane(const SlicePlane& plane, std::vector<Array>& arrays);

// Hands out arrays and numbers of a record; the first that is missing or wrong becomes the error.
class RecordParts {
  public:
    RecordParts(const ResultRecord& record, std::string what) : record_(record), what_(std::move(what)) {}

    // -1 in `shape` stands for any extent. Empty after a failure.
    template <typename T>
    std::span<const T> values(const char* name, const Shape& shape) {
        const auto* array = find(name, shape);
        if (array == nullptr) return {};
        if (!array->holds<T>())
            return fail(std::string("its array ") + name + " has another type"), std::span<const T>();
        return array->values<T>();
    }
    // A copy; nothing after a failure.
    template <typename T>
    void take(const char* name, const Shape& shape, std::vector<T>& into) {
        if (failed()) return;
        const auto read = values<T>(name, shape);
        into.assign(read.begin(), read.end());
    }
    Eigen::VectorXd input(const char* name, const Shape& shape);
    // The table "layers", whose last column is named so.
    std::vector<SiteSummary> layers(const char* lastColumn);
    // The extent of an array along a dimension; 0 if it is not there.
    std::int64_t extent(const char* name, std::size_t dimension) const;
    double metric(const char* name);
    // A whole number from `least` to `most`.
    std::int64_t whole(const char* name, std::int64_t least, std::int64_t most);
    const Column* column(const char* table, const char* name);

    void check(bool holds, const std::string& finding) {
        if (!holds) fail(finding);
    }
    void fail(const std::string& finding);
    // "... (The plane's u is zero; give two independent directions); run it again."
    void failAs(const std::string& finding, const Error& inner);
    bool failed() const { return error_.has_value(); }
    Error error() const { return *error_; }
    const ResultRecord& record() const { return record_; }

  private:
    const Array* find(const char* name, const Shape& shape);
    const ResultRecord& record_;
    std::string what_;
    std::optional<Error> error_;
};

template <typename T>
bool allWithin(std::span<const T> values, std::int64_t least, std::int64_t end) {
    return std::all_of(values.begin(), values.end(),
                       [&](T value) { return value >= least && static_cast<std::int64_t>(value) < end; });
}
// Begins at 0, never falls, ends at `total`, and every part has at least `least` entries. Nothing at all is
// good for a total of 0.
bool areParts(std::span<const std::int32_t> begin, std::int64_t total, std::int32_t least);

// Whole and valid, or parts.failed().
SlicePlane readPlane(RecordParts& parts);
// Finite, and no farther from the plane's window than its own size.
bool isNearWindow(std::span<const double> points, const SlicePlane& plane);

}  // namespace tessera
