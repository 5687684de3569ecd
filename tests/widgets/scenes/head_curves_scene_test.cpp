// SPDX-License-Identifier: GPL-3.0-or-later
// Curves of heads: where they are drawn, what is named, and the numbers beside a figure.
#include "widgets/scenes/head_curves_scene.h"

#include <QImage>
#include <QPainter>
#include <QTest>
#include <cmath>

using namespace tessera;

namespace {

HeadCurve curve(const QString& name, std::vector<double> accuracies) {
    HeadCurve made{name, {}, 0};
    for (std::size_t e = 0; e < accuracies.size(); ++e)
        made.points.push_back({static_cast<std::int64_t>(e), 1.0 / double(e + 1), 0.5, accuracies[e]});
    return made;
}

QImage painted(const HeadCurvesScene& scene, const QSize& size, PanelStyle style = {}) {
    QImage image(size, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    scene.paint(painter, style, size, {});
    return image;
}

// Rows in which the colour is found, from top to bottom.
std::vector<int> rowsOf(const QImage& image, const QColor& colour, int right) {
    std::vector<int> rows;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < right; ++x) {
            const QColor at = image.pixelColor(x, y);
            if (std::abs(at.red() - colour.red()) + std::abs(at.green() - colour.green()) +
                    std::abs(at.blue() - colour.blue()) <
                40) {
                rows.push_back(y);
                break;
            }
        }
    return rows;
}

}  // namespace

class HeadCurvesSceneTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // The better head lies above, in the upper plot; both have their loss in the lower one.
    void betterIsHigher() {
        const HeadCurvesScene scene({curve("good", {0.9, 0.9, 0.9}), curve("bad", {0.2, 0.2, 0.2})});
        PanelStyle style;
        style.legend = false;
        style.linePt = 2;
        const QImage image = painted(scene, {400, 400}, style);
        const auto good = rowsOf(image, headCurveColour(0, 2), 400),
                   bad = rowsOf(image, headCurveColour(1, 2), 400);
        QVERIFY(!good.empty() && !bad.empty());
        QVERIFY2(good.front() < bad.front() - 50,
                 qPrintable(QString("%1 %2").arg(good.front()).arg(bad.front())));
        // Equal losses: the one painted last covers the other.
        QVERIFY(bad.back() > 250);
    }

    void markedHeadsAreNamed() {
        std::vector<HeadCurve> many;
        for (int i = 0; i < 30; ++i) many.push_back(curve(QString("head %1").arg(i), {0.1, 0.2}));
        many.push_back(curve("without epochs", {}));
        const auto plain = HeadCurvesScene(many).legend();
        QCOMPARE(plain.size(), std::size_t(1));
        QCOMPARE(plain.front().text, QString("30 heads"));
        const auto marked = HeadCurvesScene(many, {7, 3}).legend();
        QCOMPARE(marked.size(), std::size_t(3));
        QCOMPARE(marked[0].text, QString("head 3"));
        QCOMPARE(marked[1].colour, headCurveColour(7, 31));
        QCOMPARE(marked[2].text, QString("28 others"));
        many.resize(5);
        QCOMPARE(HeadCurvesScene(many).legend().size(), std::size_t(5));
    }

    void numbersAreAllPoints() {
        const HeadCurvesScene scene({curve("a", {0.5, 0.75}), curve("b", {0.25})});
        const auto tables = scene.numbers();
        QCOMPARE(tables.size(), std::size_t(1));
        QCOMPARE(std::get<std::vector<std::string>>(tables[0].column("head")->values),
                 (std::vector<std::string>{"a", "a", "b"}));
        QCOMPARE(std::get<std::vector<std::int64_t>>(tables[0].column("epoch")->values),
                 (std::vector<std::int64_t>{1, 2, 1}));
        QCOMPARE(std::get<std::vector<double>>(tables[0].column("validation_accuracy")->values),
                 (std::vector<double>{0.5, 0.75, 0.25}));
    }

    void oddCurvesArePainted() {
        auto diverged = curve("diverged", {0.5, 0.4});
        diverged.points.back().trainLoss = std::nan("");
        painted(HeadCurvesScene({diverged}), {300, 200});
        painted(HeadCurvesScene({curve("one", {1.0})}), {300, 200});
        painted(HeadCurvesScene({curve("flat", {1.0, 1.0, 1.0})}), {60, 40});
        painted(HeadCurvesScene({}), {300, 200});
    }
};

QTEST_MAIN(HeadCurvesSceneTest)
#include "head_curves_scene_test.moc"
