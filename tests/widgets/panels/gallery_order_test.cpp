// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/gallery_order.h"

#include <QTest>

#include "fake_dataset.h"

using namespace tessera;

class GalleryOrderTest : public QObject {
    Q_OBJECT

    FakeDataset data_{1000, {4}, 5};
    std::shared_ptr<const Evaluation::Output> evaluation_ = fakeEvaluation(data_);
    GalleryOrder order(const GalleryQuery& query, bool evaluated = true) {
        return galleryOrder(data_, evaluated ? evaluation_.get() : nullptr, query, {});
    }

  private Q_SLOTS:
    void naturalOrder() {
        const auto all = order({});
        QCOMPARE(all.size(), 1000u);
        QVERIFY(std::is_sorted(all.begin(), all.end()));
        auto reversed = order({.descending = true});
        std::reverse(reversed.begin(), reversed.end());
        QCOMPARE(reversed, all);
    }

    // Every filter against its plain definition, on every sample.
    void filters_data() {
        QTest::addColumn<QString>("text");
        for (const char* text :
             {"", "label:3", "label:cat", "label:1", "pred:0", "label=3 pred=0", "conf<0.3", "conf>90%",
              "conf>0.2 conf<0.4", "is:wrong", "is:right", "item", "\t99", "17 label:2", "LABEL:CAT"})
            QTest::newRow(text) << QString(text);
    }
    void filters() {
        QFETCH(QString, text);
        for (const bool wrongOnly : {false, true})
            for (const int classLabel : {-1, 3}) {
                const auto shown =
                    order({.text = text.trimmed(), .wrongOnly = wrongOnly, .classLabel = classLabel});
                GalleryOrder expected;
                for (std::int64_t i = 0; i < data_.size(); ++i) {
                    const int label = data_.label(i), predicted = evaluation_->predicted[std::size_t(i)];
                    const float confidence = evaluation_->confidence[std::size_t(i)];
                    bool keep = (!wrongOnly || label != predicted) && (classLabel < 0 || label == classLabel);
                    const QString lower = text.toLower();
                    if (lower.contains("label:3") || lower.contains("label=3")) keep &= label == 3;
                    if (lower.contains("label:cat") || lower.contains("label:1")) keep &= label == 1;
                    if (lower.contains("label:2")) keep &= label == 2;
                    if (lower.contains("pred:0") || lower.contains("pred=0")) keep &= predicted == 0;
                    if (lower.contains("conf<0.3")) keep &= confidence < 0.3f;
                    if (lower.contains("conf<0.4")) keep &= confidence < 0.4f;
                    if (lower.contains("conf>90%")) keep &= confidence > 0.9f;
                    if (lower.contains("conf>0.2")) keep &= confidence > 0.2f;
                    if (lower.contains("is:wrong")) keep &= label != predicted;
                    if (lower.contains("is:right")) keep &= label == predicted;
                    if (lower.contains("99")) keep &= QString::number(i).contains("99");
                    if (lower.contains("17")) keep &= QString::number(i).contains("17");
                    if (keep) expected.push_back(i);
                }
                QCOMPARE(shown, expected);
            }
    }

    void sortsStably() {
        for (const auto sort : {GallerySort::Label, GallerySort::Prediction, GallerySort::Confidence})
            for (const bool descending : {false, true}) {
                const auto shown = order({.sort = sort, .descending = descending});
                QCOMPARE(shown.size(), 1000u);
                const auto key = [&](std::int64_t i) {
                    const auto at = std::size_t(i);
                    return sort == GallerySort::Label        ? double(data_.label(i))
                           : sort == GallerySort::Prediction ? double(evaluation_->predicted[at])
                                                             : double(evaluation_->confidence[at]);
                };
                for (std::size_t i = 1; i < shown.size(); ++i) {
                    const double a = key(shown[i - 1]), b = key(shown[i]);
                    QVERIFY(descending ? a >= b : a <= b);
                    if (a == b) QVERIFY(shown[i - 1] < shown[i]);
                }
            }
    }

    void withoutPredictions() {
        QCOMPARE(order({.wrongOnly = true}, false).size(), 0u);
        QCOMPARE(order({.text = "conf<0.9"}, false).size(), 0u);
        QCOMPARE(order({.sort = GallerySort::Confidence}, false).size(), 1000u);
    }

    void problemsAreNamed() {
        const auto names = data_.classNames();
        QCOMPARE(parseGalleryText("label:dog", names).problems,
                 QStringList{"There is no class named 'dog'."});
        QCOMPARE(parseGalleryText("conf:high", names).problems.size(), 1);
        QCOMPARE(parseGalleryText("is:maybe", names).problems.size(), 1);
        QVERIFY(parseGalleryText("label:3 pred:cat conf<50%", names).problems.isEmpty());
        QCOMPARE(parseGalleryText("label:7", names).problems.size(), 1);  // there are five classes
    }

    void stopsWhenAsked() {
        FakeDataset large(1'000'000, {4}, 5);
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(galleryOrder(large, nullptr, {}, stop.get_token()).size(), 0u);
    }
};

QTEST_GUILESS_MAIN(GalleryOrderTest)
#include "gallery_order_test.moc"
