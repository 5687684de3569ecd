// SPDX-License-Identifier: GPL-3.0-or-later
// Milliseconds of one frame in software rendering, on the clock and of processor time (which other programs
// do not lengthen): a table of 50,000 rows scrolled, a scatter plot of 100,000 points panned; a frame of 30 a
// second has 33 ms. plot_bench [WIDTH HEIGHT]
#include <QApplication>
#include <QScrollBar>
#include <QTableView>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>

#include "widgets/scenes/plot_tables.h"
#include "widgets/views/scatter_plot.h"
#include "widgets/views/table_view.h"

using namespace tessera;

namespace {

template <typename Work>
void report(const char* what, int repeats, Work&& work) {
    std::vector<double> times, busy;
    for (int i = 0; i < repeats; ++i) {
        const auto start = std::chrono::steady_clock::now();
        const std::clock_t before = std::clock();
        work(i);
        busy.push_back(1e3 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
        times.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(times.begin(), times.end());
    std::sort(busy.begin(), busy.end());
    std::printf("%-52s median %7.2f ms, processor %7.2f ms\n", what, times[times.size() / 2],
                busy[busy.size() / 2]);
}

}  // namespace

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    const QSize size = argc > 2 ? QSize(std::atoi(argv[1]), std::atoi(argv[2])) : QSize(1280, 720);
    std::ifstream load("/proc/loadavg");
    std::string one;
    load >> one;
    std::printf("%d x %d, load average %s\n", size.width(), size.height(), one.c_str());

    Workspace workspace;
    JobRunner jobs;
    ThumbnailCache thumbnails(jobs);
    RowSelection rows(workspace);
    QImage screen(size, QImage::Format_RGB32);

    const auto table = plots::sampleTable(50'000);
    rows.setTable(table);
    std::vector<qint64> selection;
    for (qint64 i = 0; i < 20'000; ++i) selection.push_back(7 * i + 1);
    workspace.setSelection(selection);
    {
        TableView view({workspace, jobs}, rows, thumbnails);
        view.resize(size);
        view.setTable(table);
        view.show();
        QScrollBar* bar = view.grid()->verticalScrollBar();
        report("table of 50,000 rows, scrolled by a page", 100, [&](int i) {
            bar->setValue(i * bar->maximum() / 101);
            view.render(&screen);
        });
        report("  a selection of 20,000 scattered rows made", 20, [&](int i) {
            selection[0] = i % 2;
            workspace.setSelection(selection);
            view.render(&screen);
        });
        report("  sorted by a column of real numbers", 10, [&](int i) { tableOrder(*table, {}, 3, i % 2); });
        const auto filter = TableFilter::parse("margin < 0.5 and label != predicted", table, {});
        report("  filtered by an expression", 10,
               [&](int) { tableOrder(*table, filter.value(), -1, false); });
        const auto words = TableFilter::parse("test", table, {});
        report("  filtered by a word in any cell", 3,
               [&](int) { tableOrder(*table, words.value(), -1, false); });
    }
    for (const std::size_t count : {10'000u, 100'000u, 1'000'000u}) {
        const auto points = plots::sampleTable(count);
        rows.setTable(points);
        workspace.setSelection({});
        ScatterPlot plot(rows, thumbnails);
        plot.resize(size);
        plot.setPoints(scatterPoints(points, {"margin", "distance", "label"}, {}));
        plot.show();
        const auto name = [&](const char* what) {
            return std::string("scatter of ") + std::to_string(count) + " points, " + what;
        };
        report(name("panned").c_str(), 30, [&](int i) {
            plot.pan(i % 2 ? 0.02 : -0.02, 0.01);
            plot.render(&screen);
        });
        report(name("zoomed in, panned").c_str(), 30, [&](int i) {
            if (i == 0) plot.fit(), plot.zoom(8);
            plot.pan(i % 2 ? 0.02 : -0.02, 0);
            plot.render(&screen);
        });
        workspace.setSelection(selection);
        plot.fit();
        report(name("panned, many selected").c_str(), 20, [&](int i) {
            plot.pan(i % 2 ? 0.02 : -0.02, 0);
            plot.render(&screen);
        });
    }
}
