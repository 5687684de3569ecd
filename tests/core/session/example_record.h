// SPDX-License-Identifier: GPL-3.0-or-later
// A record with every kind of part, and when two are the same.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/record.h"

namespace tessera::test {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

inline ResultRecord exampleRecord(std::size_t rows = 3) {
    ResultRecord record;
    record.probe = "local-geometry";
    record.parameters = {
        {"steps", std::int64_t{16}}, {"tolerance", 3.0}, {"exact", true}, {"to", std::string("ä")}};
    record.summary = {{"sigma", "Σ", "logits", 0.1, "A number."}, {"none", "None", "", kNan, "Missing."}};
    std::vector<std::int64_t> index;
    std::vector<double> distance;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < rows; ++i) {
        index.push_back(static_cast<std::int64_t>(i) - 1);
        distance.push_back(i % 3 == 0 ? kNan : 0.1 * static_cast<double>(i));
        names.push_back(i % 2 == 0 ? "" : "zwölf \n\"" + std::to_string(i));
    }
    record.tables = {{"samples",
                      "Samples",
                      {{"sample", "Sample", "", "Index.", index},
                       {"d", "Distance", "input units", "Real.", distance},
                       {"../name", "Name", "", "Text.", names}},
                      "sample"},
                     {"empty", "Empty", {{"nothing", "", "", "", std::vector<double>{}}}, ""}};
    record.arrays = {Array::of<float>("curve", {1, 2}, {1.5F, -0.0F}),
                     Array::of<unsigned char>("mask", {2, 0}, {}),
                     Array::of<std::uint64_t>("hash", {2}, {0, std::numeric_limits<std::uint64_t>::max()}),
                     Array::of<double>("Größe", {}, {kInfinity})};
    record.notes = {"One note."};
    record.provenance.version = "1.2.3";
    record.provenance.dtype = "float64";
    record.provenance.seed = std::numeric_limits<std::uint64_t>::max();
    record.provenance.complete = false;
    record.provenance.note = "cancelled";
    record.provenance.files = {{"a.pt", "00ff"}};
    return record;
}

// Bits, so that NaN equals NaN and -0 is not 0.
inline bool sameNumber(double a, double b) {
    return std::isnan(a) ? std::isnan(b) : std::memcmp(&a, &b, sizeof a) == 0;
}

inline bool sameColumn(const Column& a, const Column& b) {
    if (a.name != b.name || a.label != b.label || a.unit != b.unit || a.sentence != b.sentence) return false;
    const auto* real = std::get_if<std::vector<double>>(&a.values);
    const auto* other = std::get_if<std::vector<double>>(&b.values);
    if (!real || !other) return a.values == b.values;
    return std::equal(real->begin(), real->end(), other->begin(), other->end(), [](double x, double y) {
        return std::memcmp(&x, &y, sizeof x) == 0;  // bulk keeps even the kind of NaN
    });
}

inline bool sameArray(const Array& a, const Array& b) {
    return a.name() == b.name() && a.dtype() == b.dtype() && a.shape() == b.shape() &&
           (a.bytes() == 0 || std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.bytes())) == 0);
}

inline bool sameSummary(const std::vector<Metric>& a, const std::vector<Metric>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Metric& x, const Metric& y) {
        return x.name == y.name && x.label == y.label && x.unit == y.unit && x.sentence == y.sentence &&
               sameNumber(x.value, y.value);
    });
}

inline bool sameProvenance(const Provenance& a, const Provenance& b) {
    return a.version == b.version && a.dtype == b.dtype && a.device == b.device && a.seed == b.seed &&
           sameNumber(a.tolerance, b.tolerance) && a.samples == b.samples &&
           sameNumber(a.seconds, b.seconds) && a.threads == b.threads && a.complete == b.complete &&
           a.note == b.note &&
           std::equal(a.files.begin(), a.files.end(), b.files.begin(), b.files.end(),
                      [](const SourceFile& x, const SourceFile& y) {
                          return x.path == y.path && x.sha256 == y.sha256;
                      });
}

inline bool sameRecord(const ResultRecord& a, const ResultRecord& b) {
    const auto sameTable = [](const Table& x, const Table& y) {
        return x.name == y.name && x.title == y.title && x.sampleColumn == y.sampleColumn &&
               std::equal(x.columns.begin(), x.columns.end(), y.columns.begin(), y.columns.end(), sameColumn);
    };
    return a.probe == b.probe && a.parameters == b.parameters && sameSummary(a.summary, b.summary) &&
           std::equal(a.tables.begin(), a.tables.end(), b.tables.begin(), b.tables.end(), sameTable) &&
           std::equal(a.arrays.begin(), a.arrays.end(), b.arrays.begin(), b.arrays.end(), sameArray) &&
           a.notes == b.notes && sameProvenance(a.provenance, b.provenance);
}

}  // namespace tessera::test
