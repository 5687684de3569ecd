// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/slice_hover.h"

#include <QPainterPath>
#include <algorithm>

#include "widgets/scenes/class_shader.h"
#include "widgets/scenes/scene_text.h"
#include "widgets/views/input_picture.h"

namespace tessera {
namespace {

constexpr std::size_t kLogitsShown = 5;

bool exactAt(SliceHover& hover, const PreparedArrangement& prepared) {
    hover.face = prepared.locator().faceAt(hover.point);
    if (hover.face < 0) return false;
    const Arrangement& a = prepared.arrangement();
    const auto f = static_cast<std::size_t>(hover.face);
    const Eigen::VectorXd logits = a.logitsOnFace(hover.face, hover.point);
    hover.confidence = leadingConfidence(logits.data(), static_cast<int>(logits.size()), hover.label);
    hover.logits = largestLogits({logits.data(), static_cast<std::size_t>(logits.size())}, kLogitsShown);
    hover.area = a.area[f];
    hover.slopeNorm = prepared.slopeNorm()[f];
    hover.depth = a.depth[f];
    if (hover.depth > 0 && hover.depth <= static_cast<int>(a.sites.size()))
        hover.depthName = QString::fromStdString(a.sites[static_cast<std::size_t>(hover.depth) - 1].name);
    hover.pattern = a.patternHash[f];
    hover.isExact = hover.isValid = true;
    return true;
}

void sampledAt(SliceHover& hover, const SampledField& field) {
    const double column =
        (hover.point.x() - field.low.x()) / (field.high.x() - field.low.x()) * field.columns;
    const double row = (field.high.y() - hover.point.y()) / (field.high.y() - field.low.y()) * field.rows;
    if (!(column >= 0 && column < field.columns && row >= 0 && row < field.rows)) return;
    const auto cell = static_cast<std::size_t>(row) * static_cast<std::size_t>(field.columns) +
                      static_cast<std::size_t>(column);
    hover.label = field.label[cell];
    hover.confidence = field.confidence[cell];
    hover.isValid = true;
}

QStringList facts(const SliceHover& hover) {
    QStringList lines;
    if (hover.isExact) {
        lines << QObject::tr("region area %1").arg(shortNumber(hover.area));
        lines << QObject::tr("slope norm %1").arg(shortNumber(hover.slopeNorm));
        lines << (hover.depth == 0 ? QObject::tr("cut by no layer")
                                   : QObject::tr("deepest cut: %1").arg(hover.depthName));
    } else {
        lines << QObject::tr("sampled, not exact");
    }
    lines << QString::fromUtf8("s %1,  t %2")
                 .arg(shortNumber(hover.point.x(), 4), shortNumber(hover.point.y(), 4));
    return lines;
}

}  // namespace

SliceHover hoverAt(const SliceComputation& computation, const Workspace& workspace,
                   const Eigen::Vector2d& point) {
    SliceHover hover;
    hover.point = point;
    if (!computation.hasPlane() || !workspace.model()) return hover;
    const bool isExact = computation.arrangement() && exactAt(hover, *computation.arrangement());
    if (!isExact && computation.field()) sampledAt(hover, *computation.field());
    if (!hover.isValid) return hover;
    const Shape shape = pictureShape(workspace.model()->info().inputShape, workspace.dataset().get());
    if (!shape.empty())
        hover.picture =
            inputPicture(computation.plane().inputFromSlice(point), shape, workspace.normalisation());
    return hover;
}

QString hoverText(const SliceHover& hover, const Workspace& workspace) {
    if (!hover.isValid) return {};
    QStringList lines{QObject::tr("%1, confidence %2")
                          .arg(workspace.className(hover.label))
                          .arg(hover.confidence, 0, 'f', 3)};
    for (const auto& [label, logit] : hover.logits)
        lines << QObject::tr("logit %1: %2").arg(workspace.className(label)).arg(logit, 0, 'f', 3);
    lines += facts(hover);
    if (hover.isExact) lines << QObject::tr("pattern %1").arg(hover.pattern, 16, 16, QLatin1Char('0'));
    return lines.join('\n');
}

void paintHoverCard(QPainter& painter, const SliceHover& hover, const SliceScene& scene,
                    const SliceStyle& style, const QPointF& pointer, const QRectF& bounds) {
    if (!hover.isValid) return;
    const SceneText text(style);
    const SceneTheme& theme = scene.theme;
    const double em = style.fontPt, row = text.height() * 1.12, gap = em * 0.6;
    const QStringList lines = facts(hover);
    const QString confidence =
        QString::number(hover.confidence * 100, 'f', hover.confidence > 0.9995 ? 0 : 1) +
        QString::fromUtf8(" %");

    const double pictureSide = hover.picture.isNull() ? 0 : em * 8;
    double nameWidth = 0;
    for (const auto& [label, logit] : hover.logits)
        nameWidth = std::max(nameWidth, text.width(scene.className(label), 0.92));
    nameWidth = std::min(nameWidth, em * 7);
    const double barWidth = em * 4.5, numberWidth = text.width(QStringLiteral("−000.00"), 0.92);
    double textWidth =
        text.width(text.elided(scene.className(hover.label), em * 9), 1, true) + em + text.width(confidence);
    textWidth = std::max(textWidth, hover.logits.empty() ? 0 : nameWidth + em * 0.5 + barWidth + numberWidth);
    for (const auto& line : lines) textWidth = std::max(textWidth, text.width(line, 0.92));
    const double textHeight =
        row * (1.15 + static_cast<double>(hover.logits.size()) + 0.3 + static_cast<double>(lines.size()));
    const QSizeF size(gap * 2 + textWidth + (pictureSide > 0 ? pictureSide + gap : 0),
                      gap * 1.6 + std::max(textHeight, pictureSide));

    // To the lower right of the pointer, flipped where that leaves the bounds; never under the pointer.
    const double away = em * 1.6;
    QPointF corner(pointer.x() + away, pointer.y() + away);
    if (corner.x() + size.width() > bounds.right()) corner.setX(pointer.x() - away - size.width());
    if (corner.y() + size.height() > bounds.bottom()) corner.setY(pointer.y() - away - size.height());
    corner.setX(
        std::clamp(corner.x(), bounds.left(), std::max(bounds.left(), bounds.right() - size.width())));
    corner.setY(
        std::clamp(corner.y(), bounds.top(), std::max(bounds.top(), bounds.bottom() - size.height())));
    const QRectF card(corner, size);

    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QColor paper = theme.paper, border = theme.ink;
    paper.setAlpha(242);
    border.setAlpha(90);
    painter.setPen(QPen(border, style.linePt));
    painter.setBrush(paper);
    painter.drawRoundedRect(card, em * 0.35, em * 0.35);

    double x = card.left() + gap, y = card.top() + gap * 0.8;
    if (pictureSide > 0) {
        const double scale = pictureSide / std::max(hover.picture.width(), hover.picture.height());
        const QRectF frame(x, y, hover.picture.width() * scale, hover.picture.height() * scale);
        painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
        painter.drawImage(frame, hover.picture);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(frame);
        x += pictureSide + gap;
    }
    text.draw(painter, {x, y}, Qt::AlignTop, text.elided(scene.className(hover.label), em * 9), theme.ink, 1,
              true);
    text.draw(painter, {card.right() - gap, y}, Qt::AlignTop | Qt::AlignRight, confidence, theme.ink);
    y += row * 1.15;
    double largest = 1e-12;
    for (const auto& [label, logit] : hover.logits) largest = std::max(largest, std::abs(logit));
    for (const auto& [label, logit] : hover.logits) {
        text.draw(painter, {x, y + row / 2}, Qt::AlignVCenter,
                  text.elided(scene.className(label), nameWidth + 0.5, 0.92), theme.ink, 0.92);
        const QRectF track(x + nameWidth + em * 0.5, y + row * 0.25, barWidth, row * 0.5);
        const double middle = track.center().x(), length = logit / largest * track.width() / 2;
        painter.setPen(Qt::NoPen);
        painter.setBrush(classColour(label, scene.classCount));
        painter.drawRect(
            QRectF(std::min(middle, middle + length), track.top(), std::abs(length), track.height()));
        painter.setPen(QPen(theme.faintInk, style.linePt * 0.7));
        painter.drawLine(QPointF(middle, track.top() - row * 0.1),
                         QPointF(middle, track.bottom() + row * 0.1));
        text.draw(painter, {card.right() - gap, y + row / 2}, Qt::AlignVCenter | Qt::AlignRight,
                  QString::number(logit, 'f', 2).replace('-', QChar(0x2212)), theme.ink, 0.92);
        y += row;
    }
    y += row * 0.3;
    for (const auto& line : lines) {
        text.draw(painter, {x, y}, Qt::AlignTop, line, theme.faintInk, 0.92);
        y += row;
    }
    painter.restore();
}

}  // namespace tessera
