// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/sheet_preview.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/figure_formats.h"
#include "widgets/scenes/sheet_layout.h"

namespace tessera {
namespace {

constexpr int kMargin = 8;  // round the page

}  // namespace

SheetPreview::SheetPreview(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Preview of the figure"));
}

void SheetPreview::setSheet(FigureSheet sheet) {
    sheet_ = std::move(sheet);
    std::erase_if(sheet_.panels, [](const auto& panel) { return !panel.scene; });
    ++version_;
    if (sheet_.panels.empty()) image_ = {};
    request();
    update();
}

// One at a time: replacing a running one at every change would never finish any.
void SheetPreview::request() {
    if (isPainting_) return;
    if (sheet_.panels.empty()) {
        shownVersion_ = version_;
        return;
    }
    isPainting_ = true;
    const double dpr = devicePixelRatioF();
    const QSizeF room = QSizeF(size() - QSize(2 * kMargin, 2 * kMargin)) * dpr;
    jobs_.start<QImage>(
        this, QStringLiteral("preview"), QString(), JobLane::Interactive,
        [sheet = sheet_, room, dpr](std::stop_token stop, Progress&) -> Result<QImage> {
            const QSizeF points = QSizeF(sheet.widthMm, sheetHeightMm(sheet)) * kPointsPerMm;
            const double scale =
                std::min(room.width() / points.width(), room.height() / std::max(points.height(), 1.0));
            if (!(scale > 0.01)) return QImage();
            QImage image((points * scale).toSize().expandedTo({1, 1}), QImage::Format_ARGB32_Premultiplied);
            image.fill(Qt::transparent);
            PanelStyle style = sheetStyle(sheet);
            style.pixelsPerPoint = scale;
            QPainter painter(&image);
            painter.scale(scale, scale);
            paintSheet(painter, sheet, style, stop);
            painter.end();
            if (stop.stop_requested()) return Cancelled{};
            image.setDevicePixelRatio(dpr);
            return image;
        },
        [this, version = version_](Result<QImage> image) {
            isPainting_ = false;
            shownVersion_ = version;  // a failed one is not tried again
            if (image.isOk() && !sheet_.panels.empty()) image_ = std::move(image).value();
            if (shownVersion_ != version_) request();
            update();
        });
}

void SheetPreview::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Mid));
    if (image_.isNull()) return;
    const QSizeF size = image_.deviceIndependentSize();
    const QRectF page(QPointF((width() - size.width()) / 2, (height() - size.height()) / 2), size);
    if (sheet_.theme == FigureTheme::Transparent) {  // a chequered ground shows through
        constexpr int kSquare = 8;
        for (int y = 0; y * kSquare < page.height(); ++y)
            for (int x = 0; x * kSquare < page.width(); ++x)
                painter.fillRect(QRectF(page.left() + x * kSquare, page.top() + y * kSquare, kSquare, kSquare)
                                     .intersected(page),
                                 (x + y) % 2 ? QColor(225, 225, 225) : QColor(250, 250, 250));
    }
    painter.drawImage(QPointF(std::round(page.left()), std::round(page.top())), image_);
}

void SheetPreview::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    ++version_;
    request();
}

}  // namespace tessera
