// SPDX-License-Identifier: GPL-3.0-or-later
// The float64 kernels against LibTorch's own operations, over random shapes.
#include <ATen/ATen.h>

#include <QtTest>
#include <cmath>
#include <memory>
#include <random>
#include <stdexcept>

#include "core/model/float64_kernels_torch.h"
#include "core/model/layer_graph_torch.h"

using namespace tessera;

namespace {

WindowRows rowsOf(const MaxWindows& windows) {
    return WindowRows(std::make_shared<const MaxWindows>(windows));
}

}  // namespace

class Float64KernelsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void convolutionEqualsLibTorch() {
        std::mt19937 random(1);
        const auto pick = [&](int low, int high) {
            return std::uniform_int_distribution<std::int64_t>(low, high)(random);
        };
        int compared = 0;
        for (int run = 0; run < 300; ++run) {
            const std::int64_t channels = pick(1, 5), outputs = pick(1, 9), stride = pick(1, 3);
            const std::vector<std::int64_t> dilation{pick(1, 3), pick(1, 2)}, padding{pick(0, 3), pick(0, 2)};
            const auto input = at::randn({pick(1, 3), channels, pick(4, 30), pick(4, 30)}, at::kDouble);
            const auto weight = at::randn({outputs, channels, pick(1, 5), pick(1, 5)}, at::kDouble);
            const auto bias = pick(0, 3) > 0 ? at::randn({outputs}, at::kDouble) : at::Tensor();
            const auto ours = directConv2d(input, weight, bias, {stride}, padding, dilation, 1);
            if (!ours) continue;
            ++compared;
            const auto theirs = at::conv2d(input, weight, bias, {stride, stride}, padding, dilation);
            QVERIFY(ours->sizes() == theirs.sizes());
            const double error = (*ours - theirs).abs().max().item().toDouble();
            QVERIFY2(error < 1e-12, qPrintable(QString("run %1: %2").arg(run).arg(error)));
        }
        QVERIFY(compared > 150);
    }
    void poolingEqualsLibTorch_data() {
        QTest::addColumn<int>("kernel");
        QTest::addColumn<int>("stride");
        QTest::addColumn<int>("size");
        for (const auto& [kernel, stride, size] :
             {std::tuple{2, 2, 28}, {2, 2, 10}, {2, 2, 16}, {3, 2, 17}, {3, 1, 9}, {2, 1, 12}, {4, 4, 8}})
            QTest::addRow("%d by %d of %d", kernel, stride, size) << kernel << stride << size;
    }
    void poolingEqualsLibTorch() {
        QFETCH(int, kernel);
        QFETCH(int, stride);
        QFETCH(int, size);
        constexpr int kPlanes = 3;
        const int out = (size - kernel) / stride + 1;
        MaxWindows windows;
        windows.begin.push_back(0);
        for (int plane = 0; plane < kPlanes; ++plane)
            for (int y = 0; y < out; ++y)
                for (int x = 0; x < out; ++x) {
                    for (int ky = 0; ky < kernel; ++ky)
                        for (int kx = 0; kx < kernel; ++kx)
                            windows.members.push_back((plane * size + y * stride + ky) * size + x * stride +
                                                      kx);
                    windows.begin.push_back(static_cast<std::int32_t>(windows.members.size()));
                }
        const auto input = at::randn({4, kPlanes, size, size}, at::kDouble);
        const auto ours = windowMaxima(input, rowsOf(windows), {kPlanes, out, out});
        QVERIFY(ours.has_value());
        QVERIFY(at::equal(*ours, at::max_pool2d(input, {kernel, kernel}, {stride, stride})));
    }
    void raggedWindows() {
        // Windows at the padded edge of an image are shorter; some here also overlap.
        MaxWindows windows{{0, 1, 3, 6, 8}, {4, 0, 1, 5, 6, 7, 2, 3}};
        const auto input = at::arange(8, at::kDouble).reshape({1, 8});
        const auto ours = windowMaxima(input, rowsOf(windows), {4});
        QVERIFY(at::equal(*ours, at::tensor({4.0, 1.0, 7.0, 3.0}, at::kDouble).reshape({1, 4})));
    }
    void poolingKeepsNaN() {
        // Windows of two by two in a row are done eight at a time, those of three by three one by one.
        for (const std::int64_t kernel : {2, 3}) {
            const std::int64_t size = 12 * kernel;
            GraphBuilder builder({1, size, size});
            const int pool =
                builder.maxPool("pool", GraphBuilder::kInput, {kernel, kernel}, {}, {}, {}, false);
            for (std::int64_t place = 0; place < kernel * kernel; ++place) {
                auto input = at::randn({1, 1, size, size}, at::kDouble);
                const std::int64_t y = 2 * kernel + place / kernel, x = 5 * kernel + place % kernel;
                input[0][0][y][x] = NAN;
                const auto ours = builder.node(pool).run({input});
                const auto theirs = at::max_pool2d(input, {kernel, kernel});
                QVERIFY(std::isnan(ours[0][0][2][5].item().toDouble()));
                QVERIFY(at::allclose(ours, theirs, 0, 0, true));
            }
        }
    }
    void refusesWindowsOfPaddingAlone() {
        GraphBuilder builder({1, 2, 2});
        QVERIFY_EXCEPTION_THROWN(
            builder.maxPool("pool", GraphBuilder::kInput, {2, 2}, {1, 1}, {1, 1}, {3, 3}, false),
            std::runtime_error);
    }
    void leavesOthersAlone() {
        const auto input = at::randn({1, 2, 8, 8}, at::kDouble),
                   weight = at::randn({4, 1, 3, 3}, at::kDouble);
        QVERIFY(!directConv2d(input, weight, {}, {1}, {0}, {1}, 2));  // groups
        QVERIFY(!directConv2d(input.to(at::kFloat), weight.to(at::kFloat), {}, {1}, {0}, {1}, 1));
        QVERIFY(
            !directConv2d(input, at::randn({4, 2, 9, 9}, at::kDouble), {}, {1}, {0}, {1}, 1));  // too large
    }
};

QTEST_GUILESS_MAIN(Float64KernelsTest)
#include "float64_kernels_test.moc"
