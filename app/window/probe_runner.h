// SPDX-License-Identifier: GPL-3.0-or-later
// Runs probes as jobs and keeps what they give in the result list; opens results as views, and writes them to
// files.
#pragma once

#include <QObject>
#include <QSet>
#include <functional>

#include "app/catalogue.h"
#include "widgets/panels/result_list.h"

namespace tessera {

class ViewArea;

class ProbeRunner : public QObject {
    Q_OBJECT
  public:
    using Probes = std::vector<CatalogueEntry>;
    ProbeRunner(Workspace& workspace, JobRunner& jobs, ResultList& results, ViewArea& views,
                const Probes& probes, QObject* parent = nullptr);

    const Probes& probes() const { return probes_; }
    const CatalogueEntry* probe(const std::string& name) const;
    std::vector<ProbeDescription> descriptions() const;
    void setThreads(int threads) { threads_ = threads; }

    // Each is a result of its own; an equal request on equal inputs shows the one that is there.
    QString run(const ProbeRequest& request);
    void openView(const QString& id);
    // Hands over the numbers, from memory or from the session's file.
    using Take = std::function<void(std::shared_ptr<const ResultRecord>)>;
    void withRecord(const QString& id, Take take);
    enum class Format { Npz, Csv, Json };
    void exportTo(const QString& id, Format format, const QString& path);

  Q_SIGNALS:
    void notice(const QString& sentence);
    void servedFromCache(const QString& id);

  private:
    void finish(const QString& id, Result<std::shared_ptr<const ResultRecord>> result);
    void show(const QString& id, std::shared_ptr<const ResultRecord> record);
    void showPartial(const QString& id, std::shared_ptr<const ResultRecord> record);
    void closeView(const QString& id);
    QString viewTitle(const ResultEntry& entry, const QString& id) const;
    ResultView* makeView(const ResultEntry& entry, std::shared_ptr<const ResultRecord> record);

    Workspace& workspace_;
    JobRunner& jobs_;
    ResultList& results_;
    ViewArea& views_;
    const Probes& probes_;
    int threads_ = 1;
    QSet<QString> shownPartial_;  // of runs that go on
};

}  // namespace tessera
