// SPDX-License-Identifier: GPL-3.0-or-later
// One cell of the gallery: picture, "label > prediction", confidence, a cross for a wrong answer, a badge for
// an anchor.
#pragma once

#include <QStyledItemDelegate>

namespace tessera {

class GalleryDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    static QSize cellSize(const QFont& font);
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace tessera
