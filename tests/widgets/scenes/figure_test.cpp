// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/figure.h"

#include <QImageReader>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSvgRenderer>
#include <QXmlStreamReader>
#include <QtTest>
#include <set>

#include "widgets/scenes/figure_pictures.h"
#include "widgets/scenes/synthetic_arrangement.h"

using namespace tessera;
using test::meanDifference;

namespace {

QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

SliceScene sceneOf(int lines, const Eigen::Vector2d& centre = {0, 0}, double half = 1) {
    auto net = synthetic::randomNetwork(lines, 4, 31);
    net.hidden.leftCols<2>() /= half;
    net.hidden.col(2) -= net.hidden.leftCols<2>() * centre;
    SliceScene scene;
    scene.low = centre - Eigen::Vector2d(half, half);
    scene.high = centre + Eigen::Vector2d(half, half);
    scene.classCount = 4;
    scene.classNames = {"cat & dog", "<b>", "c", "d"};
    scene.arrangement = std::make_shared<PreparedArrangement>(synthetic::arrangementOf(
        net, rectanglePolygon(scene.low.x(), scene.low.y(), scene.high.x(), scene.high.y())));
    scene.markers = {{centre + half * Eigen::Vector2d(0.5, 0.5), 0, 1, "test #17", true, 17},
                     {centre + half * Eigen::Vector2d(-0.4, 0.2), 1.5, 2, "test #3", false, 3}};
    return scene;
}

}  // namespace

