// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/gallery_model.h"

#include <QMimeData>
#include <algorithm>
#include <numeric>
#include <utility>

namespace tessera {

namespace {
const char* const kOrderKey = "gallery-order";
}

GalleryModel::GalleryModel(Workspace& workspace, JobRunner& jobs, QObject* parent)
    : QAbstractListModel(parent),
      workspace_(workspace),
      jobs_(jobs),
      thumbnails_(jobs),
      order_(std::make_shared<GalleryOrder>()),
      rows_(std::make_shared<std::vector<std::int32_t>>()) {
    connect(&thumbnails_, &ThumbnailCache::ready, this, [this](const QList<qint64>& samples) {
        samplesChanged(samples, {Qt::DecorationRole, FailedRole});
    });
    connect(&thumbnails_, &ThumbnailCache::readingFailed, this, &GalleryModel::readingFailed);
    connect(&workspace_, &Workspace::datasetChanged, this, &GalleryModel::takeDataset);
    connect(&workspace_, &Workspace::evaluationChanged, this, [this] {
        if (rowCount() > 0)
            Q_EMIT dataChanged(index(0), index(rowCount() - 1), {PredictionRole, ConfidenceRole, WrongRole});
        reorder();
    });
    connect(&workspace_, &Workspace::anchorsChanged, this, [this] {
        QList<qint64> touched(anchors_.begin(), anchors_.end());
        anchors_ = workspace_.anchors();
        touched.append(QList<qint64>(anchors_.begin(), anchors_.end()));
        samplesChanged(touched, {AnchorRole});
    });
    connect(&workspace_, &Workspace::referenceSampleChanged, this, [this](qint64 sample) {
        samplesChanged({std::exchange(reference_, sample), sample}, {ReferenceRole});
    });
    takeDataset();
}

void GalleryModel::takeDataset() {
    jobs_.cancelKey(this, kOrderKey);
    dataset_ = workspace_.dataset();
    thumbnails_.setDataset(dataset_);
    anchors_ = workspace_.anchors();
    reference_ = -1;
    query_ = {};
    // The natural order is shown at once; filters of the former set make no sense here.
    auto order = std::make_shared<GalleryOrder>(static_cast<std::size_t>(dataset_ ? dataset_->size() : 0));
    std::iota(order->begin(), order->end(), 0);
    auto rows = std::make_shared<std::vector<std::int32_t>>(order->begin(), order->end());
    show({std::move(order), std::move(rows)}, query_);
}

void GalleryModel::setQuery(const GalleryQuery& query) {
    if (query == query_) return;
    query_ = query;
    reorder();
}

void GalleryModel::reorder() {
    if (!dataset_) return;
    // Nothing filtered before and after (the usual case when predictions arrive): the rows stay as they are.
    if (query_ == GalleryQuery{} && shown_ == GalleryQuery{}) {
        jobs_.cancelKey(this, kOrderKey);
        return;
    }
    jobs_.start<Ordering>(
        this, kOrderKey, {}, JobLane::Interactive,
        [data = dataset_, evaluation = workspace_.evaluation(), query = query_](
            std::stop_token stop, Progress&) -> Result<Ordering> {
            auto order = std::make_shared<GalleryOrder>(galleryOrder(*data, evaluation.get(), query, stop));
            if (stop.stop_requested()) return Cancelled{};
            auto rows =
                std::make_shared<std::vector<std::int32_t>>(static_cast<std::size_t>(data->size()), -1);
            for (std::size_t row = 0; row < order->size(); ++row)
                (*rows)[static_cast<std::size_t>((*order)[row])] = static_cast<std::int32_t>(row);
            return Ordering{std::move(order), std::move(rows)};
        },
        [this, data = dataset_, query = query_](Result<Ordering> result) {
            if (result.isOk() && data == dataset_) show(std::move(result).value(), query);
        });
}

void GalleryModel::show(Ordering ordering, const GalleryQuery& query) {
    beginResetModel();
    shown_ = query;
    order_ = std::move(ordering.order);
    rows_ = std::move(ordering.rows);
    endResetModel();
    Q_EMIT orderChanged();
}

void GalleryModel::samplesChanged(const QList<qint64>& samples, const QList<int>& roles) {
    for (const qint64 sample : samples) {
        const int row = rowOf(sample);
        if (row >= 0) Q_EMIT dataChanged(index(row), index(row), roles);
    }
}

int GalleryModel::rowOf(qint64 sample) const {
    return sample >= 0 && sample < static_cast<qint64>(rows_->size())
               ? (*rows_)[static_cast<std::size_t>(sample)]
               : -1;
}

int GalleryModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_->size());
}

