// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numerics/nearest_neighbours.h"

#include <rapidcheck.h>

#include <Eigen/QR>
#include <QtTest>
#include <cmath>
#include <random>

using namespace tessera;

namespace {

Rows randomRows(std::int64_t count, std::int64_t width, unsigned seed, double offset = 0) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    Rows rows(count, width);
    for (std::int64_t i = 0; i < rows.size(); ++i) rows.data()[i] = offset + normal(generator);
    return rows;
}

// Whole numbers in a small cube: full of duplicates and equal distances.
Rows latticeRows(std::int64_t count, std::int64_t width, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_int_distribution<int> whole(-2, 2);
    Rows rows(count, width);
    for (std::int64_t i = 0; i < rows.size(); ++i) rows.data()[i] = whole(generator);
    return rows;
}

std::vector<std::int32_t> randomClasses(std::int64_t count, int classes, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_int_distribution<int> name(-1, classes - 1);  // some belong to none
    std::vector<std::int32_t> list;
    for (std::int64_t i = 0; i < count; ++i) list.push_back(name(generator));
    return list;
}

Neighbours find(const NeighbourPool& pool, const Rows& queries, std::span<const std::int32_t> ofClass, int k,
                std::span<const unsigned char> hasSelf = {}, int threads = 2) {
    WorkerTeam team(threads);
    return nearestNeighbours(pool, queries, ofClass, k, hasSelf, team, {}).value();
}

// All distances, sorted: what the search must give.
Neighbours byHand(const Rows& points, const std::vector<std::int32_t>& classes, const Rows& queries,
                  const std::vector<std::int32_t>& ofClass, int k) {
    Neighbours found{k, {}, {}};
    for (std::int64_t q = 0; q < queries.rows(); ++q) {
        std::vector<std::pair<double, std::int64_t>> all;
        for (std::int64_t i = 0; i < points.rows(); ++i) {
            const auto own = classes[static_cast<std::size_t>(i)];
            const auto wanted = ofClass.empty() ? kAnyClass : ofClass[static_cast<std::size_t>(q)];
            if (own < 0 || (wanted != kAnyClass && own != wanted)) continue;
            double squared = 0;
            for (std::int64_t d = 0; d < points.cols(); ++d)
                squared += (queries(q, d) - points(i, d)) * (queries(q, d) - points(i, d));
            all.emplace_back(std::sqrt(squared), i);
        }
        std::sort(all.begin(), all.end());
        all.resize(static_cast<std::size_t>(k), {std::numeric_limits<double>::infinity(), -1});
        for (const auto& [distance, index] : all)
            found.distance.push_back(distance), found.index.push_back(index);
    }
    return found;
}

bool areClose(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(a[i] == b[i] || std::abs(a[i] - b[i]) <= tolerance * (1 + std::abs(b[i])))) return false;
    return a.size() == b.size();
}

}  // namespace

class NearestNeighboursTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // On a lattice squared distances are exact, so distances, ties and order must agree to the last bit.
    void agreesWithAllDistancesOnALattice() {
        const bool holds = rc::check("lattice", [] {
            const auto count = *rc::gen::inRange(0, 700), queryCount = *rc::gen::inRange(1, 140),
                       width = *rc::gen::inRange(1, 5), k = *rc::gen::inRange(1, 30),
                       classes = *rc::gen::inRange(1, 4);
            const auto seed = *rc::gen::arbitrary<unsigned>();
            const auto points = latticeRows(count, width, seed),
                       queries = latticeRows(queryCount, width, ~seed);
            const auto names = randomClasses(count, classes, seed);
            auto wanted = randomClasses(queryCount, classes, ~seed);
            if (*rc::gen::arbitrary<bool>()) wanted.clear();
            const NeighbourPool pool(points, names, classes);
            const auto found = find(pool, queries, wanted, k),
                       truth = byHand(points, names, queries, wanted, k);
            RC_ASSERT(found.distance == truth.distance);
            RC_ASSERT(found.index == truth.index);
        });
        QVERIFY(holds);
    }

    // Far from the origin the matrix product alone would be wrong in the leading digits.
    void agreesWithAllDistancesFarFromTheOrigin() {
        const bool holds = rc::check("offset", [] {
            const auto seed = *rc::gen::arbitrary<unsigned>();
            const double offset = *rc::gen::element(0.0, 10.0, 1e4, 1e7);
            const auto points = randomRows(300, 17, seed, offset),
                       queries = randomRows(70, 17, ~seed, offset);
            const std::vector<std::int32_t> names(300, 0);
            const auto found = find(NeighbourPool(points, names, 1), queries, {}, 7);
            const auto truth = byHand(points, names, queries, {}, 7);
            RC_ASSERT(found.index == truth.index);
            RC_ASSERT(areClose(found.distance, truth.distance, 1e-14));
        });
        QVERIFY(holds);
    }

    void duplicatesAreAtExactlyZero() {
        auto points = randomRows(500, 64, 1, 3);
        points.row(400) = points.row(7);
        points.row(20) = points.row(7);
        const std::vector<std::int32_t> names(500, 0);
        const auto found = find(NeighbourPool(points, names, 1), points.row(7), {}, 4);
        for (int i = 0; i < 3; ++i) QCOMPARE(found.distance[static_cast<std::size_t>(i)], 0.0);
        QVERIFY(found.index[0] == 7 && found.index[1] == 20 && found.index[2] == 400);
        QVERIFY(found.distance[3] > 0.1);
    }

    // One self match is left out, not every duplicate, and none where there is none.
    void leavesOutOneSelf() {
        Rows points(4, 1);
        points << 0, 0, 5, 7;
        const std::vector<std::int32_t> names(4, 0);
        Rows queries(3, 1);
        queries << 0, 5, 6;
        const std::vector<unsigned char> self{1, 1, 1};
        const auto found = find(NeighbourPool(points, names, 1), queries, {}, 2, self);
        QCOMPARE(found.distance, (std::vector<double>{0, 5, 2, 5, 1, 1}));
    }

    void fewerThanAskedFor() {
        Rows points(3, 2);
        points << 0, 0, 3, 4, 9, 9;
        const std::vector<std::int32_t> names{0, 1, 0};
        const Rows query = Rows::Zero(1, 2);
        const std::vector<std::int32_t> one{1};
        const auto found = find(NeighbourPool(points, names, 2), query, one, 3);
        QCOMPARE(found.distance[0], 5.0);
        QCOMPARE(found.index[0], 1);
        QVERIFY(std::isinf(found.distance[1]) && std::isinf(found.distance[2]));
        QCOMPARE(found.index[2], -1);
    }

    void turnsAndShiftsWithTheSpace() {
        const auto points = randomRows(400, 12, 5), queries = randomRows(90, 12, 6);
        const std::vector<std::int32_t> names = randomClasses(400, 3, 7), wanted(90, 1);
        const Rows turn = Eigen::HouseholderQR<Rows>(randomRows(12, 12, 8)).householderQ();
        const Eigen::RowVectorXd shift = randomRows(1, 12, 9, 20);
        const Rows moved = (points * turn).rowwise() + shift,
                   movedQueries = (queries * turn).rowwise() + shift;
        const auto before = find(NeighbourPool(points, names, 3), queries, wanted, 9);
        const auto after = find(NeighbourPool(moved, names, 3), movedQueries, wanted, 9);
        QCOMPARE(after.index, before.index);
        QVERIFY(areClose(after.distance, before.distance, 1e-12));
    }

    void threadsChangeNothing() {
        const auto points = randomRows(900, 33, 10), queries = randomRows(500, 33, 11);
        const auto names = randomClasses(900, 4, 12);
        std::vector<std::int32_t> wanted;
        for (int i = 0; i < 500; ++i) wanted.push_back(i % 4);
        const NeighbourPool pool(points, names, 4);
        const auto one = find(pool, queries, wanted, 20, {}, 1),
                   four = find(pool, queries, wanted, 20, {}, 4);
        QVERIFY(one.distance == four.distance && one.index == four.index);
    }

    void stops() {
        const auto points = randomRows(100, 3, 13);
        const NeighbourPool pool(points, std::vector<std::int32_t>(100, 0), 1);
        std::stop_source source;
        source.request_stop();
        WorkerTeam team(1);
        QVERIFY(nearestNeighbours(pool, points, {}, 2, {}, team, source.get_token()).isCancelled());
    }

    void placesLeadBack() {
        const auto points = randomRows(50, 2, 14);
        const auto names = randomClasses(50, 3, 15);
        const NeighbourPool pool(points, names, 3);
        for (std::int64_t row = 0; row < 50; ++row) {
            const auto place = pool.placeOf(row);
            QCOMPARE(place < 0, names[static_cast<std::size_t>(row)] < 0);
            if (place < 0) continue;
            QCOMPARE(pool.index(place), row);
            QVERIFY(pool.points().row(place) == points.row(row));
            const auto [begin, end] = pool.range(names[static_cast<std::size_t>(row)]);
            QVERIFY(place >= begin && place < end);
        }
    }
};

QTEST_GUILESS_MAIN(NearestNeighboursTest)
#include "nearest_neighbours_test.moc"
