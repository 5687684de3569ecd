// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/jobs/job_runner.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "tests/slowdown.h"

using namespace tessera;

namespace {

// A door that workers wait at, so that tests decide the order of events without sleeping.
class Gate {
  public:
    void open() {
        const std::lock_guard lock(mutex_);
        isOpen_ = true;
        changed_.notify_all();
    }
    // Returns false if the stop came first.
    bool wait(std::stop_token stop) {
        std::unique_lock lock(mutex_);
        return changed_.wait(lock, stop, [this] { return isOpen_; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool isOpen_ = false;
};

std::function<Result<int>(std::stop_token, Progress&)> waitAt(std::shared_ptr<Gate> gate, int value) {
    return [gate, value](std::stop_token stop, Progress&) -> Result<int> {
        if (!gate->wait(stop)) return Cancelled{};
        return value;
    };
}

}  // namespace

class JobRunnerTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void deliversOnTheWindowThread() {
        JobRunner runner;
        int answer = 0;
        std::thread::id worker;
        runner.start<int>(
            this, "a", "Adding", JobLane::Interactive,
            [&worker](std::stop_token, Progress&) -> Result<int> {
                worker = std::this_thread::get_id();
                return 42;
            },
            [&](Result<int> result) {
                QCOMPARE(QThread::currentThread(), thread());
                answer = result.value();
            });
        QTRY_COMPARE(answer, 42);
        QVERIFY(worker != std::this_thread::get_id());
        QVERIFY(!runner.isBusy());
        QCOMPARE(runner.jobs().size(), 1);
        QCOMPARE(runner.jobs().front().state, JobInfo::State::Done);
    }

    void latestWins() {
        JobRunner runner;
        auto gate = std::make_shared<Gate>();
        std::vector<int> answers;
        std::atomic<int> stopped = 0;
        for (int request = 0; request < 20; ++request) {
            runner.start<int>(
                this, "slider", "Slice", JobLane::Heavy,
                [gate, request, &stopped](std::stop_token stop, Progress&) -> Result<int> {
                    if (!gate->wait(stop)) ++stopped;
                    return request;  // an answer in spite of the stop must be dropped all the same
                },
                [&](Result<int> result) { answers.push_back(result.isOk() ? result.value() : -1); });
        }
        QVERIFY(runner.isBusy(this, "slider"));
        gate->open();
        QTRY_VERIFY(!runner.isBusy());
        QCOMPARE(answers, std::vector<int>{19});
        QVERIFY(stopped <= 1);  // the first ran; the others were dropped while they waited
        QCOMPARE(runner.jobs().size(), 1);
    }

    void otherKeysAndReceiversAreLeftAlone() {
        JobRunner runner;
        QObject other;
        auto gate = std::make_shared<Gate>();
        int sum = 0;
        auto add = [&](Result<int> result) { sum += result.value(); };
        runner.start<int>(this, "a", "A", JobLane::Interactive, waitAt(gate, 1), add);
        runner.start<int>(this, "b", "B", JobLane::Interactive, waitAt(gate, 10), add);
        runner.start<int>(&other, "a", "C", JobLane::Interactive, waitAt(gate, 100), add);
        gate->open();
        QTRY_COMPARE(sum, 111);
    }

    void heavyJobsRunInOrderAndInteractiveOnesBesideThem() {
        JobRunner runner;
        auto gate = std::make_shared<Gate>();
        std::vector<int> order;
        auto note = [&](Result<int> result) { order.push_back(result.value()); };
        for (int i = 0; i < 3; ++i)
            runner.start<int>(this, QString::number(i), "Heavy", JobLane::Heavy, waitAt(gate, i), note);
        const auto jobs = runner.jobs();
        QCOMPARE(std::count_if(jobs.begin(), jobs.end(),
                               [](const JobInfo& job) { return job.state == JobInfo::State::Running; }),
                 1);
        runner.start<int>(
            this, "quick", "Quick", JobLane::Interactive,
            [](std::stop_token, Progress&) -> Result<int> { return 100; }, note);
        QTRY_COMPARE(order, std::vector<int>{100});
        gate->open();
        QTRY_COMPARE(order, (std::vector<int>{100, 0, 1, 2}));
    }

    void cancelTakesEffectWithin100ms() {
        JobRunner runner;
        std::atomic<bool> started = false;
        bool cancelled = false;
        const JobId id = runner.start<int>(
            this, "long", "Long", JobLane::Heavy,
            [&started](std::stop_token stop, Progress&) -> Result<int> {
                started = true;
                while (!stop.stop_requested()) std::this_thread::yield();
                return Cancelled{};
            },
            [&](Result<int> result) { cancelled = result.isCancelled(); });
        QTRY_VERIFY(started);
        QElapsedTimer clock;
        clock.start();
        runner.cancel(id);
        QVERIFY(clock.elapsed() < 20 * kSlowdown);  // returns at once
        QTRY_VERIFY(cancelled);
        QVERIFY2(clock.elapsed() < 100 * kSlowdown, qPrintable(QString::number(clock.elapsed())));
        QCOMPARE(runner.job(id).state, JobInfo::State::Cancelled);
    }

    void cancelOfAWaitingJobDoesNotWaitForTheRunningOne() {
        JobRunner runner;
        auto gate = std::make_shared<Gate>();
        int first = 0;
        bool ran = false, cancelled = false;
        runner.start<int>(this, "1", "First", JobLane::Heavy, waitAt(gate, 1),
                          [&](Result<int> result) { first = result.value(); });
        const JobId waiting = runner.start<int>(
            this, "2", "Second", JobLane::Heavy,
            [&ran](std::stop_token, Progress&) -> Result<int> {
                ran = true;
                return 2;
            },
            [&](Result<int> result) { cancelled = result.isCancelled(); });
        runner.cancel(waiting);
        QTRY_VERIFY(cancelled);
        QCOMPARE(first, 0);
        QVERIFY(!ran);
        gate->open();
        QTRY_COMPARE(first, 1);
    }

    void aPartialResultSurvivesCancel() {
        JobRunner runner;
        auto gate = std::make_shared<Gate>();
        std::atomic<bool> began = false;
        int partial = 0;
        const JobId id = runner.start<int>(
            this, "p", "Partial", JobLane::Heavy,
            [gate, &began](std::stop_token stop, Progress&) -> Result<int> {
                began = true;
                return gate->wait(stop) ? 100 : 37;
            },
            [&](Result<int> result) { partial = result.value(); });
        QTRY_VERIFY(began);
        runner.cancel(id);
        QTRY_COMPARE(partial, 37);
    }

    void aReceiverThatIsGoneIsNotCalled() {
        JobRunner runner;
        auto gate = std::make_shared<Gate>();
        auto receiver = std::make_unique<QObject>();
        bool called = false;
        std::atomic<bool> stopped = false;
        runner.start<int>(
            receiver.get(), "a", "A", JobLane::Interactive,
            [gate, &stopped](std::stop_token stop, Progress&) -> Result<int> {
                stopped = !gate->wait(stop);
                return 1;
            },
            [&](Result<int>) { called = true; });
        receiver.reset();
        QTRY_VERIFY(!runner.isBusy());
        QVERIFY(!called);
    }

    void exceptionsBecomeOneSentence() {
        JobRunner runner;
        QStringList sentences;
        auto note = [&](Result<int> result) { sentences << QString::fromStdString(result.error().message); };
        const JobId id = runner.start<int>(
            this, "a", "A", JobLane::Heavy,
            [](std::stop_token, Progress&) -> Result<int> {
                throw std::runtime_error("shape [2] is invalid\n  at frame #0: ...");
            },
            note);
        runner.start<int>(
            this, "b", "B", JobLane::Heavy,
            [](std::stop_token, Progress&) -> Result<int> { throw std::bad_alloc(); }, note);
        runner.start<int>(
            this, "c", "C", JobLane::Heavy, [](std::stop_token, Progress&) -> Result<int> { throw 3; }, note);
        QTRY_COMPARE(sentences.size(), 3);
        QVERIFY(sentences[0].contains("shape [2] is invalid"));
        QVERIFY(!sentences[0].contains('\n'));
        QVERIFY(sentences[1].contains("memory"));
        QCOMPARE(runner.job(id).state, JobInfo::State::Failed);
        QCOMPARE(runner.job(id).error, sentences[0]);
    }

    void postedPicturesComeBeforeTheResultAndDieWithTheirRequest() {
        JobRunner runner;
        std::vector<int> seen;
        auto ask = [&](int request) {
            runner.start<int>(
                this, "map", "Map", JobLane::Interactive,
                [&runner, &seen, request, this](std::stop_token, Progress&) -> Result<int> {
                    for (int level = 1; level < 4; ++level)
                        runner.post(this, JobRunner::currentJob(),
                                    [&seen, request, level] { seen.push_back(request + level); });
                    return request + 4;
                },
                [&](Result<int> result) { seen.push_back(result.value()); });
        };
        ask(10);
        ask(20);
        QTRY_VERIFY(!runner.isBusy());
        QCOMPARE(seen, (std::vector<int>{21, 22, 23, 24}));
        QCOMPARE(JobRunner::currentJob(), JobId(0));
    }

    void progressIsThrottledWithAGuaranteedLast() {
        JobRunner runner;
        QElapsedTimer clock;
        clock.start();
        JobInfo last;
        int signalCount = 0;
        connect(&runner, &JobRunner::jobChanged, this, [&](JobId id) {
            last = runner.job(id);
            ++signalCount;
        });
        bool finished = false;
        runner.start<int>(
            this, "p", "Counting", JobLane::Heavy,
            [](std::stop_token, Progress& progress) -> Result<int> {
                for (int i = 1; i <= 200'000; ++i) progress.report(i, 200'000, i % 2 ? "odd" : "even");
                return 0;
            },
            [&](Result<int>) { finished = true; });
        QTRY_VERIFY(finished);
        QCOMPARE(last.done, 200'000);
        QCOMPARE(last.what, QString("even"));
        QVERIFY2(signalCount <= clock.elapsed() / 50 + 2, qPrintable(QString::number(signalCount)));
    }

    void stepsSharesAndRates() {
        JobRunner runner;
        // Handed to the work one by one, so that each is seen before the next.
        std::mutex mutex;
        std::condition_variable_any turn;
        int allowed = 0;
        const auto id = runner.start<int>(
            this, "steps", "Two steps", JobLane::Heavy,
            [&](std::stop_token stop, Progress& progress) -> Result<int> {
                const auto await = [&](int wanted) {
                    std::unique_lock lock(mutex);
                    turn.wait(lock, stop, [&] { return allowed >= wanted; });
                };
                progress.beginStep(1, 2, "measuring");
                progress.reportShare(0.25, "measuring");
                await(1);
                progress.beginStep(2, 2, "walking");
                for (int done = 1;; ++done) {
                    progress.report(done, 1'000'000, "walking");
                    std::unique_lock lock(mutex);
                    if (turn.wait_for(lock, stop, std::chrono::milliseconds(10),
                                      [&] { return allowed >= 2; }) ||
                        stop.stop_requested())
                        return 0;
                }
            },
            [](Result<int>) {});
        const auto allow = [&](int count) {
            const std::lock_guard lock(mutex);
            allowed = count;
            turn.notify_all();
        };
        QTRY_VERIFY(runner.job(id).isShare);
        JobInfo info = runner.job(id);
        QCOMPARE(info.stepCount, 2);
        QCOMPARE(info.steps.size(), 1);
        QCOMPARE(info.steps[0].title, QString("measuring"));
        QCOMPARE(100 * info.done / info.total, 25);
        QCOMPARE(info.perSecond, 0.0);
        allow(1);
        QTRY_VERIFY(runner.job(id).perSecond > 0);
        info = runner.job(id);
        QVERIFY(!info.isShare);
        QCOMPARE(info.steps.size(), 2);
        // One each 10 ms at most, and what is left goes by the same rate.
        QVERIFY2(info.perSecond > 1 && info.perSecond <= 110, qPrintable(QString::number(info.perSecond)));
        const double left = double(info.total - info.done) / info.perSecond * 1000;
        QVERIFY(std::abs(double(info.etaMs) - left) <= 1 + 1e-6 * left);
        allow(2);
        QTRY_VERIFY(!runner.isBusy());
        info = runner.job(id);
        QCOMPARE(info.etaMs, -1);
        QCOMPARE(info.perSecond, 0.0);
        QCOMPARE(info.steps[1].startedMs, info.steps[0].startedMs + info.steps[0].elapsedMs);
        QCOMPARE(info.steps[1].startedMs + info.steps[1].elapsedMs, info.elapsedMs);
    }

    void destructorCancelsAndJoins() {
        std::atomic<int> left = 0;
        std::atomic<bool> began = false;
        QElapsedTimer clock;
        {
            JobRunner runner;
            for (int i = 0; i < 5; ++i)
                runner.start<int>(
                    this, QString::number(i), "Endless", i % 2 ? JobLane::Heavy : JobLane::Interactive,
                    [&](std::stop_token stop, Progress&) -> Result<int> {
                        began = true;
                        while (!stop.stop_requested()) std::this_thread::yield();
                        ++left;
                        return Cancelled{};
                    },
                    [](Result<int>) { QFAIL("nobody is there any more"); });
            QTRY_VERIFY(began);
            clock.start();
        }
        QVERIFY(clock.elapsed() < 500);
        QVERIFY(left >= 1);
    }

    void theEventLoopKeepsBeating() {
        JobRunner runner;
        qint64 longest = 0;
        QElapsedTimer sinceBeat;
        sinceBeat.start();
        QTimer heart;
        connect(&heart, &QTimer::timeout, this, [&] { longest = std::max(longest, sinceBeat.restart()); });
        heart.start(1);
        int finished = 0;
        for (int i = 0; i < 400; ++i)
            runner.start<int>(
                this, QString::number(i), "Work", i % 4 ? JobLane::Interactive : JobLane::Heavy,
                [this, &runner](std::stop_token, Progress& progress) -> Result<int> {
                    for (int step = 0; step < 1000; ++step) progress.report(step, 1000, "working");
                    runner.post(this, JobRunner::currentJob(), [] {});
                    return 0;
                },
                [&](Result<int>) { ++finished; });
        QTRY_COMPARE(finished, 400);
        constexpr qint64 kAllowedMs = 50 * kSlowdown;
        QVERIFY2(longest < kAllowedMs, qPrintable(QString("longest stall %1 ms").arg(longest)));
    }
};

QTEST_GUILESS_MAIN(JobRunnerTest)
#include "job_runner_test.moc"
