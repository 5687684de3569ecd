// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <atomic>
#include <stdexcept>
#include <vector>

#include "core/geometry/worker_team.h"

using namespace tessera;

class WorkerTeamTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void everyIndexOnce_data() {
        QTest::addColumn<int>("threads");
        for (const int threads : {0, 1, 2, 5}) QTest::addRow("%d threads", threads) << threads;
    }
    void everyIndexOnce() {
        QFETCH(int, threads);
        WorkerTeam team(threads);
        QCOMPARE(team.size(), static_cast<std::size_t>(std::max(threads, 1)));
        for (int loop = 0; loop < 2000; ++loop) {  // many short ones: late threads must find nothing to do
            const auto count = static_cast<std::size_t>(loop % 23);
            std::vector<std::atomic<int>> visits(count);
            std::atomic<bool> knownWorkers = true;
            team.forEach(count, [&](std::size_t index, std::size_t worker) {
                ++visits[index];
                if (worker >= team.size()) knownWorkers = false;
            });
            for (const auto& visited : visits) QCOMPARE(visited.load(), 1);
            QVERIFY(knownWorkers);
        }
    }
    void workersAreNotSharedAtOnce() {
        WorkerTeam team(4);
        std::vector<std::atomic<int>> inside(team.size());
        std::atomic<bool> alone = true;
        team.forEach(5000, [&](std::size_t, std::size_t worker) {
            if (++inside[worker] != 1) alone = false;
            --inside[worker];
        });
        QVERIFY(alone);
    }
    void exceptionsReachTheCaller() {
        WorkerTeam team(3);
        for (int loop = 0; loop < 50; ++loop) {
            QVERIFY_THROWS_EXCEPTION(std::runtime_error,
                                     team.forEach(1000, [](std::size_t index, std::size_t) {
                                         if (index == 7) throw std::runtime_error("seven");
                                     }));
            std::atomic<int> sum = 0;
            team.forEach(10, [&](std::size_t index, std::size_t) { sum += static_cast<int>(index); });
            QCOMPARE(sum.load(), 45);  // and the team goes on
        }
    }
};

QTEST_GUILESS_MAIN(WorkerTeamTest)
#include "worker_team_test.moc"