class FigureTest : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    std::filesystem::path at(const char* name) const { return (folder_.path() + "/" + name).toStdString(); }
    QString name(const char* file) const { return folder_.path() + "/" + file; }

  private Q_SLOTS:
    void svgHasLiveTextAndParses() {
        FigureOptions options;
        options.provenance = R"({"model":"a<b>&.pt","seed":"7"})";
        options.title = "A & B";
        QVERIFY(writeFigure(at("a.svg"), sceneOf(30), options).isOk());
        const QByteArray svg = contents(name("a.svg"));
        QXmlStreamReader reader(svg);
        QStringList texts;
        QString metadata, width;
        while (!reader.atEnd()) {
            if (reader.readNext() != QXmlStreamReader::StartElement) continue;
            if (reader.name() == u"svg") width = reader.attributes().value("width").toString();
            if (reader.name() == u"metadata")
                metadata = reader.readElementText();
            else if (reader.name() == u"text")
                texts << reader.readElementText().trimmed();
        }
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
        QCOMPARE(width, QString("85.000mm"));
        QVERIFY(texts.contains("s (input units)") && texts.contains("t (input units)") &&
                texts.contains("A & B") && texts.contains("cat & dog"));
        QVERIFY(texts.contains("0.00 off plane"));
        const auto document = QJsonDocument::fromJson(metadata.toUtf8()).object();
        QCOMPARE(document["model"].toString(), QString("a<b>&.pt"));
        QCOMPARE(document["figure"].toObject()["widthMm"].toDouble(), 85.0);
        // Colours that Inkscape and others read, and no negative or exponent-free-for-all coordinates.
        QVERIFY(!svg.contains("rgba("));
        QVERIFY(svg.contains("stroke-opacity") || svg.contains("fill-opacity"));
        QVERIFY(svg.contains("sans-serif"));
        QVERIFY(svg.contains("font-size=\"7\""));  // 7 pt: one unit is one point
    }
    // Rendered back, the SVG is the PNG: nothing displaced, cropped or blurred.
    void svgLooksLikePng() {
        FigureOptions options;
        options.switches.fill = SliceFill::Pattern;
        options.switches.legend = options.switches.caption = options.switches.classLabels =
            false;  // text is hinted by the viewer
        options.dpi = 200;
        SliceScene scene = sceneOf(25);
        scene.markers = {scene.markers[1]};
        scene.markers[0].offPlane = 0;  // opaque
        QVERIFY(writeFigure(at("b.svg"), scene, options).isOk());
        QVERIFY(writeFigure(at("b.png"), scene, options).isOk());
        const QImage png(name("b.png"));
        QSvgRenderer renderer(name("b.svg"));
        QVERIFY(renderer.isValid());
        QImage svg(png.size(), QImage::Format_RGB32);
        svg.fill(Qt::white);
        QPainter painter(&svg);
        renderer.render(&painter);
        painter.end();
        // The marker is where it belongs: the largest disc of its colour.
        const QRgb colour = classColour(2, 4).rgb();
        const auto centreOf = [&](const QImage& image) {
            QPointF sum;
            int count = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    if (image.pixel(x, y) == colour) sum += QPointF(x, y), ++count;
            return count ? sum / count : QPointF();
        };
        QVERIFY(!centreOf(png).isNull());
        QVERIFY((centreOf(png) - centreOf(svg)).manhattanLength() < 1);
        const double difference = meanDifference(png.convertToFormat(QImage::Format_RGB32), svg);

        QVERIFY2(difference < 4, qPrintable(QString::number(difference)));
    }
    // A window of 1e-4 at 1e5: coordinates in the file keep their digits.
    void svgKeepsPrecisionFarOut() {
        FigureOptions options;
        options.switches.fill = SliceFill::Pattern;
        options.switches.samples = false;
        QVERIFY(writeFigure(at("far.svg"), sceneOf(20, {1e5, 1e5}, 1e-2), options).isOk());
        QVERIFY(writeFigure(at("near.svg"), sceneOf(20), options).isOk());
        const auto polygonPoints = [](const QByteArray& svg) {
            static const QRegularExpression number("[ML]([-0-9.e]+),([-0-9.e]+)");
            std::set<QString> distinct;
            for (auto i = number.globalMatch(QString::fromUtf8(svg)); i.hasNext();)
                distinct.insert(i.next().captured(0).mid(1));
            return distinct.size();
        };
        const auto near = polygonPoints(contents(name("near.svg"))),
                   far = polygonPoints(contents(name("far.svg")));
        QVERIFY2(near > 100 && far > 0.9 * near && far < 1.1 * near,
                 qPrintable(QString("%1 %2").arg(near).arg(far)));
    }
    void sampledMapIsNotBlurredInSvg() {
        SliceScene scene;
        auto field = std::make_shared<SampledField>();
        field->rows = field->columns = 4;
        field->low = {-1, -1};
        field->high = {1, 1};
        field->outputs = 2;
        for (int i = 0; i < 16; ++i)
            field->label.push_back((i + i / 4) % 2), field->confidence.push_back(1),
                field->evaluated.push_back(1);
        scene.field = field;
        scene.switches.legend = false;
        QVERIFY(writeFigure(at("f.svg"), scene, {}).isOk());
        const QString svg = QString::fromUtf8(contents(name("f.svg")));
        QVERIFY(svg.contains("image-rendering:pixelated"));
        static const QRegularExpression data("base64,([A-Za-z0-9+/=\\s]+)\"");
        const QImage image = QImage::fromData(QByteArray::fromBase64(data.match(svg).captured(1).toLatin1()));
        QVERIFY(image.width() > 600);  // 600 dpi: a viewer that smooths blurs 1/100 of a cell
        std::set<QRgb> colours;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x) colours.insert(image.pixel(x, y));
        QCOMPARE(colours.size(), 2u);
    }
    void pngHasItsSizeAndText() {
        FigureOptions options;
        options.provenance = R"({"seed":"7"})";
        options.heightMm = 70;
        QVERIFY(writeFigure(at("c.png"), sceneOf(20), options).isOk());
        QImageReader reader(name("c.png"));
        const QImage image = reader.read();
        QCOMPARE(image.size(), QSize(1004, 827));
        QCOMPARE(image.dotsPerMeterX(), 11811);
        QCOMPARE(QJsonDocument::fromJson(image.text("Tessera").toUtf8()).object()["seed"].toString(),
                 QString("7"));
        QVERIFY(contents(name("c.png")).contains("pHYs"));
        QVERIFY(!image.hasAlphaChannel());
    }
    void themes() {
        FigureOptions options;
        options.theme = FigureTheme::Transparent;
        QVERIFY(writeFigure(at("t.png"), sceneOf(10), options).isOk());
        QCOMPARE(qAlpha(QImage(name("t.png")).pixel(1, 1)), 0);
        options.theme = FigureTheme::Dark;
        QVERIFY(writeFigure(at("d.png"), sceneOf(10), options).isOk());
        QVERIFY(QColor(QImage(name("d.png")).pixel(1, 1)).lightness() < 80);
    }
    void pdfEmbedsFontsAndProvenance() {
        FigureOptions options;
        options.provenance = R"({"seed":"7"})";
        QVERIFY(writeFigure(at("e.pdf"), sceneOf(30), options).isOk());
        const QByteArray pdf = contents(name("e.pdf"));
        QVERIFY(pdf.startsWith("%PDF-"));
        QVERIFY(pdf.trimmed().endsWith("%%EOF"));
        QVERIFY(pdf.contains("/FontFile"));
        QVERIFY(pdf.contains("/ToUnicode"));
        QVERIFY(pdf.contains("tessera:provenance"));
        QVERIFY(pdf.contains("&quot;seed&quot;:&quot;7&quot;"));
        static const QRegularExpression box("/MediaBox \\[0 0 ([0-9.]+) ");
        const double width = box.match(QString::fromLatin1(pdf)).captured(1).toDouble();
        QVERIFY(std::abs(width - 85 / 25.4 * 72) < 0.6);
    }
    void pdfTextCanBeExtracted() {
        const QString tool = QStandardPaths::findExecutable("pdftotext");
        if (tool.isEmpty()) QSKIP("pdftotext (poppler-utils) is not installed");
        QVERIFY(writeFigure(at("x.pdf"), sceneOf(10), {}).isOk());
        QProcess process;
        process.start(tool, {name("x.pdf"), "-"});
        QVERIFY(process.waitForFinished());
        QVERIFY(process.readAllStandardOutput().contains("input units"));
    }
    void largeArrangementsStaySmallFiles() {
        SliceScene scene = sceneOf(470);
        QVERIFY(scene.arrangement->arrangement().faceCount() > 50'000);
        FigureOptions options;
        options.switches.fill = SliceFill::Pattern;
        for (const char* file : {"big.svg", "big.pdf"}) {
            QVERIFY(writeFigure(at(file), scene, options).isOk());
            QVERIFY2(QFileInfo(name(file)).size() < 10'000'000,
                     qPrintable(QString::number(QFileInfo(name(file)).size())));
        }
        const QByteArray svg = contents(name("big.svg"));
        QVERIFY(svg.contains("<image") && svg.contains("<text"));
    }
    void sameSceneSameBytes() {
        const SliceScene scene = sceneOf(20);
        for (const char* suffix : {"svg", "png"}) {
            const QByteArray first = QByteArray("one.") + suffix, second = QByteArray("two.") + suffix;
            QVERIFY(writeFigure(at(first), scene, {}).isOk() && writeFigure(at(second), scene, {}).isOk());
            QCOMPARE(contents(name(first)), contents(name(second)));
        }
    }
    void refusalsAreSentences_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<double>("width");
        QTest::addColumn<int>("dpi");
        QTest::addColumn<QString>("says");
        QTest::newRow("suffix") << "a.bmp" << 85.0 << 300 << ".svg, .pdf or .png";
        QTest::newRow("folder") << "no/such/a.png" << 85.0 << 300 << "could not be written";
        QTest::newRow("width") << "a.png" << -3.0 << 300 << "choose a width";
        QTest::newRow("nan") << "a.png" << std::nan("") << 300 << "choose a width";
        QTest::newRow("pixels") << "a.png" << 2000.0 << 10000 << "too large";
        QTest::newRow("dpi") << "a.png" << 85.0 << 0 << "dpi";
    }
    void refusalsAreSentences() {
        QFETCH(QString, file);
        QFETCH(double, width);
        QFETCH(int, dpi);
        QFETCH(QString, says);
        FigureOptions options;
        options.widthMm = width;
        options.dpi = dpi;
        const auto result = writeFigure(at(qPrintable(file)), sceneOf(5), options);
        QVERIFY(result.isError());
        QVERIFY2(QString::fromStdString(result.error().message).contains(says),
                 result.error().message.c_str());
        QVERIFY(!QFileInfo::exists(name(qPrintable(file))));
    }
    void linearRegionsOutputIsDrawn() {
        LinearRegions::Output output;
        output.arrangement =
            synthetic::arrangementOf(synthetic::randomNetwork(12, 3, 1), rectanglePolygon(-1, -1, 1, 1));
        output.plane = {{2},
                        Eigen::Vector2d(0, 0),
                        Eigen::Vector2d(1, 0),
                        Eigen::Vector2d(0, 1),
                        rectanglePolygon(-1, -1, 1, 1)};
        output.engine = "depth-first";
        output.provenance.files = {{"model.pt", "abc"}};
        QVERIFY(writeSliceFigure(at("l.svg"), output, {{}, {"a", "b", "c"}}, {}).isOk());
        const QByteArray svg = contents(name("l.svg"));
        QVERIFY(svg.contains("depth-first") && svg.contains("model.pt") && svg.contains("regions"));
    }
};

QTEST_MAIN(FigureTest)
#include "figure_test.moc"
