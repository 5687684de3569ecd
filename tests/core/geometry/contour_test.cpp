// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/contour.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <numbers>

using namespace tessera;

namespace {

template <typename Function>
std::vector<float> sampled(GridField& field, const Function& function) {
    std::vector<float> values;
    for (int row = 0; row < field.rows; ++row)
        for (int column = 0; column < field.columns; ++column)
            values.push_back(static_cast<float>(function(field.centre(row, column))));
    field.values = values;
    return values;
}

double lengthOf(const std::vector<ContourSegment>& segments) {
    double length = 0;
    for (const auto& segment : segments) length += (segment.to - segment.from).norm();
    return length;
}

}  // namespace

class ContourTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // s + 2 t = 0.25 is met exactly, by every point of every segment.
    void aLinearFieldIsExact() {
        GridField field{9, 14, {-1, -1}, {2, 1}, {}};
        const auto values = sampled(field, [](const Eigen::Vector2d& p) { return p.x() + 2 * p.y(); });
        field.values = values;
        const auto segments = contourOf(field, 0.25);
        QVERIFY(segments.size() > 8);
        for (const auto& segment : segments)
            for (const auto& end : {segment.from, segment.to})
                QVERIFY(std::abs(end.x() + 2 * end.y() - 0.25) < 1e-6);
        QVERIFY(contourOf(field, 99).empty());
    }

    void aCircleHasItsLength() {
        GridField field{200, 200, {-1, -1}, {1, 1}, {}};
        const auto values = sampled(field, [](const Eigen::Vector2d& p) { return p.norm(); });
        field.values = values;
        QVERIFY(std::abs(lengthOf(contourOf(field, 0.5)) / std::numbers::pi - 1) < 1e-3);
    }

    // Two corners high on a diagonal: two pieces that do not cross, around whichever pair is cut off.
    void saddlesAreCutOnce() {
        GridField field{2, 2, {0, 0}, {2, 2}, {}};
        for (const float level : {0.3f, 0.7f}) {
            const std::vector<float> values{1, 0, 0, 1};
            field.values = values;
            const auto segments = contourOf(field, level);
            QCOMPARE(segments.size(), std::size_t(2));
            // Of length sqrt(2) times how far the cut is from its corner.
            for (const auto& segment : segments)
                QVERIFY(std::abs((segment.to - segment.from).norm() - std::sqrt(2.0) * 0.3) < 1e-6);
        }
    }

    void valuesThatAreNoNumbersHaveNoLine() {
        GridField field{3, 3, {0, 0}, {3, 3}, {}};
        const float none = std::numeric_limits<float>::infinity();
        const std::vector<float> values{0, 1, 1, 0, none, 1, 0, 0, 0};
        field.values = values;
        QVERIFY(contourOf(field, 0.5).empty());
    }
};

QTEST_GUILESS_MAIN(ContourTest)
#include "contour_test.moc"
