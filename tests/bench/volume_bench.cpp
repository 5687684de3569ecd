// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures a second of the 3-D view under a moving hand and at rest, how long a hand waits that moves while a
// best picture is drawn, and how long the window is held up.
//   volume_bench [TRIANGLES] [OPACITY] [WIDTHxHEIGHT]    under Xvfb: in software
#include <QApplication>
#include <QElapsedTimer>
#include <QTimer>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "widgets/volume/volume_canvas.h"

namespace {

using namespace tessera;

// A wavy sheet of triangles, each with a colour, as a boundary of many pieces is.
std::shared_ptr<const VolumeDrawing> sheet(int triangles, double opacity) {
    auto drawing = std::make_shared<VolumeDrawing>();
    VolumeFaces faces;
    faces.name = QStringLiteral("sheet");
    faces.opacity = opacity;
    faces.edges = true;
    const int side = std::max(1, static_cast<int>(std::lround(std::sqrt(triangles / 2.0))));
    for (int i = 0; i <= side; ++i)
        for (int j = 0; j <= side; ++j) {
            const double s = -1 + 2.0 * i / side, t = -1 + 2.0 * j / side;
            faces.points.emplace_back(s, t, 0.5 * std::sin(5 * s) * std::cos(4 * t));
        }
    for (int i = 0; i < side; ++i)
        for (int j = 0; j < side; ++j) {
            const int a = i * (side + 1) + j, b = a + 1, c = b + side + 1, d = a + side + 1;
            for (const auto& corners : {std::array{a, b, c}, std::array{a, c, d}}) {
                faces.faceVertices.insert(faces.faceVertices.end(), corners.begin(), corners.end());
                faces.faceBegin.push_back(static_cast<std::int32_t>(faces.faceVertices.size()));
                faces.colour.push_back(patternColour((i * 31 + j * 17) % kPatternColours, false));
                faces.meaning.push_back(static_cast<std::int32_t>(faces.meaning.size()));
            }
        }
    drawing->faces.push_back(std::move(faces));
    return drawing;
}

double loadAverage() {
    double load = 0;
    return getloadavg(&load, 1) == 1 ? load : NAN;
}

double milliseconds(const QElapsedTimer& clock) {
    return static_cast<double>(clock.nsecsElapsed()) / 1e6;
}

}  // namespace

int main(int count, char** arguments) {
    QApplication application(count, arguments);
    const int triangles = count > 1 ? std::atoi(arguments[1]) : 200'000;
    const double opacity = count > 2 ? std::atof(arguments[2]) : 1;
    int width = 1280, height = 720;
    if (count > 3) std::sscanf(arguments[3], "%dx%d", &width, &height);
    std::printf("%d triangles, opacity %g, %d x %d, load average %.2f\n", triangles, opacity, width, height,
                loadAverage());

    JobRunner jobs;
    VolumeCanvas canvas(jobs);
    if (!canvas.hasGl()) {
        std::printf("%s\n", canvas.problem().toUtf8().constData());
        return 1;
    }
    canvas.resize(width, height);
    canvas.show();
    QElapsedTimer clock;
    const auto until = [&](auto isDone) {
        while (!isDone())
            QCoreApplication::sendPostedEvents(), QApplication::processEvents(QEventLoop::WaitForMoreEvents);
    };

    // The longest time between two turns of the event loop: what a user feels as a stall.
    double longest = 0;
    QElapsedTimer sinceTick;
    QTimer tick;
    QObject::connect(&tick, &QTimer::timeout, [&] {
        if (sinceTick.isValid()) longest = std::max(longest, milliseconds(sinceTick));
        sinceTick.start();
    });
    const auto longestStall = [&] { return std::exchange(longest, 0); };
    const auto drawing = sheet(triangles, opacity);
    int drawn = 0;
    std::vector<double> between;  // pictures
    QElapsedTimer sincePicture;
    QObject::connect(&canvas, &VolumeCanvas::rendered, [&] {
        if (sincePicture.isValid()) between.push_back(milliseconds(sincePicture));
        sincePicture.start();
        ++drawn;
    });
    tick.start(1);
    clock.start();
    canvas.setDrawing(drawing);
    until([&] { return drawn > 0; });
    std::printf("first picture after %.0f ms, %.0f ms of them to draw; longest stall %.0f ms\n",
                milliseconds(clock), canvas.lastFrameMs(), longestStall());
    until([&] { return canvas.isUpToDate(); });
    std::printf("best picture after %.0f ms, %.0f ms of them to draw; longest stall %.0f ms\n",
                milliseconds(clock), canvas.lastFrameMs(), longestStall());

    // A hand that moves 125 times a second, whatever is drawn.
    constexpr double kTurningMs = 4000;
    QTimer hand;
    QObject::connect(&hand, &QTimer::timeout, [&] { canvas.setCamera(canvas.camera().turned(1, 0.05)); });
    hand.start(8);
    clock.start();
    until([&] { return milliseconds(clock) > kTurningMs / 4; });  // by then it has found what it can show
    between.clear();
    clock.start();
    until([&] { return milliseconds(clock) > kTurningMs; });
    hand.stop();
    std::sort(between.begin(), between.end());
    std::printf(
        "turning: %.1f pictures a second, median %.1f ms, longest %.1f ms, drawing %.1f ms; longest stall "
        "%.0f ms\n",
        1e3 * static_cast<double>(between.size()) / milliseconds(clock), between[between.size() / 2],
        between.back(), canvas.lastFrameMs(), longestStall());
    clock.start();
    until([&] { return canvas.isUpToDate(); });
    std::printf("at rest: best %.0f ms after the hand, %.0f ms of them to draw; longest stall %.0f ms\n",
                milliseconds(clock), canvas.lastFrameMs(), longestStall());

    // Long enough after the hand rests for better pictures to be under way, it moves again.
    std::vector<double> waits;
    for (int i = 0; i < 12; ++i) {
        canvas.setCamera(canvas.camera().turned(1, 0));
        clock.start();
        until([&] { return milliseconds(clock) > 210 + 25 * i; });
        const int before = drawn;
        clock.start();
        canvas.setCamera(canvas.camera().turned(1, 0));
        until([&] { return drawn > before; });
        waits.push_back(milliseconds(clock));
        until([&] { return canvas.isUpToDate(); });
    }
    std::sort(waits.begin(), waits.end());
    std::printf(
        "a hand that moves while better pictures are drawn waits %.0f ms (median), %.0f ms (longest); "
        "longest stall %.0f ms\n",
        waits[waits.size() / 2], waits.back(), longestStall());

    const QPointF middle(width / 2.0, height / 2.0);
    clock.start();
    constexpr int kPicks = 1000;
    int hits = 0;
    for (int i = 0; i < kPicks; ++i)
        hits += canvas.pickAt(middle + QPointF(i % 40 - 20, i / 40 - 12) * 10).has_value();
    std::printf("a pick: %.4f ms (%d of %d met something); load average %.2f\n", milliseconds(clock) / kPicks,
                hits, kPicks, loadAverage());
    return 0;
}
