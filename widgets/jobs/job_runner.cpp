// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/jobs/job_runner.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QRunnable>
#include <QThread>
#include <QThreadPool>
#include <QTimer>
#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "widgets/jobs/told_order.h"

namespace tessera {

namespace {
constexpr int kTickMs = 50;          // 20 progress signals a second
constexpr int kQuietTicks = 10;      // a job that reports nothing still shows its elapsed time twice a second
constexpr std::size_t kRecent = 50;  // finished jobs kept for the list
constexpr qint64 kDrainMs = 10;      // of answers taken at a time
constexpr qint64 kEtaAfterMs = 1000;  // earlier guesses jump about
thread_local JobId currentJobOfThread = 0;
}  // namespace

// Window-thread fields first; what both threads touch is behind `mutex` or atomic.
struct JobRunner::Record final : Progress {
    JobInfo info;
    QPointer<QObject> receiver;
    QObject* receiverAddress = nullptr;  // only compared
    QMetaObject::Connection receiverGone;
    bool stoppedWhileWaiting = false;
    QString key;
    JobLane lane = JobLane::Interactive;
    QElapsedTimer clock;
    // What is counted without a break: rate and time left go by it.
    qint64 stageStartMs = 0, stageTotal = -1, stageFirst = 0, stageDone = 0;
    int quietTicks = 0;

    std::stop_source stopSource;
    std::atomic<bool> replaced = false;
    ErasedWork work;

    std::mutex mutex;
    bool reported = false, isShare = false;
    qint64 done = 0, total = 0;
    QList<JobStep> steps;
    int stepCount = 0;
    std::string what;

    void report(std::int64_t doneNow, std::int64_t totalNow, std::string_view whatNow) override {
        const std::lock_guard lock(mutex);
        take(doneNow, totalNow, whatNow, false);
    }
    void reportShare(double share, std::string_view whatNow) override {
        constexpr double kWhole = 10000;
        const std::lock_guard lock(mutex);
        take(qint64(std::clamp(share, 0.0, 1.0) * kWhole), qint64(kWhole), whatNow, true);
    }
    void beginStep(int, int count, std::string_view title) override {
        const std::lock_guard lock(mutex);
        take(0, 0, title, false);
        const qint64 now = clock.elapsed();
        if (!steps.isEmpty()) steps.back().elapsedMs = now - steps.back().startedMs;
        steps.push_back({QString::fromUtf8(title.data(), qsizetype(title.size())), now, 0});
        stepCount = count;
    }

    void take(qint64 doneNow, qint64 totalNow, std::string_view whatNow, bool isShareNow) {
        reported = true;
        isShare = isShareNow;
        done = doneNow;
        total = totalNow;
        what.assign(whatNow);
    }
    void endSteps() {
        if (!info.steps.isEmpty()) info.steps.back().elapsedMs = info.elapsedMs - info.steps.back().startedMs;
    }

    // Copies the latest report into `info`; true if there was one.
    bool takeReport() {
        {
            const std::lock_guard lock(mutex);  // before the clock: no step begins after it
            info.elapsedMs = clock.isValid() ? clock.elapsed() : 0;
            endSteps();
            if (!std::exchange(reported, false)) return false;
            info.done = done;
            info.total = total;
            info.isShare = isShare;
            if (info.steps.size() != steps.size()) stageTotal = -1;
            info.steps = steps;
            info.stepCount = stepCount;
            endSteps();
            if (!stopSource.stop_requested()) info.what = QString::fromStdString(what);
        }
        if (info.total != stageTotal || info.done < stageDone) {
            stageTotal = info.total;
            stageStartMs = info.elapsedMs;
            stageFirst = info.done;
        }
        stageDone = info.done;
        const qint64 inStageMs = info.elapsedMs - stageStartMs;
        const bool isKnown = inStageMs >= kEtaAfterMs && info.done > stageFirst;
        const double perMs = isKnown ? double(info.done - stageFirst) / double(inStageMs) : 0;
        info.perSecond = info.isShare ? 0 : 1000 * perMs;
        info.etaMs =
            isKnown && info.total > 0 ? static_cast<qint64>(double(info.total - info.done) / perMs) : -1;
        return true;
    }
};

struct JobRunner::Private {
    // One job as its pool sees it; gone before the pool is done.
    class Task final : public QRunnable {
      public:
        Task(JobRunner& runner, std::shared_ptr<Record> record)
            : runner_(runner), record_(std::move(record)) {}
        ~Task() override {
            record_.reset();
            orderedBefore(&runner_);
        }
        void run() override {
            orderedAfter(this);
            runner_.run(record_);
        }

      private:
        JobRunner& runner_;
        std::shared_ptr<Record> record_;
    };

