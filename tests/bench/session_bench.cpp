// SPDX-License-Identifier: GPL-3.0-or-later
// session_bench [REGIONS] [OUTPUTS] [FOLDER]: saves, opens and reads back a session with an arrangement of
// that many regions, as a grid of squares. Fails if 1,000,000 regions miss the targets: saved in 2 s, opened
// in 1 s.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "core/probes/regions_record.h"
#include "core/session/session_file.h"

using namespace tessera;

namespace {

// side x side squares over [-1, 1]^2, every array as full as a real one's.
LinearRegions::Output gridArrangement(std::int32_t side, std::int32_t outputs) {
    auto a = std::make_shared<Arrangement>();
    const auto vertex = [side](std::int32_t x, std::int32_t y) { return y * (side + 1) + x; };
    const auto face = [side](std::int32_t x, std::int32_t y) {
        return x < 0 || y < 0 || x >= side || y >= side ? -1 : y * side + x;
    };
    const double step = 2.0 / side;
    for (std::int32_t y = 0; y <= side; ++y)
        for (std::int32_t x = 0; x <= side; ++x) {
            a->vertices.emplace_back(-1 + step * x, -1 + step * y);
            if (x < side)
                a->edges.push_back(
                    {vertex(x, y), vertex(x + 1, y), face(x, y), face(x, y - 1), y % 4 - 1, x});
            if (y < side)
                a->edges.push_back(
                    {vertex(x, y), vertex(x, y + 1), face(x - 1, y), face(x, y), x % 4 - 1, y});
        }
    a->faceBegin.push_back(0);
    for (std::int32_t y = 0; y < side; ++y)
        for (std::int32_t x = 0; x < side; ++x) {
            for (const auto corner : {vertex(x, y), vertex(x + 1, y), vertex(x + 1, y + 1), vertex(x, y + 1)})
                a->faceVertices.push_back(corner);
            a->faceBegin.push_back(static_cast<std::int32_t>(a->faceVertices.size()));
            a->patternHash.push_back(static_cast<std::uint64_t>(face(x, y)) * 0x9e3779b97f4a7c15u);
            a->depth.push_back(x % 4);
            a->area.push_back(step * step);
            a->label.push_back(x % outputs);
            a->piece.push_back(face(x, y));
            for (std::int32_t k = 0; k < 3 * outputs; ++k) a->forms.push_back(0.1 * k + x - y);
        }
    a->pieces = a->faceCount();
    a->outputs = outputs;
    a->window = squarePolygon();
    a->sites = {{"a", 1, 1}, {"b", 2, 2}, {"c", 3, 3}};
    a->checks.windowArea = a->checks.areaSum = 4;
    a->checks.euler = 1;
    SlicePlane plane{
        {2}, Eigen::Vector2d(0, 0), Eigen::Vector2d(1, 0), Eigen::Vector2d(0, 1), squarePolygon()};
    return {std::move(a), plane, "grid", {}};
}

double seconds(const char* what, const auto& work) {
    const auto begin = std::chrono::steady_clock::now();
    const auto computing = std::clock();
    work();
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("%-34s %7.3f s (%.3f s of computing)\n", what, took,
                static_cast<double>(std::clock() - computing) / CLOCKS_PER_SEC);
    return took;
}

template <typename T>
T sure(Result<T> result) {
    if (result.isOk()) return std::move(result).value();
    std::fprintf(stderr, "%s\n", result.isError() ? result.error().message.c_str() : "cancelled");
    std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
    const auto regions = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
    const auto outputs = argc > 2 ? std::atoi(argv[2]) : 10;
    const std::filesystem::path folder = argc > 3 ? argv[3] : std::filesystem::temp_directory_path();
    const auto path = folder / "session_bench.tessera";
    auto side = 1;
    while (side * side < regions) ++side;
    NoProgress progress;
    const auto output = gridArrangement(side, std::max(outputs, 1));
    std::shared_ptr<const ResultRecord> record;
    seconds("record (shares the bulk)",
            [&] { record = std::make_shared<const ResultRecord>(regionsRecord(output, {})); });
    std::printf("%d regions, %.0f MB\n", side * side, static_cast<double>(record->bytes()) / 1e6);
    SessionDocument document;
    document.results.emplace_back();
    describeRecord(*record, document.results[0]);
    document.results[0].id = "r1";
    const ResultNumbers numbers[] = {{"r1", record, nullptr}};
    OpenedSession session;
    const double save = seconds("save, to the disk",
                                [&] { session = sure(saveSession(path, document, numbers, {}, progress)); });
    seconds("save again, numbers copied", [&] {
        const ResultNumbers again[] = {{"r1", nullptr, session.numbers.at("r1")}};
        session = sure(saveSession(path, document, again, {}, progress));
    });
    const double open = seconds("open", [&] { session = sure(openSession(path)); });
    std::shared_ptr<const ResultRecord> read;
    const double load =
        seconds("read the numbers", [&] { read = sure(session.numbers.at("r1")->load({}, progress)); });
    LinearRegions::Output back;
    const double check =
        seconds("check them, make an arrangement", [&] { back = sure(regionsFromRecord(*read, "r1")); });
    const bool isSame = back.arrangement->forms == output.arrangement->forms &&
                        back.arrangement->faceVertices == output.arrangement->faceVertices;
    std::printf("opened and shown in %.3f s; numbers %s\n", open + load + check, isSame ? "equal" : "DIFFER");
    std::filesystem::remove(path);
    const bool isFast = regions < 1'000'000 || (save <= 2 && open + load + check <= 1);
    return isSame && isFast ? 0 : 1;
}
