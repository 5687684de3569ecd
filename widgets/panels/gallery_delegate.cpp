// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/gallery_delegate.h"

#include <QApplication>
#include <QPainter>

#include "widgets/panels/gallery_model.h"
#include "widgets/panels/theme.h"

namespace tessera {

namespace {

constexpr int kPad = 6;

void paintPicture(QPainter* painter, const QRect& area, const QModelIndex& index, const QPalette& palette) {
    const auto image = index.data(Qt::DecorationRole).value<QImage>();
    if (image.isNull()) {
        painter->fillRect(area, palette.color(QPalette::AlternateBase));
        if (index.data(GalleryModel::FailedRole).toBool()) {
            painter->setPen(palette.color(QPalette::PlaceholderText));
            painter->drawText(area, Qt::AlignCenter, QStringLiteral("?"));
        }
        return;
    }
    const QSize size = image.size().scaled(area.size(), Qt::KeepAspectRatio);
    QRect target(QPoint(0, 0), size);
    target.moveCenter(area.center());
    painter->setRenderHint(QPainter::SmoothPixmapTransform,
                           image.width() > size.width());  // small images keep their pixels
    painter->drawImage(target, image);
}

void paintBadge(QPainter* painter, const QRect& area, int anchor) {
    const int side = 18;
    const QRect circle(area.left() - 3, area.top() - 3, side, side);
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(Qt::white, 1.5));
    painter->setBrush(QColor(0x1f, 0x24, 0x2b));
    painter->drawEllipse(circle);
    QFont font = painter->font();
    font.setBold(true);
    font.setPixelSize(11);
    painter->setFont(font);
    painter->drawText(circle, Qt::AlignCenter, QString::number(anchor));
}

void paintPin(QPainter* painter, const QRect& area) {
    const QRect circle(area.right() - 14, area.top() - 3, 18, 18);
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(Qt::white, 1.5));
    painter->setBrush(QColor(0xb0, 0x4a, 0x0f));
    painter->drawEllipse(circle);
    painter->setPen(QPen(Qt::white, 1.4));
    const QPointF middle = circle.center() + QPointF(0.5, 0.5);
    painter->drawEllipse(middle + QPointF(0, -2), 2.5, 2.5);
    painter->drawLine(middle + QPointF(0, 0.5), middle + QPointF(0, 5));
}

}  // namespace

QSize GalleryDelegate::cellSize(const QFont& font) {
    const QFontMetrics metrics(font);
    return {ThumbnailCache::kSide + 2 * kPad + 8, ThumbnailCache::kSide + 2 * metrics.height() + 3 * kPad};
}

QSize GalleryDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return cellSize(option.font);
}

void GalleryDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const {
    painter->save();
    const QRect cell = option.rect.adjusted(1, 1, -1, -1);
    // Of the workspace: a selection of many scattered samples is more than Qt's own selection can hold.
    const bool isSelected = index.data(GalleryModel::SelectedRole).toBool();
    const QPalette& palette = option.palette;
    if (isSelected || (option.state & QStyle::State_MouseOver)) {
        QColor fill = palette.color(QPalette::Highlight);
        if (!isSelected) fill.setAlpha(40);
        painter->setPen(Qt::NoPen);
        painter->setBrush(fill);
        painter->setRenderHint(QPainter::Antialiasing);
        painter->drawRoundedRect(cell, 4, 4);
    }
    if (option.state & QStyle::State_HasFocus) {
        painter->setPen(QPen(palette.color(isSelected ? QPalette::HighlightedText : QPalette::Highlight), 1,
                             Qt::DotLine));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(cell.adjusted(1, 1, -1, -1), 3, 3);
    }
    const QRect picture(cell.center().x() - ThumbnailCache::kSide / 2 + 1, cell.top() + kPad,
                        ThumbnailCache::kSide, ThumbnailCache::kSide);
    paintPicture(painter, picture, index, palette);

    const QColor text = palette.color(isSelected ? QPalette::HighlightedText : QPalette::Text);
    QColor quiet = text;
    quiet.setAlphaF(0.72f);
    const QString label = index.data(GalleryModel::LabelRole).toString(),
                  prediction = index.data(GalleryModel::PredictionRole).toString();
    const bool isWrongAnswer = index.data(GalleryModel::WrongRole).toBool();
    const double confidence = index.data(GalleryModel::ConfidenceRole).toDouble();
    const int height = option.fontMetrics.height();
    const QRect first(cell.left() + 2, picture.bottom() + 4, cell.width() - 4, height),
        second = first.translated(0, height);

    QString line = label.isEmpty() ? prediction : label;
    if (isWrongAnswer) line = label + QStringLiteral(" → ") + prediction;
    if (line.isEmpty()) line = QStringLiteral("#%1").arg(index.data(GalleryModel::SampleRole).toLongLong());
    QFont font = option.font;
    font.setBold(isWrongAnswer);
    painter->setFont(font);
    painter->setPen(isWrongAnswer && !isSelected ? wrongColour(palette) : text);
    painter->drawText(first, Qt::AlignCenter,
                      QFontMetrics(font).elidedText(line, Qt::ElideMiddle, first.width()));
    if (confidence >= 0) {
        painter->setFont(option.font);
        if (!isWrongAnswer || isSelected) painter->setPen(quiet);
        // Nearly certain is not certain: 99.97 % is not rounded up to 100 %.
        const QString percent = confidence > 0.995 ? QStringLiteral(">99 %")
                                                   : QStringLiteral("%1 %").arg(100 * confidence, 0, 'f', 0);
        painter->drawText(second, Qt::AlignCenter, isWrongAnswer ? QStringLiteral("✗ ") + percent : percent);
    }
    if (const int anchor = index.data(GalleryModel::AnchorRole).toInt()) paintBadge(painter, picture, anchor);
    if (index.data(GalleryModel::ReferenceRole).toBool()) paintPin(painter, picture);
    painter->restore();
}

}  // namespace tessera
