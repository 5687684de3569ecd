// SPDX-License-Identifier: GPL-3.0-or-later
// What each subcommand was asked, as parsed; and the functions that do it and return an exit status.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tessera {

struct CommonOptions {
    std::string model;
    std::string architecture;              // JSON beside a weights-only file
    std::vector<std::int64_t> inputShape;  // of one sample; empty: from the model
    std::string json;                      // file, "-" for standard output, empty: none
    std::string device = "cpu";
    std::uint64_t seed = 0;
    int threads = 0;  // 0: as many as there are cores
};

struct DataSource {
    std::string data;
    std::vector<double> mean, std;
    std::string labelColumn;
};

struct EvaluateOptions {
    DataSource source;
    std::string logits;  // .npy
    std::int64_t limit = 0;
    int bins = 15;
};

struct RegionsOptions {
    std::string plane;  // PLANE.npz, or
    DataSource source;  // a plane through `samples` of this data
    std::vector<std::int64_t> samples;
    double margin = 0.35;        // of the largest extent, around the samples
    double halfWidth = 1.0;      // of the window through one sample, in input units
    std::vector<double> window;  // s0, t0, s1, t1; empty: the plane's own
    std::int64_t maxRegions = 2'000'000;
    double maxSeconds = 0;
    std::int64_t maxMemory = 1024;  // MiB
    std::string engine = "auto";
    double tolerance = 1e-11;  // of the window's half-width
    bool sampled = false;
    int resolution = 256;
    std::vector<std::string> figures;  // .svg, .pdf, .png
    std::string mesh;                  // .npz
    std::string savePlane;             // .npz
    std::string fill = "class";
    int figureDpi = 300;       // of a .png
    double figureWidth = 120;  // mm
};

int runInspect(const CommonOptions& common);
int runEvaluate(const CommonOptions& common, const EvaluateOptions& options);
int runRegions(const CommonOptions& common, const RegionsOptions& options);

}  // namespace tessera
