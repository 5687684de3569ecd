// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of the gallery: samples in the wanted order, with label, prediction and confidence. Holds no
// per-row state, so a hundred thousand rows cost nothing up front.
#pragma once

#include <QAbstractListModel>
#include <memory>
#include <vector>

#include "widgets/panels/gallery_order.h"
#include "widgets/views/thumbnail_cache.h"
#include "widgets/workspace.h"

namespace tessera {

// Payload of a drag: dataset indices in decimal, separated by '\n'.
inline constexpr const char* kSampleMimeType = "application/x-tessera-sample";

class GalleryModel : public QAbstractListModel {
    Q_OBJECT
  public:
    enum Role {
        SampleRole = Qt::UserRole,  // dataset index
        LabelRole,                  // class name, "" if unlabelled
        PredictionRole,             // class name, "" if not evaluated
        ConfidenceRole,             // 0..1, -1 if not evaluated
        WrongRole,                  // bool
        AnchorRole,                 // 1 to 3, 0: none
        FailedRole,                 // bool: the file could not be read
        SelectedRole,               // bool: in the workspace's selection
        ReferenceRole,              // bool: the pinned one
    };

    GalleryModel(Workspace& workspace, JobRunner& jobs, QObject* parent = nullptr);

    void setQuery(const GalleryQuery& query);
    const GalleryQuery& query() const { return query_; }
    qint64 sampleAt(int row) const { return (*order_)[static_cast<std::size_t>(row)]; }
    int rowOf(qint64 sample) const;  // -1: filtered out

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;
    Qt::DropActions supportedDragActions() const override { return Qt::CopyAction; }

  Q_SIGNALS:
    void orderChanged();  // filtered and sorted anew
    void readingFailed(const QString& sentence);

  private:
    struct Ordering {
        std::shared_ptr<const GalleryOrder> order;
        std::shared_ptr<const std::vector<std::int32_t>> rows;  // by dataset index, -1: not shown
    };
    void takeDataset();
    void reorder();
    void show(Ordering ordering, const GalleryQuery& query);
    void samplesChanged(const QList<qint64>& samples, const QList<int>& roles);
    int anchorNumber(qint64 sample) const;
    QString description(qint64 sample) const;

    Workspace& workspace_;
    JobRunner& jobs_;
    mutable ThumbnailCache thumbnails_;
    GalleryQuery query_, shown_;  // wanted, and what the rows answer to
    std::shared_ptr<const Dataset> dataset_;
    std::shared_ptr<const GalleryOrder> order_;
    std::shared_ptr<const std::vector<std::int32_t>> rows_;
    std::vector<qint64> anchors_;
    qint64 reference_ = -1;
};

}  // namespace tessera
