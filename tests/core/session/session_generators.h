// SPDX-License-Identifier: GPL-3.0-or-later
// Arbitrary records and documents for the session's tests.
#pragma once

#include <rapidcheck.h>

#include "core/session/document.h"
#include "tests/core/session/example_record.h"

namespace tessera::test {

inline rc::Gen<std::string> anyText() {
    return rc::gen::oneOf(
        rc::gen::element<std::string>("", "a", "samples", "x.y", "../../etc", "Ω", "日本", "~", "array~0",
                                      "\n\t\"\\", std::string("nul\0in", 6), "a/b", "sample"),
        rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127)));
}

inline double anyNumber() {
    return *rc::gen::oneOf(
        rc::gen::arbitrary<double>(),
        rc::gen::element(0.0, -0.0, kNan, kInfinity, -kInfinity, 5e-324, 1.7976931348623157e308));
}

inline std::vector<double> anyNumbers(std::size_t count) {
    std::vector<double> values(count);
    for (auto& value : values) value = anyNumber();
    return values;
}

template <typename T>
Array anyArray() {
    const auto shape = *rc::gen::resize(3, rc::gen::container<Shape>(rc::gen::inRange<std::int64_t>(0, 4)));
    const auto count = static_cast<std::size_t>(elementCount(shape));
    return Array::of<T>(*anyText(), shape,
                        *rc::gen::container<std::vector<T>>(count, rc::gen::arbitrary<T>()));
}

inline Column anyColumn(std::size_t rows) {
    Column column{*anyText(), *anyText(), *anyText(), *anyText(), {}};
    switch (*rc::gen::inRange(0, 3)) {
        case 0:
            column.values = anyNumbers(rows);
            break;
        case 1:
            column.values =
                *rc::gen::container<std::vector<std::int64_t>>(rows, rc::gen::arbitrary<std::int64_t>());
            break;
        default:
            column.values = *rc::gen::container<std::vector<std::string>>(rows, anyText());
    }
    return column;
}

inline Provenance anyProvenance() {
    Provenance provenance;
    provenance.version = *anyText();
    provenance.dtype = *anyText();
    provenance.seed = *rc::gen::arbitrary<std::uint64_t>();
    provenance.tolerance = anyNumber();
    provenance.samples = *rc::gen::arbitrary<std::int64_t>();
    provenance.complete = *rc::gen::arbitrary<bool>();
    provenance.note = *anyText();
    if (*rc::gen::arbitrary<bool>()) provenance.files = {{*anyText(), *anyText()}};
    return provenance;
}

inline ParameterMap anyParameters() {
    ParameterMap parameters;
    for (const auto& name : *rc::gen::resize(4, rc::gen::container<std::vector<std::string>>(anyText()))) {
        const auto finite = [] { return *rc::gen::inRange<std::int64_t>(-1000, 1000) / 7.0; };
        switch (*rc::gen::inRange(0, 4)) {
            case 0:
                parameters[name] = *rc::gen::arbitrary<bool>();
                break;
            case 1:
                parameters[name] = *rc::gen::arbitrary<std::int64_t>();
                break;
            case 2:
                parameters[name] = finite();
                break;
            default:
                parameters[name] = *anyText();
        }
    }
    return parameters;
}

inline std::vector<Metric> anySummary() {
    std::vector<Metric> summary;
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i)
        summary.push_back({*anyText(), *anyText(), *anyText(), anyNumber(), *anyText()});
    return summary;
}

inline ResultRecord anyRecord() {
    ResultRecord record;
    record.probe = *anyText();
    record.parameters = anyParameters();
    record.summary = anySummary();
    for (int t = *rc::gen::inRange(0, 3); t > 0; --t) {
        Table table{*anyText(), *anyText(), {}, *anyText()};
        const auto rows = *rc::gen::inRange<std::size_t>(0, 6);
        for (int c = *rc::gen::inRange(0, 4); c > 0; --c) table.columns.push_back(anyColumn(rows));
        record.tables.push_back(std::move(table));
    }
    for (int a = *rc::gen::inRange(0, 4); a > 0; --a) switch (*rc::gen::inRange(0, 6)) {
            case 0:
                record.arrays.push_back(anyArray<double>());
                break;
            case 1:
                record.arrays.push_back(anyArray<float>());
                break;
            case 2:
                record.arrays.push_back(anyArray<std::int32_t>());
                break;
            case 3:
                record.arrays.push_back(anyArray<std::int64_t>());
                break;
            case 4:
                record.arrays.push_back(anyArray<std::uint64_t>());
                break;
            default:
                record.arrays.push_back(anyArray<unsigned char>());
        }
    record.notes = *rc::gen::resize(3, rc::gen::container<std::vector<std::string>>(anyText()));
    record.provenance = anyProvenance();
    return record;
}