    QThreadPool interactive, heavy, background;
    QTimer timer;
    JobId lastId = 0;
    std::deque<std::shared_ptr<Record>> waiting;  // in order of arrival
    std::vector<std::shared_ptr<Record>> running;
    std::deque<JobInfo> recent;  // newest first

    std::mutex mutex;
    std::deque<std::function<void()>> inbox;  // from workers, in order
    bool wakePosted = false;

    QThreadPool& pool(JobLane lane) {
        return lane == JobLane::Interactive ? interactive : lane == JobLane::Heavy ? heavy : background;
    }
    int runningIn(JobLane lane) const {
        return int(std::count_if(running.begin(), running.end(),
                                 [&](const auto& record) { return record->lane == lane; }));
    }
    std::shared_ptr<Record> find(JobId id) const {
        for (const auto& record : running)
            if (record->info.id == id) return record;
        for (const auto& record : waiting)
            if (record->info.id == id) return record;
        return nullptr;
    }
    std::vector<std::shared_ptr<Record>> active() const {
        std::vector<std::shared_ptr<Record>> all(running.begin(), running.end());
        all.insert(all.end(), waiting.begin(), waiting.end());
        return all;
    }
    // Any thread. Closures run on the window's thread in the order they were put in.
    void putInInbox(JobRunner* runner, std::function<void()> closure) {
        const std::lock_guard lock(mutex);
        inbox.push_back(std::move(closure));
        if (std::exchange(wakePosted, true)) return;
        QMetaObject::invokeMethod(
            runner, [runner] { runner->drain(); }, Qt::QueuedConnection);
    }
};

JobRunner::JobRunner(QObject* parent) : QObject(parent), d_(std::make_unique<Private>()) {
    qRegisterMetaType<tessera::JobId>("tessera::JobId");
    for (const auto& [lane, threads] : {std::pair(JobLane::Interactive, 2), std::pair(JobLane::Heavy, 1),
                                        std::pair(JobLane::Background, 2)}) {
        d_->pool(lane).setMaxThreadCount(threads);
        d_->pool(lane).setExpiryTimeout(-1);  // keeps their OpenMP teams
    }
    d_->timer.setInterval(kTickMs);
    connect(&d_->timer, &QTimer::timeout, this, &JobRunner::tick);
}

JobRunner::~JobRunner() {
    for (const auto& record : d_->active()) {
        record->replaced = true;
        record->stopSource.request_stop();
    }
    d_->waiting.clear();
    for (const JobLane lane : {JobLane::Interactive, JobLane::Heavy, JobLane::Background})
        d_->pool(lane).waitForDone();
    orderedAfter(this);
}

JobId JobRunner::currentJob() {
    return currentJobOfThread;
}

JobId JobRunner::enqueue(QObject* receiver, const QString& key, const QString& title, JobLane lane,
                         ErasedWork work) {
    Q_ASSERT(receiver && QThread::currentThread() == thread());
    for (const auto& older : d_->active())
        if (older->receiverAddress == receiver && older->key == key) stop(older, true);
    auto record = std::make_shared<Record>();
    record->info.id = ++d_->lastId;
    record->info.title = title;
    record->receiver = receiver;
    record->receiverAddress = receiver;
    record->key = key;
    record->lane = lane;
    record->work = std::move(work);
    record->receiverGone = connect(receiver, &QObject::destroyed, this, [this, weak = std::weak_ptr(record)] {
        if (const auto owned = weak.lock()) stop(owned, true);
    });
    d_->waiting.push_back(record);
    startWaiting();
    if (record->info.state == JobInfo::State::Waiting) Q_EMIT jobChanged(record->info.id);
    return record->info.id;
}

void JobRunner::startWaiting() {
    for (auto next = d_->waiting.begin(); next != d_->waiting.end();) {
        QThreadPool& pool = d_->pool((*next)->lane);
        if ((*next)->stoppedWhileWaiting || d_->runningIn((*next)->lane) >= pool.maxThreadCount()) {
            ++next;
            continue;
        }
        const auto record = *next;
        next = d_->waiting.erase(next);
        record->info.state = JobInfo::State::Running;
        record->info.startedMs = QDateTime::currentMSecsSinceEpoch();
        record->clock.start();
        d_->running.push_back(record);
        if (!d_->timer.isActive()) d_->timer.start();
        auto* task = new Private::Task(*this, record);  // the pool's
        orderedBefore(task);
        pool.start(task);
        Q_EMIT jobStarted(record->info.id);
        next = d_->waiting.begin();  // a slot may have changed the queue
    }
}

void JobRunner::run(const std::shared_ptr<Record>& record) {
    currentJobOfThread = record->info.id;
    Outcome outcome = record->work(record->stopSource.get_token(), *record);
    currentJobOfThread = 0;
    record->work = nullptr;  // large inputs are freed here, not on the window's thread
    if (record->replaced) outcome.deliver = nullptr;  // and so are answers nobody wants
    d_->putInInbox(this, [this, record, outcome = std::move(outcome)] { conclude(record, outcome); });
}

void JobRunner::post(QObject* receiver, JobId id, std::function<void()> onWindowThread) {
    d_->putInInbox(this, [this, receiver, id, onWindowThread = std::move(onWindowThread)] {
        const auto record = d_->find(id);
        if (record && !record->replaced && record->receiver && record->receiverAddress == receiver)
            onWindowThread();
    });
}

void JobRunner::drain() {
    QElapsedTimer sinceStart;
    sinceStart.start();
    for (;;) {
        std::function<void()> closure;
        {
            const std::lock_guard lock(d_->mutex);
            d_->wakePosted = !d_->inbox.empty();
            if (!d_->wakePosted) return;
            if (sinceStart.elapsed() >= kDrainMs) break;
            closure = std::move(d_->inbox.front());
            d_->inbox.pop_front();
        }
        closure();
    }
    QMetaObject::invokeMethod(
        this, [this] { drain(); }, Qt::QueuedConnection);  // painting and input come first
}

void JobRunner::conclude(const std::shared_ptr<Record>& record, Outcome outcome) {
    record->takeReport();
    disconnect(record->receiverGone);
    std::erase(d_->running, record);
    std::erase(d_->waiting, record);
    if (d_->running.empty()) d_->timer.stop();
    record->info.state = record->replaced ? JobInfo::State::Cancelled : outcome.state;
    record->info.error = outcome.error;
    record->info.etaMs = -1;
    record->info.perSecond = 0;
    if (!record->replaced) {
        d_->recent.push_front(record->info);
        if (d_->recent.size() > kRecent) d_->recent.pop_back();
    }
    startWaiting();
    Q_EMIT jobChanged(record->info.id);
    if (!record->replaced && record->receiver && outcome.deliver) outcome.deliver();
    Q_EMIT jobFinished(record->info.id);
}

void JobRunner::stop(const std::shared_ptr<Record>& record, bool replaced) {
    if (replaced) record->replaced = true;
    record->stopSource.request_stop();
    if (record->info.state == JobInfo::State::Running) {
        record->info.what = tr("stopping");
        return;
    }
    if (record->info.state != JobInfo::State::Waiting || std::exchange(record->stoppedWhileWaiting, true))
        return;
    // Its work, called with the stop requested, only states that it was cancelled.
    NoProgress none;
    const Outcome outcome = record->work(record->stopSource.get_token(), none);
    d_->putInInbox(this, [this, record, outcome] { conclude(record, outcome); });
}

void JobRunner::cancel(JobId id) {
    if (const auto record = d_->find(id)) stop(record, false);
}

void JobRunner::cancelKey(QObject* receiver, const QString& key) {
    for (const auto& record : d_->active())
        if (record->receiverAddress == receiver && record->key == key) stop(record, false);
}

void JobRunner::cancelAll() {
    for (const auto& record : d_->active()) stop(record, false);
}

bool JobRunner::isBusy() const {
    return !d_->running.empty() || !d_->waiting.empty();
}

bool JobRunner::isBusy(QObject* receiver, const QString& key) const {
    const auto all = d_->active();
    return std::any_of(all.begin(), all.end(), [&](const auto& record) {
        return !record->replaced && record->receiverAddress == receiver && record->key == key;
    });
}

QList<JobInfo> JobRunner::jobs() const {
    QList<JobInfo> list;
    for (const auto& record : d_->active())
        if (!record->replaced) list.push_back(record->info);
    for (const auto& info : d_->recent) list.push_back(info);
    return list;
}

JobInfo JobRunner::job(JobId id) const {
    if (const auto record = d_->find(id)) return record->info;
    for (const auto& info : d_->recent)
        if (info.id == id) return info;
    return {};
}

void JobRunner::tick() {
    const auto running = d_->running;  // slots may start and stop jobs
    for (const auto& record : running) {
        const bool isNew = record->takeReport();
        if (!isNew && ++record->quietTicks < kQuietTicks) continue;
        record->quietTicks = 0;
        Q_EMIT jobChanged(record->info.id);
    }
}

Error JobRunner::errorFromException() {
    try {
        throw;
    } catch (const std::bad_alloc&) {
        return {
            ErrorKind::Resource,
            "Not enough memory for this; close other programs or choose a smaller model, data set or budget.",
            {}};
    } catch (const std::exception& exception) {
        std::string text = exception.what();
        text = text.substr(0, text.find('\n'));
        return {ErrorKind::Internal,
                "Tessera could not finish this because of an unexpected problem (" + text +
                    "); please report it.",
                {}};
    } catch (...) {
        return {ErrorKind::Internal,
                "Tessera could not finish this because of an unexpected problem of unknown kind; please "
                "report it.",
                {}};
    }
}

}  // namespace tessera