int GalleryModel::anchorNumber(qint64 sample) const {
    const auto found = std::find(anchors_.begin(), anchors_.end(), sample);
    return found == anchors_.end() ? 0 : static_cast<int>(found - anchors_.begin()) + 1;
}

QString GalleryModel::description(qint64 sample) const {
    QStringList parts{QString::fromStdString(dataset_->sampleName(sample))};
    const int label = dataset_->label(sample);
    if (label >= 0) parts << tr("label %1").arg(workspace_.className(label));
    const auto& evaluation = workspace_.evaluation();
    if (evaluation && sample < static_cast<qint64>(evaluation->predicted.size())) {
        const auto at = static_cast<std::size_t>(sample);
        parts << tr("predicted %1 with confidence %2 %")
                     .arg(workspace_.className(evaluation->predicted[at]))
                     .arg(100 * double(evaluation->confidence[at]), 0, 'f', 1);
        if (isWrong(evaluation.get(), sample)) parts << tr("wrong");
    }
    if (const int anchor = anchorNumber(sample)) parts << tr("anchor %1 of the slice").arg(anchor);
    if (sample == workspace_.referenceSample()) parts << tr("pinned reference");
    if (thumbnails_.hasFailed(sample)) parts << tr("could not be read");
    return parts.join(QStringLiteral(" · "));
}

QVariant GalleryModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount() || !dataset_) return {};
    const qint64 sample = sampleAt(index.row());
    const auto at = static_cast<std::size_t>(sample);
    const Evaluation::Output* evaluation = workspace_.evaluation().get();
    const bool isEvaluated = evaluation && at < evaluation->predicted.size();
    switch (role) {
        case Qt::DisplayRole:
            return QString::fromStdString(dataset_->sampleName(sample));
        case Qt::DecorationRole:
            return thumbnails_.thumbnail(sample);
        case Qt::ToolTipRole:
        case Qt::AccessibleTextRole:
            return description(sample);
        case SampleRole:
            return sample;
        case LabelRole:
            return dataset_->label(sample) < 0 ? QString() : workspace_.className(dataset_->label(sample));
        case PredictionRole:
            return isEvaluated ? workspace_.className(evaluation->predicted[at]) : QString();
        case ConfidenceRole:
            return isEvaluated ? double(evaluation->confidence[at]) : -1.0;
        case WrongRole:
            return isWrong(evaluation, sample);
        case AnchorRole:
            return anchorNumber(sample);
        case FailedRole:
            return thumbnails_.hasFailed(sample);
        case SelectedRole:
            return workspace_.isSelected(sample);
        case ReferenceRole:
            return sample == workspace_.referenceSample();
        default:
            return {};
    }
}

Qt::ItemFlags GalleryModel::flags(const QModelIndex& index) const {
    return index.isValid()
               ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled | Qt::ItemNeverHasChildren
               : Qt::NoItemFlags;
}

QStringList GalleryModel::mimeTypes() const {
    return {QString::fromLatin1(kSampleMimeType)};
}

QMimeData* GalleryModel::mimeData(const QModelIndexList& indexes) const {
    QStringList samples;
    for (const QModelIndex& index : indexes) samples << QString::number(sampleAt(index.row()));
    auto* mime = new QMimeData;
    mime->setData(QString::fromLatin1(kSampleMimeType), samples.join('\n').toUtf8());
    return mime;
}

}  // namespace tessera
