// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes as session.json, as a session file with its results, as one stored record, and as changes to the
// arrays of an arrangement. What is accepted must be written and read again.
#include <cstring>

#include "core/probes/regions_record.h"
#include "core/session/resolve.h"
#include "core/session/session_file.h"
#include "tests/fuzz/fuzz_dataset.h"

using namespace tessera;
using namespace tessera::fuzz;

namespace {

void checkNumbers(const StoredRecord& stored) {
    NoProgress progress;
    isOk(stored.head());
    const auto record = stored.load({}, progress);
    if (!isOk(record)) return;
    check(record.value()->bytes() >= 0);
    isOk(regionsFromRecord(*record.value(), "Result r1"));
    isOk(planeFromRecord(*record.value(), "Result r1"));
}

void checkText(std::string_view text) {
    const auto document = parseSession(text, "fuzz.tessera");
    if (!isOk(document)) return;
    const auto written = sessionText(document.value());
    const auto again = parseSession(written, "fuzz.tessera");
    check(isOk(again));
    check(sessionText(again.value()) == written);
}

// Two triangles in a square, two classes.
ResultRecord smallArrangement() {
    ResultRecord record;
    record.probe = kRegionsProbe;
    for (const auto& [name, value] :
         std::initializer_list<std::pair<const char*, double>>{{"outputs", 2},
                                                               {"pieces", 2},
                                                               {"tolerance", 0},
                                                               {"window_area", 4},
                                                               {"area", 4},
                                                               {"euler", 1},
                                                               {"max_interpolation_error", 0},
                                                               {"faces_checked", 0},
                                                               {"pattern_mismatches", 0},
                                                               {"smallest_off_margin", 0},
                                                               {"largest_on_margin", 0}})
        record.summary.push_back({name, "", "", value, ""});
    record.tables = {{"layers",
                      "",
                      {{"layer", "", "", "", std::vector<std::string>{"relu"}},
                       {"regions_after", "", "", "", std::vector<std::int64_t>{2}},
                       {"edges", "", "", "", std::vector<std::int64_t>{1}}}}};
    record.arrays = {
        Array::of<double>("plane_origin", {2}, {0, 0}),
        Array::of<double>("plane_u", {2}, {1, 0}),
        Array::of<double>("plane_v", {2}, {0, 1}),
        Array::of<double>("plane_window", {4, 2}, {-1, -1, 1, -1, 1, 1, -1, 1}),
        Array::of<double>("form_origin", {2}, {0, 0}),
        Array::of<double>("vertices", {4, 2}, {-1, -1, 1, -1, 1, 1, -1, 1}),
        Array::of<std::int32_t>("edges", {1, 6}, {0, 2, 0, 1, 0, 0}),
        Array::of<std::int32_t>("face_begin", {3}, {0, 3, 6}),
        Array::of<std::int32_t>("face_vertices", {6}, {0, 1, 2, 0, 2, 3}),
        Array::of<std::uint64_t>("pattern_hash", {2}, {1, 2}),
        Array::of<std::int32_t>("depth", {2}, {1, 1}),
        Array::of<double>("area", {2}, {2, 2}),
        Array::of<std::int32_t>("label", {2}, {0, 1}),
        Array::of<std::int32_t>("piece", {2}, {0, 1}),
        Array::of<double>("forms", {2, 2, 3}, std::vector<double>(12, 0.5)),
        Array::of<double>("boundary_points", {1, 2, 2}, {-1, -1, 1, 1}),
        Array::of<std::int32_t>("boundary_classes", {1, 3}, {0, 1, 0}),
        Array::of<std::int32_t>("cells", {1, 2}, {0, 0}),
        Array::of<std::int32_t>("cell_begin", {2}, {0, 3}),
        Array::of<double>("cell_points", {3, 2}, {-1, -1, 1, -1, 1, 1}),
    };
    return record;
}

template <typename T>
void change(Array& array, std::size_t at, const std::uint8_t* bytes) {
    const auto old = array.values<T>();
    std::vector<T> values(old.begin(), old.end());
    std::memcpy(&values[at % values.size()], bytes, sizeof(T));
    array = Array::of<T>(array.name(), array.shape(), std::move(values));
}

// Array, place and value, ten bytes at a time.
void checkArrays(std::span<const std::uint8_t> bytes) {
    auto record = smallArrangement();
    for (; bytes.size() >= 10; bytes = bytes.subspan(10)) {
        auto& array = record.arrays[bytes[0] % record.arrays.size()];
        if (array.holds<double>()) change<double>(array, bytes[1], &bytes[2]);
        if (array.holds<std::int32_t>()) change<std::int32_t>(array, bytes[1], &bytes[2]);
    }
    const auto read = regionsFromRecord(record, "Result r1");
    if (!isOk(read)) return;
    const auto& a = *read.value().arrangement;
    for (std::int64_t face = 0; face < a.faceCount(); ++face) {
        a.centroid(face);
        a.slopeNorm(face);
    }
    for (const auto& edge : a.edges)
        check(static_cast<std::size_t>(edge.v0) < a.vertices.size() &&
              static_cast<std::size_t>(edge.v1) < a.vertices.size());
    for (const auto& cell : a.cells) check(cell.face < a.faceCount());
    a.areaPerClass();
    a.boundaryLength();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    static const bool isTried = (check(regionsFromRecord(smallArrangement(), "Result r1").isOk()), true);
    (void)isTried;
    const std::span<const std::uint8_t> bytes(data, size);
    checkText({reinterpret_cast<const char*>(data), size});
    checkArrays(bytes);
    checkNumbers(StoredRecord(
        std::make_shared<const MemoryStore>(std::vector<unsigned char>(data, data + size), "fuzz"), 0,
        "Result r1"));
    const auto path = folder.write("fuzz.tessera", bytes);
    isSessionFile(path);
    const auto session = openSession(path);
    if (isOk(session))
        for (const auto& [id, stored] : session.value().numbers) checkNumbers(*stored);
    return 0;
}
