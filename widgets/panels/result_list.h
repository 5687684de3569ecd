// SPDX-License-Identifier: GPL-3.0-or-later
// The runs of the open session, oldest first: what was asked, how far it is or how it ended. Their numbers
// lie in the cache. Window's thread.
#pragma once

#include <QObject>
#include <QString>
#include <optional>
#include <vector>

#include "core/session/document.h"
#include "core/session/result_cache.h"
#include "widgets/jobs/job_runner.h"
#include "widgets/panels/probe_panel.h"

namespace tessera {

struct ResultEntry {
    SessionResult about;                    // its model id is given when a session is saved
    QString scope;                          // "Selected samples (12)"
    SessionModel model;                     // what it was asked of; stays known when the model is closed
    std::vector<SessionModel> others = {};  // of probes that compare models
    bool isRunning = false;
    JobId job = 0;  // while it runs
    QString id() const { return QString::fromStdString(about.id); }
    ProbeRequest request() const;
};

// A deleted run, whole: undo puts it back.
struct RemovedResult {
    int row = 0;
    ResultEntry entry;
    ResultNumbers numbers;
};

class ResultList : public QObject {
    Q_OBJECT
  public:
    explicit ResultList(QObject* parent = nullptr) : QObject(parent) {}

    ResultCache& cache() { return cache_; }
    const std::vector<ResultEntry>& entries() const { return entries_; }
    const ResultEntry* entry(const QString& id) const;  // null: none
    int rowOf(const QString& id) const;                 // -1: none

    QString add(ResultEntry entry);                      // gives it an id that was never used before
    void replace(const ResultEntry& entry);              // that of the same id; ignored if it is gone
    void setView(const QString& id, ParameterMap view);  // how its view is held; ignored if it is gone
    RemovedResult remove(const QString& id);
    void restore(RemovedResult removed);
    // Of a session that was opened.
    void reset(std::vector<ResultEntry> entries);

  Q_SIGNALS:
    void added(int row);
    void changed(int row);
    void viewChanged(int row);
    void removing(int row);  // while it is still there, for models
    void removed(int row, const QString& id);
    void wasReset();

  private:
    std::vector<ResultEntry> entries_;
    ResultCache cache_;
    int lastNumber_ = 0;
};

// "max-regions 500, seed 3": those that differ from their defaults; empty: none do.
QString changedParametersText(const SessionResult& result, const ProbeDescription* description);
QString outcomeSentence(const ResultEntry& entry);  // "complete", "partial: stopped", ...

}  // namespace tessera
