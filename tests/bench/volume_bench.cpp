// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures a second of the 3-D view, while it is turned and at rest, and how long the window is held up while
// a drawing is made ready.
//   volume_bench [TRIANGLES] [OPACITY] [WIDTHxHEIGHT]    under Xvfb: in software
#include <QApplication>
#include <QElapsedTimer>
#include <QTimer>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
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
    tick.setInterval(0);
    QObject::connect(&tick, &QTimer::timeout, [&] {
        if (sinceTick.isValid()) longest = std::max(longest, milliseconds(sinceTick));
        sinceTick.start();
    });
    const auto drawing = sheet(triangles, opacity);
    bool isFirst = false;
    double uploadStall = 0;
    QObject::connect(&canvas, &VolumeCanvas::rendered, [&] {
        if (!isFirst) uploadStall = longest;
        isFirst = true;
    });
    tick.start();
    clock.start();
    canvas.setDrawing(drawing);
    until([&] { return isFirst; });
    std::printf("first picture after %.0f ms, %.0f ms of them to draw; longest stall before it %.0f ms\n",
                milliseconds(clock), canvas.lastFrameMs(), uploadStall);
    until([&] { return canvas.isUpToDate(); });
    tick.stop();
    std::printf("best picture after %.0f ms, %.0f ms of them to draw\n", milliseconds(clock),
                canvas.lastFrameMs());

    constexpr int kFrames = 60;
    std::vector<double> frames;
    int drawn = 0;
    const auto turning = QObject::connect(&canvas, &VolumeCanvas::rendered, [&] {
        if (drawn++ > 0) frames.push_back(milliseconds(clock));
        clock.start();
        if (drawn <= kFrames) canvas.setCamera(canvas.camera().turned(3, 0.2));
    });
    canvas.setCamera(canvas.camera().turned(3, 0));
    until([&] { return drawn > kFrames; });
    QObject::disconnect(turning);
    const auto steady = frames.begin() + kFrames / 3;  // by then it has found what it can show in time
    double sum = 0;
    for (auto it = steady; it != frames.end(); ++it) sum += *it;
    std::sort(steady, frames.end());
    std::printf("turning: %.1f pictures a second, median %.1f ms, slowest %.1f ms, drawing %.1f ms\n",
                1e3 * static_cast<double>(frames.end() - steady) / sum,
                *(steady + (frames.end() - steady) / 2), frames.back(), canvas.lastFrameMs());

    until([&] { return canvas.isUpToDate(); });
    std::printf("at rest: %.1f pictures a second (%.0f ms)\n", 1e3 / canvas.lastFrameMs(),
                canvas.lastFrameMs());
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
