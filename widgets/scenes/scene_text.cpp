// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/scene_text.h"

#include <QFontMetricsF>
#include <QGuiApplication>
#include <QLocale>
#include <QPaintEngine>
#include <QPainterPath>
#include <QTransform>
#include <cmath>

#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/slice_scene.h"

namespace tessera {
namespace {
constexpr int kMeasurePixels = 100;  // metrics at this size, scaled: no hinting, no device
}

SceneText::SceneText(const SliceStyle& style)
    : family_(style.family.isEmpty() ? QGuiApplication::font().family() : style.family),
      points_(style.fontPt) {}

SceneText::SceneText(const PanelStyle& style)
    : family_(style.family.isEmpty() ? QGuiApplication::font().family() : style.family),
      points_(style.fontPt) {}

QFont SceneText::font(const QPaintDevice* device, double scale, bool bold) const {
    QFont font(family_);
    if (device) {
        font.setPointSizeF(points_ * scale * 72.0 / device->logicalDpiY());
    } else {
        font.setPixelSize(kMeasurePixels);
    }
    font.setHintingPreference(QFont::PreferNoHinting);
    font.setBold(bold);
    return font;
}

double SceneText::width(const QString& text, double scale, bool bold) const {
    return QFontMetricsF(font(nullptr, 1, bold)).horizontalAdvance(text) * points_ * scale / kMeasurePixels;
}

double SceneText::ascent(double scale) const {
    return QFontMetricsF(font(nullptr, 1, false)).ascent() * points_ * scale / kMeasurePixels;
}

double SceneText::height(double scale) const {
    const QFontMetricsF metrics(font(nullptr, 1, false));
    return (metrics.ascent() + metrics.descent()) * points_ * scale / kMeasurePixels;
}

QString SceneText::elided(const QString& text, double width, double scale, bool bold) const {
    return QFontMetricsF(font(nullptr, 1, bold))
        .elidedText(text, Qt::ElideRight, width * kMeasurePixels / (points_ * scale));
}

QStringList SceneText::wrapped(const QString& text, double width, int most, double scale) const {
    QStringList lines{QString()};
    const QStringList words = text.split(' ');
    for (qsizetype i = 0; i < words.size(); ++i) {
        const QString longer = lines.last().isEmpty() ? words[i] : lines.last() + ' ' + words[i];
        if (this->width(longer, scale) <= width || lines.last().isEmpty()) {
            lines.last() = longer;
        } else if (static_cast<int>(lines.size()) == most) {
            lines.last() = elided(lines.last() + ' ' + words.mid(i).join(' '), width, scale);
            return lines;
        } else {
            lines << words[i];
        }
    }
    lines.last() = elided(lines.last(), width, scale);
    return lines;
}

QPointF SceneText::baseline(const QPointF& at, Qt::Alignment alignment, const QString& text, double scale,
                            bool bold) const {
    QPointF p = at;
    if (alignment & Qt::AlignHCenter) p.rx() -= width(text, scale, bold) / 2;
    if (alignment & Qt::AlignRight) p.rx() -= width(text, scale, bold);
    if (alignment & Qt::AlignTop) p.ry() += ascent(scale);
    if (alignment & Qt::AlignBottom) p.ry() -= height(scale) - ascent(scale);
    if (alignment & Qt::AlignVCenter) p.ry() += ascent(scale) - height(scale) / 2;
    return p;
}

void SceneText::draw(QPainter& painter, const QPointF& at, Qt::Alignment alignment, const QString& text,
                     const QColor& colour, double scale, bool bold) const {
    painter.setPen(colour);
    const QPointF start = baseline(at, alignment, text, scale, bold);
    if (painter.paintEngine() && painter.paintEngine()->type() == QPaintEngine::SVG) {
        painter.setFont(font(painter.device(), scale, bold));  // a plain font-size in the file
        painter.drawText(start, text);
        return;
    }
    // Set at the measuring size and scaled: advances then add up to the measured width on every device.
    const double size = points_ * scale / kMeasurePixels;
    painter.save();
    painter.translate(start);
    painter.scale(size, size);
    painter.setFont(font(nullptr, 1, bold));
    painter.drawText(QPointF(0, 0), text);
    painter.restore();
}

void SceneText::drawWithHalo(QPainter& painter, const QPointF& at, Qt::Alignment alignment,
                             const QString& text, const QColor& colour, const QColor& halo, double scale,
                             bool bold) const {
    QPainterPath outline;
    outline.addText({0, 0}, font(nullptr, 1, bold),
                    text);  // paths know no device: from the measuring size to points
    const QPointF start = baseline(at, alignment, text, scale, bold);
    const double size = points_ * scale / kMeasurePixels;
    outline = QTransform(size, 0, 0, size, start.x(), start.y()).map(outline);
    QColor soft = halo;
    soft.setAlphaF(0.85f);
    painter.strokePath(outline,
                       QPen(soft, points_ * scale * 0.28, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    draw(painter, at, alignment, text, colour, scale, bold);
}

void SceneText::drawUpwards(QPainter& painter, const QPointF& bottomCentre, const QString& text,
                            const QColor& colour, double scale) const {
    painter.save();
    painter.translate(bottomCentre);
    painter.rotate(-90);
    draw(painter, {0, 0}, Qt::AlignHCenter, text, colour, scale);
    painter.restore();
}

QString grouped(qint64 number) {
    return QLocale(QLocale::English, QLocale::UnitedStates).toString(number);
}

QString superscript(int exponent) {
    static const QString digits = QString::fromUtf8("⁰¹²³⁴⁵⁶⁷⁸⁹");
    QString text = exponent < 0 ? QString::fromUtf8("⁻") : QString();
    for (const QChar c : QString::number(std::abs(exponent))) text += digits[c.digitValue()];
    return text;
}

QString shortNumber(double value, int digits) {
    QString text = QString::number(value, 'g', digits);
    const int e = static_cast<int>(text.indexOf('e'));
    if (e >= 0) text = text.left(e) + QString::fromUtf8("×10") + superscript(text.mid(e + 1).toInt());
    if (text.startsWith('-')) text[0] = QChar(0x2212);
    return text;
}

}  // namespace tessera
