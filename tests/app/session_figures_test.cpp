// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session_figures.h"

#include <QTest>

using namespace tessera;

class SessionFiguresTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void everySettingReturns() {
        FigureSheet sheet;
        sheet.title = QStringLiteral("Größe");
        sheet.widthMm = 114, sheet.heightMm = 60, sheet.fontPt = 6.5, sheet.linePt = 0.25;
        sheet.columns = 3, sheet.dpi = 150;
        for (const bool on : {true, false})
            for (const auto theme : {FigureTheme::Light, FigureTheme::Dark, FigureTheme::Transparent}) {
                sheet.theme = theme;
                sheet.letters = sheet.titles = on;
                sheet.axes = sheet.legend = !on;
                sheet.colourBar = on;
                sheet.sharedColourBar = sheet.sharedLegend = !on;
                const auto figure = sessionFigureOf(QStringLiteral("/somewhere/else/two.svg"), sheet);
                QCOMPARE(figure.file, std::string("two.svg"));
                const auto read = figureSheetOf(figure);
                QCOMPARE(read.title, sheet.title);
                QCOMPARE(read.widthMm, sheet.widthMm);
                QCOMPARE(read.heightMm, sheet.heightMm);
                QCOMPARE(read.fontPt, sheet.fontPt);
                QCOMPARE(read.linePt, sheet.linePt);
                QCOMPARE(read.columns, sheet.columns);
                QCOMPARE(read.dpi, sheet.dpi);
                QVERIFY(read.theme == sheet.theme);
                QCOMPARE(read.letters, sheet.letters);
                QCOMPARE(read.titles, sheet.titles);
                QCOMPARE(read.axes, sheet.axes);
                QCOMPARE(read.legend, sheet.legend);
                QCOMPARE(read.colourBar, sheet.colourBar);
                QCOMPARE(read.sharedColourBar, sheet.sharedColourBar);
                QCOMPARE(read.sharedLegend, sheet.sharedLegend);
            }
    }

    void wordsOfTheFormat() {
        FigureSheet sheet;
        QCOMPARE(sessionFigureOf({}, sheet).theme, std::string("light"));
        sheet.theme = FigureTheme::Transparent;
        QCOMPARE(sessionFigureOf({}, sheet).theme, std::string("transparent"));
        SessionFigure figure;
        figure.theme = "unheard of";
        QVERIFY(figureSheetOf(figure).theme == FigureTheme::Light);
    }
};

QTEST_GUILESS_MAIN(SessionFiguresTest)
#include "session_figures_test.moc"
