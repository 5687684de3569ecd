// SPDX-License-Identifier: GPL-3.0-or-later
// Thumbnails drawn in the background, newest wish first, and kept least-recently-used. Lives on the window's
// thread.
#pragma once

#include <QCache>
#include <QImage>
#include <QObject>
#include <QSet>
#include <memory>
#include <vector>

#include "widgets/jobs/job_runner.h"
#include "widgets/views/thumbnail_painter.h"

namespace tessera {

class ThumbnailCache : public QObject {
    Q_OBJECT
  public:
    static constexpr int kSide = 64;

    explicit ThumbnailCache(JobRunner& jobs, QObject* parent = nullptr);

    void setDataset(std::shared_ptr<const Dataset> dataset);
    // The picture if it is there; otherwise a null image, and a wish for it. Asking again renews the wish.
    QImage thumbnail(qint64 index);
    bool hasFailed(qint64 index) const { return failed_.contains(index); }

  Q_SIGNALS:
    void ready(const QList<qint64>& indices);
    void readingFailed(const QString& sentence);  // once per data set

  private:
    struct Batch {
        QList<qint64> indices;
        QList<QImage> images;
        QString problem;
    };
    void startBatch();
    static Result<Batch> paint(SamplePainter& painter, QList<qint64> indices, std::stop_token stop);
    void take(const QList<qint64>& asked, Result<Batch> result);

    JobRunner& jobs_;
    std::shared_ptr<SamplePainter> painter_;  // used by one job at a time
    QCache<qint64, QImage> images_;           // cost in KiB
    std::vector<qint64> wishes_;              // newest last
    QSet<qint64> underWay_, failed_;
    bool isScheduled_ = false, isPainting_ = false, hasComplained_ = false;
};

}  // namespace tessera
