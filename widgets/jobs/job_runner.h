// SPDX-License-Identifier: GPL-3.0-or-later
// The only place where a worker meets the window. Work is a plain function (stop token, progress) ->
// Result<T>, run on a QThreadPool; its outcome is delivered on the window's thread, only if the receiver
// still lives and no newer request with the same key has replaced it.
#pragma once

#include <QList>
#include <QObject>
#include <QPointer>
#include <QString>
#include <functional>
#include <memory>
#include <stop_token>

#include "core/base/progress.h"
#include "core/base/result.h"

namespace tessera {

using JobId = quint64;

enum class JobLane {
    Interactive,  // short, wanted now: class maps, hover, thumbnails
    Heavy,        // long, and looked at: exact regions. One at a time
    Background,   // long, and nobody waits in front of it: loading, evaluation; must not hold up an exact
                  // picture
};

// A part of a job that said so as it began; `elapsedMs` until the next began, or the job ended.
struct JobStep {
    QString title;
    qint64 startedMs = 0, elapsedMs = 0;  // since the job began; of the step
};

struct JobInfo {
    enum class State { Waiting, Running, Done, Failed, Cancelled };
    JobId id = 0;
    QString title;
    State state = State::Waiting;
    qint64 done = 0, total = 0;  // total 0: unknown; of the step if there are steps
    bool isShare = false;        // done / total is a share of the work, not a count of anything
    double perSecond = 0;        // of what is counted; 0: not known
    QList<JobStep> steps;        // begun so far
    int stepCount = 0;           // 0: the job has no steps
    QString what;                // "refining conv2"
    qint64 startedMs = 0, elapsedMs = 0, etaMs = -1;
    QString error;  // one sentence, when Failed
};

class JobRunner : public QObject {
    Q_OBJECT
  public:
    explicit JobRunner(QObject* parent = nullptr);
    ~JobRunner() override;  // cancels everything and waits

    // Latest wins: a running or waiting job of the same receiver and key is told to stop, and its answer is
    // dropped. `work` must capture its inputs by value (shared snapshots) and may throw (the job then fails
    // with one sentence). `finished` runs on the window's thread, exactly once, unless the receiver is gone
    // or the job was replaced. Call from the window's thread; `receiver` lives there too. A job without a
    // title is not listed in the window (hover, thumbnails).
    template <typename T>
    JobId start(QObject* receiver, const QString& key, const QString& title, JobLane lane,
                std::function<Result<T>(std::stop_token, Progress&)> work,
                std::function<void(Result<T>)> finished);

    // Posts a value from inside `work` to the window's thread (coarse pictures before the final one), dropped
    // when the job was replaced. Call from the worker.
    void post(QObject* receiver, JobId id, std::function<void()> onWindowThread);
    // Of the job that the calling worker runs, for post(); 0 elsewhere.
    static JobId currentJob();

    void cancel(JobId id);  // returns at once
    void cancelKey(QObject* receiver, const QString& key);
    void cancelAll();
    bool isBusy() const;
    bool isBusy(QObject* receiver, const QString& key) const;
    QList<JobInfo> jobs() const;  // running and waiting first, then recent ones
    JobInfo job(JobId id) const;

  Q_SIGNALS:
    void jobStarted(tessera::JobId id);
    void jobChanged(tessera::JobId id);   // throttled to about 20 a second, with a guaranteed last one
    void jobFinished(tessera::JobId id);  // done, failed or cancelled

  private:
    struct Record;
    // Type-erased core of start(): `work` returns a closure that delivers the typed outcome, plus how it
    // ended.
    struct Outcome {
        JobInfo::State state;
        QString error;
        std::function<void()> deliver;
    };
    using ErasedWork = std::function<Outcome(std::stop_token, Progress&)>;
    JobId enqueue(QObject* receiver, const QString& key, const QString& title, JobLane lane, ErasedWork work);
    // The error of the exception being handled.
    static Error errorFromException();
    void run(const std::shared_ptr<Record>& record);  // on a worker
    void startWaiting();
    void stop(const std::shared_ptr<Record>& record, bool replaced);
    void drain();  // takes posted closures and outcomes from the workers
    void conclude(const std::shared_ptr<Record>& record, Outcome outcome);
    void tick();  // throttled progress
    struct Private;
    std::unique_ptr<Private> d_;
};

template <typename T>
JobId JobRunner::start(QObject* receiver, const QString& key, const QString& title, JobLane lane,
                       std::function<Result<T>(std::stop_token, Progress&)> work,
                       std::function<void(Result<T>)> finished) {
    const auto guarded = [](auto& function, const std::stop_token& stop, Progress& progress) -> Result<T> {
        if (stop.stop_requested()) return Cancelled{};  // while it waited
        try {
            return function(stop, progress);
        } catch (...) {
            return errorFromException();
        }
    };
    return enqueue(receiver, key, title, lane,
                   [guarded, work = std::move(work), finished = std::move(finished)](std::stop_token stop,
                                                                                     Progress& progress) {
                       auto result = std::make_shared<Result<T>>(guarded(work, stop, progress));
                       Outcome outcome;
                       outcome.state = result->isOk()          ? JobInfo::State::Done
                                       : result->isCancelled() ? JobInfo::State::Cancelled
                                                               : JobInfo::State::Failed;
                       if (result->isError()) outcome.error = QString::fromStdString(result->error().message);
                       outcome.deliver = [result, finished] { finished(std::move(*result)); };
                       return outcome;
                   });
}

}  // namespace tessera
