// SPDX-License-Identifier: GPL-3.0-or-later
// A slice's logits as heights: they follow it, and go with it.
#include "app/window/slice_heights.h"

#include <QAction>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "app/blas_kernels.h"
#include "app/window/figure_exporter.h"
#include "app/window/main_window.h"
#include "app/window/view_area.h"
#include "tests/app/window/settings_in.h"
#include "widgets/views/logit_heights_view.h"

using namespace tessera;

namespace {
constexpr int kPatienceMs = 60'000;
}

class SliceHeightsTest : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;

  private Q_SLOTS:
    void initTestCase() {
        useFittingBlasKernels();
        useSettingsIn(folder_.path(), "tessera-slice-heights-test");
        QSettings().setValue("recoveryFolder", folder_.filePath("recovery"));
    }

    void followASlice() {
        MainWindow window;
        window.resize(1280, 720);
        window.show();
        window.open({TESSERA_SAMPLES "/mnist_mlp.pt", TESSERA_SAMPLES "/mnist-images-idx3-ubyte.gz"});
        QTRY_VERIFY_WITH_TIMEOUT(window.workspace().model() && window.workspace().dataset(), kPatienceMs);
        auto* slice = window.views()->currentSlice();
        QTRY_VERIFY_WITH_TIMEOUT(slice->computation().regions(), kPatienceMs);
        auto* show = window.findChild<QAction*>(QStringLiteral("showHeights"));
        QVERIFY(show);
        show->trigger();
        const auto heights = [&] { return window.findChild<LogitHeightsView*>(); };
        QTRY_VERIFY_WITH_TIMEOUT(heights() && heights()->result() && heights()->isSettled(), kPatienceMs);
        const auto isOfSlice = [&] {
            const auto& regions = slice->computation().regions();
            return regions && heights()->isSettled() && heights()->result() &&
                   heights()->result()->plane.origin == regions->plane.origin &&
                   heights()->result()->plane.v == regions->plane.v &&
                   heights()->result()->exact->faceCount() == regions->arrangement->faceCount();
        };
        QTRY_VERIFY_WITH_TIMEOUT(isOfSlice(), kPatienceMs);
        QCOMPARE(window.width(), 1280);  // as it was
        if (const QString pictures = qEnvironmentVariable("TESSERA_PICTURES"); !pictures.isEmpty())
            window.grab().save(pictures + "/window_heights.png");
        // Turned, the slice has other regions, and so have the heights.
        const Eigen::VectorXd before = heights()->result()->plane.v;
        slice->setTurn({0, 0.4, 0});
        QTRY_VERIFY_WITH_TIMEOUT(heights()->result() && heights()->result()->plane.v != before && isOfSlice(),
                                 kPatienceMs);
        // A figure can be made of them, and there is one view a slice.
        const auto choices = window.figures()->choices();
        QVERIFY(std::any_of(choices.begin(), choices.end(), [](const FigureChoice& choice) {
            return choice.title == QStringLiteral("Largest logit");
        }));
        show->trigger();
        QCOMPARE(window.findChildren<LogitHeightsView*>().size(), 1);
        window.views()->showView(slice);
        window.views()->closeCurrent();
        QTRY_VERIFY_WITH_TIMEOUT(!heights(), kPatienceMs);
    }
};

QTEST_MAIN(SliceHeightsTest)
#include "slice_heights_test.moc"
