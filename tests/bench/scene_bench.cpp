// SPDX-License-Identifier: GPL-3.0-or-later
// Seconds to draw arrangements of 10,000 and 180,000 faces to 1200 x 900 pixels and to figure files.
// scene_bench [FOLDER]: pictures are kept there.
#include <QGuiApplication>
#include <QImage>
#include <QPainterPath>
#include <QTemporaryDir>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>

#include "widgets/scenes/figure.h"
#include "widgets/scenes/slice_raster.h"
#include "widgets/scenes/synthetic_arrangement.h"

using namespace tessera;

namespace {

template <typename Work>
double medianMs(Work&& work, int repeats = 5) {
    std::vector<double> times;
    for (int i = 0; i < repeats; ++i) {
        const auto start = std::chrono::steady_clock::now();
        work();
        times.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

std::string loadAverage() {
    std::ifstream file("/proc/loadavg");
    std::string one;
    file >> one;
    return one;
}

// What QPainter alone takes for the same fill, for the ratio.
void withQPainter(QImage& image, const SliceScene& scene, const SliceMap& map) {
    QPainter painter(&image);
    painter.setPen(Qt::NoPen);
    const Arrangement& a = scene.arrangement->arrangement();
    for (std::int64_t f = 0; f < a.faceCount(); ++f) {
        QPolygonF polygon;
        for (auto i = a.faceBegin[f]; i < a.faceBegin[f + 1]; ++i)
            polygon << map.toDrawing(a.vertices[a.faceVertices[i]]);
        painter.setBrush(QColor(patternColour(patternColourIndex(a.patternHash[f]), false)));
        painter.drawConvexPolygon(polygon);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto application = offscreenApplication();
    QTemporaryDir scratch;
    const std::string folder = argc > 1 ? argv[1] : scratch.path().toStdString();
    std::printf("load average %s\n", loadAverage().c_str());
    for (const int lines : {140, 600}) {
        const auto net = synthetic::randomNetwork(lines, 10, 7);
        const auto arrangement = synthetic::arrangementOf(net, rectanglePolygon(-1.2, -0.9, 1.2, 0.9));
        SliceScene scene;
        scene.low = {-1.2, -0.9};
        scene.high = {1.2, 0.9};
        scene.classCount = 10;
        const double prepare =
            medianMs([&] { scene.arrangement = std::make_shared<PreparedArrangement>(arrangement); });
        std::printf("%lld faces, %zu edges, %zu boundary segments; prepare %.1f ms\n",
                    static_cast<long long>(arrangement->faceCount()), arrangement->edges.size(),
                    arrangement->boundary.size(), prepare);
        SliceStyle style;
        style.pixelsPerPoint = 96 / 72.0;
        const QSize size(1200, 900);
        const SliceMap map = SliceMap::onto(QRectF(0, 0, 1200, 900), scene.low, scene.high);
        for (const SliceFill fill :
             {SliceFill::Class, SliceFill::Pattern, SliceFill::SlopeNorm, SliceFill::Depth}) {
            scene.switches.fill = fill;
            QImage image;
            const double all = medianMs([&] { image = rasterSlice(scene, style, size, map, {}, {}); });
            const double fillOnly = medianMs([&] {
                rasterSlice(scene, style, size, map, {true, false, false}, {});
            });
            std::printf("  %-8s %6.1f ms (fill %.1f ms)\n", sliceFillText(fill), all, fillOnly);
            image.save(QString::fromStdString(folder + "/bench_" + std::to_string(lines) + "_" +
                                              sliceFillText(fill) + ".png"));
        }
        scene.switches.fill = SliceFill::Pattern;
        QImage image(size, QImage::Format_ARGB32_Premultiplied);
        const double ours = medianMs(
            [&] {
                rasterSlice(scene, style, size, map, {true, false, false}, {});
            },
            3);
        const double painter = medianMs([&] { withQPainter(image, scene, map); }, 3);
        std::printf("  pattern fill: ours %.1f ms, QPainter %.1f ms (ratio %.1f)\n", ours, painter,
                    painter / ours);
        scene.switches.fill = SliceFill::Class;
        for (const char* name : {"figure.svg", "figure.pdf", "figure.png"}) {
            const std::filesystem::path path = folder + "/" + std::to_string(lines) + "_" + name;
            const double ms = medianMs([&] { (void)writeFigure(path, scene, {}).isOk(); }, 1);
            std::printf("  %s %.0f ms, %.2f MB\n", name, ms,
                        static_cast<double>(std::filesystem::file_size(path)) / 1e6);
        }
    }
}
