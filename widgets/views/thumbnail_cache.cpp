// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/thumbnail_cache.h"

#include <QTimer>
#include <algorithm>

namespace tessera {

namespace {
constexpr int kCacheKibibytes = 96 << 10;
constexpr std::size_t kWishes = 512;  // older ones have scrolled away
constexpr std::size_t kBatch = 64;
const char* const kKey = "thumbnails";
}  // namespace

ThumbnailCache::ThumbnailCache(JobRunner& jobs, QObject* parent)
    : QObject(parent), jobs_(jobs), images_(kCacheKibibytes) {}

void ThumbnailCache::setDataset(std::shared_ptr<const Dataset> dataset) {
    jobs_.cancelKey(this, kKey);
    painter_ = dataset ? std::make_shared<SamplePainter>(std::move(dataset)) : nullptr;
    images_.clear();
    wishes_.clear();
    underWay_.clear();
    failed_.clear();
    isPainting_ = hasComplained_ = false;
}

QImage ThumbnailCache::thumbnail(qint64 index) {
    if (const QImage* image = images_.object(index)) return *image;
    if (!painter_ || failed_.contains(index) || underWay_.contains(index)) return {};
    std::erase(wishes_, index);
    wishes_.push_back(index);
    if (wishes_.size() > kWishes) wishes_.erase(wishes_.begin());
    if (!isScheduled_ && !isPainting_) {
        isScheduled_ = true;
        QTimer::singleShot(0, this,
                           [this] {  // after the paint event that asked, so that one batch takes all it needs
                               isScheduled_ = false;
                               startBatch();
                           });
    }
    return {};
}

void ThumbnailCache::startBatch() {
    if (isPainting_ || wishes_.empty() || !painter_) return;
    QList<qint64> indices;
    while (!wishes_.empty() && indices.size() < static_cast<qsizetype>(kBatch)) {
        indices.push_back(wishes_.back());
        underWay_.insert(wishes_.back());
        wishes_.pop_back();
    }
    isPainting_ = true;
    jobs_.start<Batch>(
        this, kKey, {}, JobLane::Interactive,
        [painter = painter_, indices](std::stop_token stop, Progress&) {
            return paint(*painter, indices, stop);
        },
        [this, indices, painter = painter_](Result<Batch> result) {
            if (painter == painter_) take(indices, std::move(result));
        });
}

Result<ThumbnailCache::Batch> ThumbnailCache::paint(SamplePainter& painter, QList<qint64> indices,
                                                    std::stop_token stop) {
    Batch batch;
    for (const qint64 index : indices) {
        if (stop.stop_requested()) return Cancelled{};
        auto picture = painter.thumbnail(index, kSide);  // one at a time: a bad file costs one picture
        if (picture.isError() && batch.problem.isEmpty())
            batch.problem = QString::fromStdString(picture.error().message);
        batch.indices.push_back(index);
        batch.images.push_back(picture.isOk() ? std::move(picture).value() : QImage());
    }
    return batch;
}

void ThumbnailCache::take(const QList<qint64>& asked, Result<Batch> result) {
    isPainting_ = false;
    for (const qint64 index : asked) underWay_.remove(index);
    if (result.isOk()) {
        Batch batch = std::move(result).value();
        for (qsizetype i = 0; i < batch.indices.size(); ++i) {
            if (batch.images[i].isNull()) {
                failed_.insert(batch.indices[i]);
                continue;
            }
            const int cost = static_cast<int>(batch.images[i].sizeInBytes() / 1024 + 1);
            images_.insert(batch.indices[i], new QImage(batch.images[i]), cost);
        }
        if (!batch.problem.isEmpty() && !std::exchange(hasComplained_, true))
            Q_EMIT readingFailed(batch.problem);
        Q_EMIT ready(batch.indices);
    }
    startBatch();
}

}  // namespace tessera
