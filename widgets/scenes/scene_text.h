// SPDX-License-Identifier: GPL-3.0-or-later
// Text in points on any device: measured the same for screen, PNG, SVG and PDF, so that a layout holds
// everywhere.
#pragma once

#include <QPainter>
#include <QString>

namespace tessera {

struct SliceStyle;
struct PanelStyle;

class SceneText {
  public:
    explicit SceneText(const SliceStyle& style);
    explicit SceneText(const PanelStyle& style);
    double width(const QString& text, double scale = 1,
                 bool bold = false) const;  // points; scale times the style's size
    double height(double scale = 1) const;  // ascent + descent
    double ascent(double scale = 1) const;
    QString elided(const QString& text, double width, double scale = 1, bool bold = false) const;
    // Broken between words; the last of `most` lines is elided.
    QStringList wrapped(const QString& text, double width, int most, double scale = 1) const;

    // `at` is the point that the alignment names: left/right/hcentre, top/bottom/vcentre (baseline if none of
    // the three).
    void draw(QPainter& painter, const QPointF& at, Qt::Alignment alignment, const QString& text,
              const QColor& colour, double scale = 1, bool bold = false) const;
    void drawWithHalo(QPainter& painter, const QPointF& at, Qt::Alignment alignment, const QString& text,
                      const QColor& colour, const QColor& halo, double scale = 1, bool bold = false) const;
    void drawUpwards(QPainter& painter, const QPointF& bottomCentre, const QString& text,
                     const QColor& colour, double scale = 1) const;

  private:
    QFont font(const QPaintDevice* device, double scale, bool bold) const;
    QPointF baseline(const QPointF& at, Qt::Alignment alignment, const QString& text, double scale,
                     bool bold) const;
    QString family_;
    double points_;
};

// 1234567 -> "1,234,567".
QString grouped(qint64 number);
// A few significant digits, with a real minus sign: "0.25", "1.5e-07" -> "1.5×10⁻⁷".
QString shortNumber(double value, int digits = 3);
QString superscript(int exponent);

}  // namespace tessera
