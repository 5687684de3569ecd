// SPDX-License-Identifier: GPL-3.0-or-later
// Sheets of several panels, and the traps that exporters of other programs fell into: cropped axes, lost
// precision at large coordinates, displaced symbols, rgba fills, blurred images.
#include "widgets/scenes/figure_sheet.h"

#include <QImageReader>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPainter>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>
#include <cmath>
#include <fstream>

#include "core/data/npz.h"
#include "widgets/scenes/figure_pictures.h"
#include "widgets/scenes/histogram_scene.h"
#include "widgets/scenes/plot_tables.h"
#include "widgets/scenes/scatter_scene.h"
#include "widgets/scenes/slice_panel_scene.h"

using namespace tessera;
using test::meanDifference;

namespace {

QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

std::shared_ptr<ScatterScene> scatterOf(std::shared_ptr<const Table> table, const ScatterChoice& choice) {
    auto scene = std::make_shared<ScatterScene>(scatterPoints(std::move(table), choice, {}));
    scene->heading = "Margin & entropy";
    return scene;
}

FigureSheet sheetOf(std::size_t rows = 300) {
    const auto table = plots::sampleTable(rows);
    auto histogram = std::make_shared<HistogramScene>(
        histogramBins(table, {"margin", HistogramChoice::Groups::Class, "label"}, {}));
    histogram->heading = "Margins";
    FigureSheet sheet;
    sheet.panels = {{scatterOf(table, {"margin", "entropy", "label"})},
                    {histogram},
                    {std::make_shared<SlicePanelScene>(test::smallSlice()), "Regions"}};
    sheet.widthMm = 174;
    sheet.provenance = R"({"model":"a<b>&.pt"})";
    sheet.session = "{\n \"tessera\": \"session\", \"note\": \"quotes \\\" & <tags> \u00e4 \"\n}";
    return sheet;
}

QImage rendered(const QString& svg, const QSize& size) {
    QSvgRenderer renderer(svg);
    QImage image(size, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    renderer.render(&painter);
    return image;
}

// The edge of a figure is paper all round: nothing reaches beyond it.
bool borderIsBlank(const QImage& image) {
    const QRgb paper = image.pixel(0, 0) | 0xff000000;
    const auto blank = [&](int x, int y) { return (image.pixel(x, y) | 0xff000000) == paper; };
    for (int x = 0; x < image.width(); ++x)
        if (!blank(x, 0) || !blank(x, image.height() - 1)) return false;
    for (int y = 0; y < image.height(); ++y)
        if (!blank(0, y) || !blank(image.width() - 1, y)) return false;
    return true;
}

// Mean place of the pixels of one colour.
QPointF centreOf(const QImage& image, QRgb colour) {
    QPointF sum;
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if ((image.pixel(x, y) | 0xff000000) == colour) sum += QPointF(x, y), ++count;
    return count > 0 ? sum / count : QPointF(-1, -1);
}

}  // namespace

class FigureSheetTest : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    QString name(const QString& file) const { return folder_.filePath(file); }
    std::filesystem::path at(const QString& file) const { return name(file).toStdString(); }

