// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/regions_record.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <random>

#include "tests/widgets/scenes/synthetic_arrangement.h"

using namespace tessera;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

LinearRegions::Output example(int lines = 12, int outputs = 3) {
    LinearRegions::Output output;
    const auto window = squarePolygon();
    auto arrangement = synthetic::arrangementOf(synthetic::randomNetwork(lines, outputs, 5), window);
    arrangement->sites = {{"hidden", arrangement->faceCount(), 7}};
    arrangement->pieces = arrangement->faceCount();
    arrangement->checks = {4, 4, 1, 1e-12, 10, 0, 0.5, 1e-14};
    arrangement->tolerance = 1e-11;
    arrangement->formOrigin = {0.25, -0.5};
    output.arrangement = arrangement;
    output.plane = {{2}, Eigen::Vector2d(0.1, 0.2), Eigen::Vector2d(1, 0), Eigen::Vector2d(0, 1), window};
    output.engine = "breadth-first";
    output.provenance.dtype = "float64";
    output.provenance.seconds = 1.5;
    return output;
}

ClassMap::Output exampleMap() {
    auto field = std::make_shared<SampledField>();
    field->rows = 2, field->columns = 3, field->outputs = 4, field->evaluations = 5;
    field->low = {-1, -1}, field->high = {1, 1};
    field->label = {0, 1, 2, 3, 0, 1};
    field->confidence = {0.25F, 0.5F, 1, 0, 0.75F, 0.5F};
    field->evaluated = {1, 1, 0, 1, 1, 1};
    return {std::move(field), example().plane, {}};
}

// The record with one value of one array changed.
template <typename T>
ResultRecord changed(ResultRecord record, const char* name, std::size_t at, T value) {
    for (auto& array : record.arrays)
        if (array.name() == name) {
            const auto old = array.values<T>();
            std::vector<T> values(old.begin(), old.end());
            values.at(at) = value;
            array = Array::of<T>(name, array.shape(), std::move(values));
        }
    return record;
}

ResultRecord without(ResultRecord record, const char* name) {
    std::erase_if(record.arrays, [&](const Array& array) { return array.name() == name; });
    return record;
}

ResultRecord reshaped(ResultRecord record, const char* name) {
    for (auto& array : record.arrays)
        if (array.name() == name) array = Array::of<double>(name, {1, 1, 1, 1}, {0});
    return record;
}

ResultRecord withMetric(ResultRecord record, const char* name, double value) {
    for (auto& metric : record.summary)
        if (metric.name == name) metric.value = value;
    return record;
}

std::string refused(const ResultRecord& record) {
    const auto read = record.probe == kRegionsProbe
                          ? regionsFromRecord(record, "Result r1").isOk()
                                ? std::string("accepted")
                                : regionsFromRecord(record, "Result r1").error().message
                      : classMapFromRecord(record, "Result r1").isOk()
                          ? std::string("accepted")
                          : classMapFromRecord(record, "Result r1").error().message;
    return read.starts_with("Result r1 cannot be shown: ") && read.ends_with("; run it again.") ? "refused"
                                                                                                : read;
}

}  // namespace

class RegionsRecordTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void everythingReturns() {
        const auto output = example();
        const auto& a = *output.arrangement;
        QVERIFY(!a.boundary.empty() && !a.cells.empty());
        const auto record = regionsRecord(output, {});
        const auto read = regionsFromRecord(record, "Result r1");
        QVERIFY2(read.isOk(), read.isError() ? read.error().message.c_str() : "");
        const auto& b = *read.value().arrangement;
        QCOMPARE(b.vertices, a.vertices);
        QCOMPARE(b.faceBegin, a.faceBegin);
        QCOMPARE(b.faceVertices, a.faceVertices);
        QCOMPARE(b.patternHash, a.patternHash);
        QCOMPARE(b.depth, a.depth);
        QCOMPARE(b.area, a.area);
        QCOMPARE(b.label, a.label);
        QCOMPARE(b.piece, a.piece);
        QCOMPARE(b.forms, a.forms);
        QCOMPARE(b.outputs, a.outputs);
        QCOMPARE(b.pieces, a.pieces);
        QCOMPARE(b.formOrigin, a.formOrigin);
        QCOMPARE(b.window, a.window);
        QCOMPARE(b.tolerance, a.tolerance);
        QCOMPARE(b.edges.size(), a.edges.size());
        for (std::size_t i = 0; i < a.edges.size(); ++i) {
            QCOMPARE(b.edges[i].v1, a.edges[i].v1);
            QCOMPARE(b.edges[i].right, a.edges[i].right);
            QCOMPARE(b.edges[i].unit, a.edges[i].unit);
        }
        QCOMPARE(b.boundary.size(), a.boundary.size());
        for (std::size_t i = 0; i < a.boundary.size(); ++i) {
            QCOMPARE(b.boundary[i].b, a.boundary[i].b);
            QCOMPARE(b.boundary[i].classB, a.boundary[i].classB);
            QCOMPARE(b.boundary[i].face, a.boundary[i].face);
        }
        QCOMPARE(b.cells.size(), a.cells.size());
        for (std::size_t i = 0; i < a.cells.size(); ++i) {
            QCOMPARE(b.cells[i].label, a.cells[i].label);
            QCOMPARE(b.cells[i].polygon, a.cells[i].polygon);
        }
        QCOMPARE(b.sites[0].name, a.sites[0].name);
        QCOMPARE(b.checks.euler, a.checks.euler);
        QCOMPARE(b.checks.maxInterpolationError, a.checks.maxInterpolationError);
        QCOMPARE(read.value().engine, output.engine);
        QCOMPARE(read.value().plane.origin, output.plane.origin);
        QCOMPARE(read.value().provenance.seconds, 1.5);
        QCOMPARE(b.boundaryLength(), a.boundaryLength());
    }

    void bulkIsShared() {
        const auto output = example();
        const auto record = regionsRecord(output, {});
        QCOMPARE(record.array("forms")->data(), static_cast<const void*>(output.arrangement->forms.data()));
        QCOMPARE(record.array("vertices")->data(),
                 static_cast<const void*>(output.arrangement->vertices.data()));
        QCOMPARE(record.metric("regions")->value, static_cast<double>(output.arrangement->faceCount()));
    }

    void nothingYetReturns() {
        LinearRegions::Output output = example();
        auto empty = std::make_shared<Arrangement>();
        empty->window = output.plane.window;
        empty->outputs = 2;
        empty->complete = false;
        output.arrangement = empty;
        output.provenance.complete = false;
        output.provenance.note = "cancelled";
        const auto read = regionsFromRecord(regionsRecord(output, {}), "Result r1");
        QVERIFY2(read.isOk(), read.isError() ? read.error().message.c_str() : "");
        QCOMPARE(read.value().arrangement->faceCount(), 0);
        QVERIFY(!read.value().arrangement->complete);
        QCOMPARE(read.value().arrangement->stopReason, std::string("cancelled"));
    }

    void hostileArraysAreRefused() {
        const auto record = regionsRecord(example(), {});
        QCOMPARE(refused(record), std::string("accepted"));
        const auto faces = static_cast<std::int32_t>(example().arrangement->faceCount());
        for (const std::int32_t value : {-1, 1'000'000, std::numeric_limits<std::int32_t>::min()}) {
            for (const char* name :
                 {"face_vertices", "face_begin", "label", "piece", "depth", "cell_begin", "cells"})
                QCOMPARE(refused(changed(record, name, 1, value)), std::string("refused"));
            for (std::size_t at = 0; at < 2; ++at)
                QCOMPARE(refused(changed(record, "edges", 6 + at, value)), std::string("refused"));
        }
        QCOMPARE(refused(changed(record, "edges", 2, faces)), std::string("refused"));
        QCOMPARE(refused(changed(record, "edges", 3, -2)), std::string("refused"));
        QCOMPARE(refused(changed(record, "edges", 4, 1)), std::string("refused"));
        QCOMPARE(refused(changed(record, "boundary_classes", 0, 3)), std::string("refused"));
        QCOMPARE(refused(changed(record, "boundary_classes", 2, faces)), std::string("refused"));
        for (const double value : {kNan, 1e9, -std::numeric_limits<double>::infinity()})
            for (const char* name : {"vertices", "boundary_points", "cell_points"})
                QCOMPARE(refused(changed(record, name, 3, value)), std::string("refused"));
        QCOMPARE(refused(changed(record, "plane_u", 0, kNan)), std::string("refused"));
        QCOMPARE(refused(changed(record, "plane_window", 0, 9.0)), std::string("refused"));
        for (const auto& array : record.arrays) {
            QCOMPARE(refused(without(record, array.name().c_str())), std::string("refused"));
            QCOMPARE(refused(reshaped(record, array.name().c_str())), std::string("refused"));
        }
        for (const double value : {kNan, -1.0, 0.5, 1e300})
            for (const char* name : {"outputs", "pieces"})
                QCOMPARE(refused(withMetric(record, name, value)), std::string("refused"));
        auto other = record;
        other.tables.clear();
        QCOMPARE(refused(other), std::string("refused"));
        other = record;
        other.probe = kClassMapProbe;
        QCOMPARE(refused(other), std::string("refused"));
    }

    // What rounding leaves open is told apart from why a run ended early.
    void notesReturn() {
        for (const bool isComplete : {true, false}) {
            auto output = example();
            output.provenance.complete = isComplete;
            output.provenance.note = "something of note";
            const auto read = regionsFromRecord(regionsRecord(output, {}), "Result r1");
            QVERIFY(read.isOk());
            const auto& a = *read.value().arrangement;
            QCOMPARE(a.complete, isComplete);
            QCOMPARE(a.resolutionNote, isComplete ? output.provenance.note : std::string());
            QCOMPARE(a.stopReason, isComplete ? std::string() : output.provenance.note);
        }
    }

    // Whatever single number changes, what is accepted can be walked.
    void acceptedRecordsCanBeWalked() {
        const auto record = regionsRecord(example(6, 2), {});
        std::mt19937 random(3);
        int accepted = 0;
        for (int i = 0; i < 3000; ++i) {
            const auto& array = record.arrays[random() % record.arrays.size()];
            if (array.count() == 0) continue;
            const auto at = random() % static_cast<std::size_t>(array.count());
            auto other = record;
            if (array.holds<std::int32_t>())
                other = changed<std::int32_t>(record, array.name().c_str(), at,
                                              static_cast<std::int32_t>(random() % 40) - 3);
            else if (array.holds<double>())
                other = changed<double>(record, array.name().c_str(), at, (random() % 100) / 25.0 - 2);
            const auto read = regionsFromRecord(other, "Result r1");
            if (!read.isOk()) continue;
            ++accepted;
            const auto& a = *read.value().arrangement;
            double sum = a.boundaryLength();
            for (std::int64_t f = 0; f < a.faceCount(); ++f) {
                sum += a.centroid(f).sum() + a.slopeNorm(f);
                for (auto v = a.faceBegin.at(static_cast<std::size_t>(f));
                     v < a.faceBegin.at(static_cast<std::size_t>(f) + 1); ++v)
                    sum += a.vertices
                               .at(static_cast<std::size_t>(a.faceVertices.at(static_cast<std::size_t>(v))))
                               .x();
            }
            for (const auto& edge : a.edges) sum += a.vertices.at(static_cast<std::size_t>(edge.v0)).x();
            for (const double area : a.areaPerClass()) sum += area;
            QVERIFY(!std::isnan(sum));
        }
        QVERIFY(accepted > 100);
    }

    void classMapsReturn() {
        const auto map = exampleMap();
        const auto record = classMapRecord(map, {});
        const auto read = classMapFromRecord(record, "Result r1");
        QVERIFY2(read.isOk(), read.isError() ? read.error().message.c_str() : "");
        const auto& field = *read.value().field;
        QCOMPARE(field.rows, 2);
        QCOMPARE(field.columns, 3);
        QCOMPARE(field.label, map.field->label);
        QCOMPARE(field.confidence, map.field->confidence);
        QCOMPARE(field.evaluated, map.field->evaluated);
        QCOMPARE(field.low, map.field->low);
        QCOMPARE(field.evaluations, 5);
        QCOMPARE(refused(changed(record, "label", 0, 4)), std::string("refused"));
        QCOMPARE(refused(changed(record, "confidence", 0, 1.5F)), std::string("refused"));
        QCOMPARE(refused(changed(record, "bounds", 0, 1.0)), std::string("refused"));
        for (const auto& array : record.arrays)
            QCOMPARE(refused(without(record, array.name().c_str())), std::string("refused"));
    }

    void optionsReturn() {
        LinearRegions::Options options;
        options.maxRegions = 17, options.maxSeconds = 2.5, options.threads = 3,
        options.engine = "depth-first";
        const auto read = regionsOptions(regionsParameters(options));
        QVERIFY(read.isOk());
        QCOMPARE(regionsParameters(read.value()), regionsParameters(options));
        QVERIFY(completeParameters(LinearRegions::Options::parameters(), {}).value() ==
                regionsParameters({}));
        QVERIFY(regionsOptions({{"engine", std::string("magic")}}).isError());
        ClassMap::Options map;
        map.resolution = 99, map.adaptive = false;
        QCOMPARE(classMapParameters(classMapOptions(classMapParameters(map)).value()),
                 classMapParameters(map));
    }

    void planeIsRead() {
        const auto plane = planeFromRecord(regionsRecord(example(), {}), "Result r1");
        QVERIFY(plane.isOk());
        QCOMPARE(plane.value().origin, example().plane.origin);
        QVERIFY(planeFromRecord({}, "Result r1").isError());
    }
};

QTEST_GUILESS_MAIN(RegionsRecordTest)
#include "regions_record_test.moc"
