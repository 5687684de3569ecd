// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/theme.h"

#include <QApplication>
#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QProxyStyle>
#include <QStyleFactory>
#include <QStyleOption>
#include <QSvgRenderer>

// The icons are compiled into a static library, which the linker would leave out. Must be outside any
// namespace.
static void initialiseIcons() {
    static const bool once = [] {
        Q_INIT_RESOURCE(tessera);
        return true;
    }();
    (void)once;
}

namespace tessera {

namespace {

QPalette& desktopPalette() {
    static QPalette palette;
    return palette;
}

struct Colours {
    const char *window, *base, *alternate, *text, *button, *highlight, *highlighted, *placeholder, *disabled,
        *link, *tip;
};
constexpr Colours kLight{"#f2f3f5", "#ffffff", "#f5f6f8", "#1b1f24", "#e9ebee", "#0b63b0",
                         "#ffffff", "#6a737d", "#9aa1a9", "#0b63b0", "#ffffff"};
constexpr Colours kDark{"#23272d", "#1a1d22", "#20242a", "#e4e7eb", "#2e333a", "#2f7cc4",
                        "#ffffff", "#98a1ab", "#6d757f", "#6cb2f2", "#343a42"};

QPalette paletteOf(const Colours& colours) {
    QPalette palette(QColor(colours.button), QColor(colours.window));
    const auto set = [&](QPalette::ColorRole role, const char* name) {
        palette.setColor(role, QColor(name));
    };
    set(QPalette::Window, colours.window);
    set(QPalette::Base, colours.base);
    set(QPalette::AlternateBase, colours.alternate);
    set(QPalette::Button, colours.button);
    set(QPalette::ToolTipBase, colours.tip);
    set(QPalette::Highlight, colours.highlight);
    set(QPalette::HighlightedText, colours.highlighted);
    set(QPalette::Link, colours.link);
    for (const auto role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText}) {
        set(role, colours.text);
        palette.setColor(QPalette::Disabled, role, QColor(colours.disabled));
    }
    set(QPalette::PlaceholderText, colours.placeholder);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, QColor(colours.disabled));
    return palette;
}

// Fusion outlines check boxes darker than the window: in a dark one they are all but invisible while empty.
class OutlinedStyle final : public QProxyStyle {
  public:
    OutlinedStyle() : QProxyStyle(QStringLiteral("fusion")) { setObjectName(QStringLiteral("tessera")); }
    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override {
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        const bool isRound = element == PE_IndicatorRadioButton;
        const bool isBox = element == PE_IndicatorCheckBox || element == PE_IndicatorItemViewItemCheck;
        if (!(isRound || isBox) || !isDark(option->palette)) return;
        const bool isEnabled = option->state & State_Enabled;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setBrush(Qt::NoBrush);
        painter->setPen(option->palette.color(isEnabled ? QPalette::Active : QPalette::Disabled,
                                              isEnabled ? QPalette::PlaceholderText : QPalette::WindowText));
        const QRectF outline = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
        if (isRound)
            painter->drawEllipse(outline);
        else
            painter->drawRoundedRect(outline, 2, 2);
        painter->restore();
    }
};

// Draws the SVG when it is needed, in the colour of the moment, so that a change of theme needs no new icons.
class ThemedIconEngine final : public QIconEngine {
  public:
    explicit ThemedIconEngine(QString name) : name_(std::move(name)) {
        QFile file(QStringLiteral(":/icons/%1.svg").arg(name_));
        if (file.open(QIODevice::ReadOnly)) svg_ = file.readAll();
    }
    QIconEngine* clone() const override { return new ThemedIconEngine(*this); }
    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
        painter->drawPixmap(
            rect, scaledPixmap(rect.size() * painter->device()->devicePixelRatio(), mode, state, 1));
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        return scaledPixmap(size, mode, state, 1);
    }
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal) override {
        const QPalette palette = QGuiApplication::palette();
        const QColor colour = mode == QIcon::Disabled
                                  ? palette.color(QPalette::Disabled, QPalette::WindowText)
                              : mode == QIcon::Selected ? palette.color(QPalette::HighlightedText)
                                                        : palette.color(QPalette::WindowText);
        const QString key = QStringLiteral("tessera/%1/%2/%3x%4")
                                .arg(name_, colour.name())
                                .arg(size.width())
                                .arg(size.height());
        QPixmap pixmap;
        if (QPixmapCache::find(key, &pixmap)) return pixmap;
        pixmap = QPixmap(size);
        pixmap.fill(Qt::transparent);
        QByteArray coloured = svg_;
        coloured.replace("currentColor", colour.name().toLatin1());
        QSvgRenderer renderer(coloured);
        QPainter painter(&pixmap);
        if (renderer.isValid()) renderer.render(&painter, QRectF(QPointF(0, 0), QSizeF(size)));
        painter.end();
        QPixmapCache::insert(key, pixmap);
        return pixmap;
    }

  private:
    QString name_;
    QByteArray svg_;
};

}  // namespace

QString themeName(Theme theme) {
    return theme == Theme::Light  ? QStringLiteral("light")
           : theme == Theme::Dark ? QStringLiteral("dark")
                                  : QStringLiteral("system");
}

Theme themeFromName(const QString& name) {
    return name == QLatin1String("light")  ? Theme::Light
           : name == QLatin1String("dark") ? Theme::Dark
                                           : Theme::System;
}

void rememberDesktopPalette() {
    desktopPalette() = QGuiApplication::palette();
}

bool isDark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

void applyTheme(Theme theme) {
    if (!dynamic_cast<OutlinedStyle*>(QApplication::style())) QApplication::setStyle(new OutlinedStyle);
    const bool dark = theme == Theme::Dark || (theme == Theme::System && isDark(desktopPalette()));
    QApplication::setPalette(paletteOf(dark ? kDark : kLight));
}

QIcon themedIcon(const QString& name) {
    initialiseIcons();
    return QIcon(new ThemedIconEngine(name));
}

QIcon applicationIcon() {
    initialiseIcons();
    return QIcon(QStringLiteral(":/icons/tessera.svg"));
}

QColor wrongColour(const QPalette& palette) {
    return isDark(palette) ? QColor(0xff, 0x9a, 0x5c) : QColor(0xb3, 0x3c, 0x00);
}
QColor warningColour(const QPalette& palette) {
    return isDark(palette) ? QColor(0xe6, 0xb4, 0x4c) : QColor(0x8a, 0x5a, 0x00);
}

}  // namespace tessera