inline std::vector<double> finiteNumbers(std::size_t count) {
    std::vector<double> values;
    while (values.size() < count) {
        const double value = anyNumber();
        values.push_back(std::isfinite(value) ? value : 0);
    }
    return values;
}

inline std::vector<std::int64_t> anySamples(std::int64_t least = 0) {
    return *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(least, 60000));
}

inline SlicePlane planeOf(std::int64_t size, double scale) {
    SlicePlane plane{{size}, Eigen::VectorXd::Constant(size, scale / 3), {}, {}, squarePolygon(scale)};
    plane.u = Eigen::VectorXd::Unit(size, 0);
    plane.v = Eigen::VectorXd::Unit(size, size - 1) * scale;
    return plane;
}

inline SessionSlice anySlice(std::string id) {
    SessionSlice slice;
    slice.id = std::move(id);
    slice.title = *anyText();
    slice.lock = *anyText();
    slice.kind = *rc::gen::element<std::string>("samples", "class-difference", "principal-components",
                                                "random", "pasted");
    slice.completion = *rc::gen::element<std::string>("random-directions", "other-samples");
    slice.seed = *rc::gen::arbitrary<std::uint64_t>();
    slice.classA = *rc::gen::inRange(0, 10);
    slice.anchors = anySamples(-1);
    if (*rc::gen::arbitrary<bool>())
        slice.moved[2] = finiteNumbers(*rc::gen::element<std::size_t>(2, 16, 17, 40));
    if (*rc::gen::arbitrary<bool>()) slice.pasted = planeOf(2, 0.1);
    if (*rc::gen::arbitrary<bool>()) slice.plane = planeOf(40, 0.7);
    const auto turn = finiteNumbers(6);
    slice.rotation = turn[0], slice.tilt = turn[1], slice.secondTilt = turn[2];
    slice.lookCentre = {turn[3], turn[4]}, slice.unitsPerPoint = turn[5];
    slice.isFitted = *rc::gen::arbitrary<bool>();
    slice.fill = *rc::gen::element<std::string>("class", "pattern", "slope", "depth", "none");
    slice.edges = *rc::gen::arbitrary<bool>();
    slice.hoverCard = *rc::gen::arbitrary<bool>();
    slice.samplesShown = *rc::gen::inRange(0, 1000);
    return slice;
}

inline SessionResult anyResult(std::string id) {
    SessionResult result;
    result.id = std::move(id);
    result.title = *anyText();
    result.probe = *anyText();
    result.parameters = anyParameters();
    result.view = anyParameters();
    result.normalisation = {finiteNumbers(3), finiteNumbers(3)};
    result.samples = anySamples();
    result.seed = *rc::gen::arbitrary<std::uint64_t>();
    result.outcome =
        *rc::gen::element(Outcome::Complete, Outcome::Partial, Outcome::Cancelled, Outcome::Failed);
    result.sentence = *anyText();
    result.started = utcNow();
    result.summary = anySummary();
    result.provenance = anyProvenance();
    result.bytes = *rc::gen::inRange<std::int64_t>(0, INT64_MAX);
    return result;
}

inline SessionDocument anyDocument() {
    SessionDocument document;
    document.program = *anyText();
    document.saved = utcNow();
    if (*rc::gen::arbitrary<bool>()) {
        document.models.push_back({"m1",
                                   {"../a.pt", "/x/a.pt", "00"},
                                   FileReference{*anyText(), *anyText(), ""},
                                   Shape{1, 28},
                                   "cuda"});
        document.models.push_back({"m2", {}, std::nullopt, std::nullopt, "cpu"});
        document.currentModel = "m2";
        document.data =
            SessionData{"", {*anyText(), *anyText(), ""}, {{*anyText(), "", "f"}}, {*anyText(), {2, 3}}};
    }
    document.normalisation = {finiteNumbers(1), finiteNumbers(1)};
    document.anchors = anySamples();
    document.currentSample = *rc::gen::inRange<std::int64_t>(-1, 10);
    document.selection = anySamples();
    document.subsets = {{*anyText(), anySamples()}, {*anyText(), {}}};
    document.slices = {anySlice("s1"), anySlice("Ω 2")};
    document.results = {anyResult("r1"), anyResult("r/../2")};
    if (!document.models.empty()) document.results[1].model = "m1";
    document.results[0].slice = "s1";
    document.slices[1].results = {"r1"};
    SessionFigure figure;
    figure.id = "f1", figure.title = *anyText(), figure.columns = 2;
    figure.panels = {{"r1", "", 1, *anyText(), anyParameters()}, {"", "s1", 0, ""}};
    document.figures = {figure};
    document.currentView = *anyText();
    document.windowLayout = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    return document;
}

}  // namespace tessera::test