  private Q_SLOTS:
    void threePanelsWithLetters() {
        const auto report = writeFigureSheet(at("a.svg"), sheetOf());
        QVERIFY2(report.isOk(), report.isError() ? report.error().message.c_str() : "");
        QVERIFY(report.value().notes.empty());
        QXmlStreamReader reader(contents(name("a.svg")));
        QStringList texts;
        QString width;
        while (!reader.atEnd()) {
            if (reader.readNext() != QXmlStreamReader::StartElement) continue;
            if (reader.name() == u"svg") width = reader.attributes().value("width").toString();
            if (reader.name() == u"text") texts << reader.readElementText().trimmed();
        }
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
        QCOMPARE(width, QString("174.000mm"));
        for (const char* text : {"(a)", "(b)", "(c)", "Margin & entropy", "Regions", "Margin (logits)",
                                 "Entropy (nats)", "s (input units)"})
            QVERIFY2(texts.contains(text), text);
        // Scatter and histogram have one legend between them.
        QCOMPARE(texts.count("class 3"), 1);
        const QByteArray svg = contents(name("a.svg"));
        QVERIFY(!svg.contains("rgba(") && svg.contains("fill-opacity"));
        QVERIFY(svg.contains("font-size=\"7\""));
    }
    void everyFormatGivesItsSessionBack_data() {
        QTest::addColumn<QString>("file");
        for (const char* file : {"s.svg", "s.pdf", "s.png"}) QTest::newRow(file) << file;
    }
    void everyFormatGivesItsSessionBack() {
        QFETCH(QString, file);
        const auto sheet = sheetOf();
        QVERIFY(writeFigureSheet(at(file), sheet).isOk());
        const auto session = readFigureSession(at(file));
        QVERIFY2(session.isOk(), session.isError() ? session.error().message.c_str() : "");
        QCOMPARE(session.value(), sheet.session);
        const auto provenance = readFigureProvenance(at(file));
        QVERIFY(provenance.isOk());
        const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(provenance.value())).object();
        QCOMPARE(document["model"].toString(), QString("a<b>&.pt"));
        QCOMPARE(document["figure"].toObject()["widthMm"].toDouble(), 174.0);
        // Content decides, not the name.
        QVERIFY(QFile::copy(name(file), name(file + ".bin")));
        QCOMPARE(readFigureSession(at(file + ".bin")).value(), sheet.session);
    }
    void figuresWithoutASessionSaySo_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("svg") << QByteArray("<svg><metadata>other</metadata></svg>");
        QTest::newRow("cut svg") << QByteArray("<svg><metadata>{\"session\":");
        QTest::newRow("png") << QByteArray("\x89PNG\r\n\x1a\n");
        QTest::newRow("pdf") << QByteArray("%PDF-1.4\n<tessera:provenance>{");
        QTest::newRow("not ours") << QByteArray("<svg><metadata>{\"a\":1}</metadata></svg>");
        QTest::newRow("noise") << QByteArray(4000, '\xa7');
    }
    void figuresWithoutASessionSaySo() {
        QFETCH(QByteArray, bytes);
        QFile file(name("odd"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
        file.close();
        const auto session = readFigureSession(at("odd"));
        QVERIFY(session.isError());
        QVERIFY2(session.error().message.find("carries no session") != std::string::npos,
                 session.error().message.c_str());
        QVERIFY(readFigureSession(at("missing.svg")).error().message.find("could not be read") !=
                std::string::npos);
    }
    // Rendered back, every format shows the same drawing; neither axes nor letters are cut off.
    void formatsAgreeAndNothingIsCropped() {
        FigureSheet sheet = sheetOf();
        sheet.dpi = 200;
        for (const char* file : {"f.svg", "f.pdf", "f.png"})
            QVERIFY(writeFigureSheet(at(file), sheet).isOk());
        const QImage png(name("f.png"));
        QCOMPARE(png.width(), int(std::lround(174 / 25.4 * 200)));
        QVERIFY(borderIsBlank(png));
        const QImage svg = rendered(name("f.svg"), png.size());
        QVERIFY(borderIsBlank(svg));
        const double svgDifference = meanDifference(png, svg);
        QVERIFY2(svgDifference < 6, qPrintable(QString::number(svgDifference)));
        const QString tool = QStandardPaths::findExecutable("pdftoppm");
        if (tool.isEmpty()) QSKIP("pdftoppm (poppler-utils) is not installed");
        QProcess process;
        process.start(tool, {"-r", "200", "-png", "-singlefile", name("f.pdf"), name("pdf")});
        QVERIFY(process.waitForFinished(60'000));
        QImage pdf(name("pdf.png"));
        QVERIFY(std::abs(pdf.width() - png.width()) <= 4);
        QVERIFY(borderIsBlank(pdf));
        pdf = pdf.scaled(png.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
        const double pdfDifference = meanDifference(png, pdf);
        QVERIFY2(pdfDifference < 8, qPrintable(QString::number(pdfDifference)));
    }
    // Points 1e-5 apart at 1e7 keep their places, in all three formats.
    void symbolsStayInPlaceFarOut() {
        auto table = std::make_shared<const Table>(
            Table{"t",
                  "T",
                  {{"x", "X", "", "", std::vector<double>{1e7, 1e7 + 1e-5, 1e7 + 3e-5}},
                   {"y", "Y", "", "", std::vector<double>{0, 1e-5, 0}},
                   {"class", "Class", "", "", std::vector<std::int64_t>{0, 1, 2}}}});
        auto scene = scatterOf(table, {"x", "y", "class"});
        scene->markerPt = 12;
        scene->grid = false;
        FigureSheet sheet;
        sheet.panels = {{scene}};
        sheet.titles = sheet.legend = false;
        sheet.dpi = 254;
        QVERIFY(writeFigureSheet(at("far.svg"), sheet).isOk() &&
                writeFigureSheet(at("far.png"), sheet).isOk());
        const QImage png(name("far.png")), svg = rendered(name("far.svg"), png.size());
        PanelStyle style;
        style.fontPt = sheet.fontPt;
        style.title = style.legend = false;
        style.vector = true;
        const QSizeF size(85 / 25.4 * 72, sheetHeightMm(sheet) / 25.4 * 72);
        const auto frame = scene->frame(style, size);
        for (std::size_t i = 0; i < 3; ++i) {
            QColor colour(scene->points().colour[i]);
            const QPointF expected =
                frame.toDrawing(scene->points().x[i], scene->points().y[i]) * 254 / 72 - QPointF(0.5, 0.5);
            for (const QImage* image : {&png, &svg}) {
                // The markers are translucent: the colour that is there, at its middle.
                const QRgb there = image->pixel(expected.toPoint()) | 0xff000000;
                QVERIFY(QColor(there) != QColor(Qt::white));
                const QPointF centre = centreOf(*image, there);
                QVERIFY2((centre - expected).manhattanLength() < 2.5, qPrintable(QString("%1 %2, %3 %4")
                                                                                     .arg(centre.x())
                                                                                     .arg(centre.y())
                                                                                     .arg(expected.x())
                                                                                     .arg(expected.y())));
            }
        }
        QVERIFY(frame.toDrawing(1e7 + 3e-5, 0).x() - frame.toDrawing(1e7, 0).x() > 100);
    }
    void largeScattersBecomePixelsWithANote() {
        FigureSheet sheet;
        sheet.panels = {{scatterOf(plots::sampleTable(7900), {"margin", "distance", "label"})}};
        sheet.mostMegabytes = 1;
        const auto report = writeFigureSheet(at("big.svg"), sheet);
        QVERIFY(report.isOk());
        QVERIFY(QFileInfo(name("big.svg")).size() < 1'000'000);
        QCOMPARE(report.value().notes.size(), 1u);
        QVERIFY(report.value().notes[0].find("pixels") != std::string::npos);
        const QByteArray svg = contents(name("big.svg"));
        QVERIFY(svg.contains("image-rendering:pixelated") && svg.contains("<text"));
        QVERIFY(svg.contains("drawn as pixels"));  // the file says so too
        // Without a limit they stay paths.
        sheet.mostMegabytes = 0;
        QVERIFY(writeFigureSheet(at("paths.svg"), sheet).value().notes.empty());
        QVERIFY(!contents(name("paths.svg")).contains("<image"));
        sheet.panels = {{scatterOf(plots::sampleTable(100'000), {"margin", "distance", "label"})}};
        sheet.mostMegabytes = 10;
        QVERIFY(writeFigureSheet(at("huge.svg"), sheet).isOk());
        QVERIFY(QFileInfo(name("huge.svg")).size() < 10'000'000);
    }
    void whatPixelsDoNotMakeSmallerStaysPaths() {
        int drawn = 0;
        class Counted : public HistogramScene {
          public:
            Counted(std::shared_ptr<const HistogramBins> bins, int& drawn)
                : HistogramScene(std::move(bins)), drawn_(drawn) {}
            void paint(QPainter& painter, const PanelStyle& style, const QSizeF& size,
                       std::stop_token stop) const override {
                ++drawn_;
                HistogramScene::paint(painter, style, size, stop);
            }

          private:
            int& drawn_;
        };
        HistogramChoice choice{"margin"};
        choice.bins = 200;
        FigureSheet sheet;
        sheet.panels = {
            {std::make_shared<Counted>(histogramBins(plots::sampleTable(2000), choice, {}), drawn)}};
        sheet.mostMegabytes = 0;
        QVERIFY(writeFigureSheet(at("bars.svg"), sheet).isOk());
        const QByteArray whole = contents(name("bars.svg"));
        drawn = 0;
        sheet.mostMegabytes = 0.01;
        const auto report = writeFigureSheet(at("bars2.svg"), sheet);
        QVERIFY(report.isOk());
        QVERIFY(whole.size() > 10'000);
        QCOMPARE(contents(name("bars2.svg")), whole);
        QCOMPARE(report.value().notes.size(), 1u);
        QVERIFY(report.value().notes[0].find("even so") != std::string::npos);
        QCOMPARE(drawn, 2);
    }
    void numbersLieBeside() {
        FigureSheet sheet = sheetOf(50);
        sheet.csv = sheet.npz = true;
        const auto report = writeFigureSheet(at("n.png"), sheet);
        QVERIFY2(report.isOk(), report.isError() ? report.error().message.c_str() : "");
        QStringList files;
        for (const auto& file : report.value().files)
            files << QString::fromStdString(file.filename().string());
        QCOMPARE(files, (QStringList{"n.png", "n_a.csv", "n_b.csv", "n_c_regions.csv", "n_c_corners.csv",
                                     "n_c_boundary.csv", "n.npz"}));
        QVERIFY(contents(name("n_a.csv")).startsWith("sample,margin,entropy,label"));
        QCOMPARE(contents(name("n_a.csv")).count('\n'), 51);
        const auto arrays = readNpz(at("n.npz"));
        QVERIFY(arrays.isOk());
        bool found = false;
        for (const auto& array : arrays.value())
            if (array.name == "a.scatter.margin") {
                found = true;
                const auto table = plots::sampleTable(50);
                QCOMPARE(array.values, std::get<std::vector<double>>(table->column("margin")->values));
            }
        QVERIFY(found);
        sheet.panels.resize(1);
        QVERIFY(writeFigureSheet(at("one.png"), sheet).isOk());
        QVERIFY(QFileInfo::exists(name("one.csv")));
    }
    void sharedColourBarIsDrawnOnce() {
        const auto table = plots::sampleTable(200);
        FigureSheet sheet;
        sheet.widthMm = 174;
        sheet.panels = {{scatterOf(table, {"margin", "distance", "entropy"})},
                        {scatterOf(table, {"distance", "margin", "entropy"})}};
        sheet.sharedColourBar = true;
        QVERIFY(writeFigureSheet(at("shared.svg"), sheet).isOk());
        QCOMPARE(contents(name("shared.svg")).count("Entropy (nats)"), 1);
        sheet.sharedColourBar = false;
        QVERIFY(writeFigureSheet(at("two.svg"), sheet).isOk());
        QCOMPARE(contents(name("two.svg")).count("Entropy (nats)"), 2);
        sheet.colourBar = false;
        QVERIFY(writeFigureSheet(at("none.svg"), sheet).isOk());
        QCOMPARE(contents(name("none.svg")).count("Entropy (nats)"), 0);
    }
    void switchesAndSizes() {
        FigureSheet sheet = sheetOf(100);
        sheet.columns = 1;
        const double tall = sheetHeightMm(sheet);
        sheet.columns = 3;
        QVERIFY(sheetHeightMm(sheet) < tall / 2);
        sheet.heightMm = 60;
        QVERIFY(std::abs(sheetHeightMm(sheet) - 60) < 1e-9);
        sheet.axes = sheet.titles = sheet.letters = sheet.legend = false;
        QVERIFY(writeFigureSheet(at("bare.svg"), sheet).isOk());
        const QByteArray svg = contents(name("bare.svg"));
        QVERIFY(!svg.contains("(a)") && !svg.contains("Margin (logits)"));
        sheet = sheetOf(100);
        sheet.theme = FigureTheme::Transparent;
        QVERIFY(writeFigureSheet(at("t.png"), sheet).isOk());
        QCOMPARE(qAlpha(QImage(name("t.png")).pixel(0, 0)), 0);
        sheet.theme = FigureTheme::Dark;
        QVERIFY(writeFigureSheet(at("d.png"), sheet).isOk());
        QVERIFY(QColor(QImage(name("d.png")).pixel(0, 0)).lightness() < 80);
    }
    void sameSheetSameBytes() {
        const FigureSheet sheet = sheetOf(100);
        for (const QString suffix : {"svg", "png"}) {
            QVERIFY(writeFigureSheet(at("one." + suffix), sheet).isOk());
            QVERIFY(writeFigureSheet(at("two." + suffix), sheet).isOk());
            QCOMPARE(contents(name("one." + suffix)), contents(name("two." + suffix)));
        }
    }
    void refusalsAreSentences() {
        FigureSheet sheet;
        const auto says = [&](const char* file, const char* words) {
            const auto result = writeFigureSheet(at(file), sheet);
            return result.isError() && result.error().message.find(words) != std::string::npos &&
                   !QFileInfo::exists(name(file));
        };
        QVERIFY(says("r.svg", "at least one panel"));
        sheet.panels = {{nullptr}};
        QVERIFY(says("r.svg", "no picture yet"));
        sheet = sheetOf(10);
        QVERIFY(says("r.bmp", ".svg, .pdf or .png"));
        sheet.widthMm = NAN;
        QVERIFY(says("r.svg", "choose a width"));
        sheet.widthMm = 85, sheet.heightMm = 2001;
        QVERIFY(says("r.svg", "choose a height"));
        sheet.heightMm = 0, sheet.fontPt = 0;
        QVERIFY(says("r.svg", "pt"));
        sheet.fontPt = 7;
        QVERIFY(says("no/such/r.svg", "could not be written"));
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(writeFigureSheet(at("stopped.svg"), sheet, stop.get_token()).isCancelled());
        QVERIFY(!QFileInfo::exists(name("stopped.svg")));
    }
    void pictures() {
        const QString folder = qEnvironmentVariable("TESSERA_PICTURES");
        if (folder.isEmpty()) QSKIP("set TESSERA_PICTURES to a folder to keep the drawings");
        FigureSheet sheet = sheetOf(2000);
        sheet.dpi = 200;
        QVERIFY(writeFigureSheet((folder + "/sheet3.png").toStdString(), sheet).isOk());
        sheet.theme = FigureTheme::Dark;
        sheet.widthMm = 85;
        QVERIFY(writeFigureSheet((folder + "/sheet1.png").toStdString(), sheet).isOk());
        const auto table = plots::sampleTable(2000);
        sheet = {};
        sheet.dpi = 200;
        sheet.widthMm = 114;
        sheet.panels = {{scatterOf(table, {"margin", "distance", "entropy"})},
                        {scatterOf(table, {"distance", "margin", "entropy"})}};
        QVERIFY(writeFigureSheet((folder + "/sheet2.png").toStdString(), sheet).isOk());
    }
};

QTEST_MAIN(FigureSheetTest)
#include "figure_sheet_test.moc"
