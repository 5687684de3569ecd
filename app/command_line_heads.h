// SPDX-License-Identifier: GPL-3.0-or-later
// `tessera heads embed|train|compare`: from a model to a representation, from that to heads, and heads side
// by side.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "app/command_line_options.h"
#include "core/base/record.h"
#include "core/heads/train_heads.h"

namespace tessera {

// Of data without a split of their own. Apart from --seeds: a sweep over seeds keeps its samples.
struct SplitOptions {
    std::uint64_t seed = 0;
    double referenceShare = 0.1, testShare = 0.2;
};

struct EmbedOptions {
    CommonOptions common;
    DataSource source;
    std::string layer, out, cache;
    SplitOptions split;
};

struct TrainHeadsOptions {
    std::string embeddings, labelColumn, out, json, csv;
    std::vector<std::string> methods{"softmax"};
    HeadSweep sweep;
    SplitOptions split;
    int threads = 0;
};

struct CompareHeadsOptions {
    std::string embeddings, labelColumn, json, csv, part = "test";
    std::vector<std::string> heads, settings;  // settings: "radius=2", of the counterfactual probe
    bool counterfactual = false;
    SplitOptions split;
    std::uint64_t seed = 0;
    int threads = 0;
};

// Each gives an exit status.
int runEmbed(const EmbedOptions& options);
int runTrainHeads(const TrainHeadsOptions& options);
int runCompareHeads(const CompareHeadsOptions& options);

class HeadsCommands {
  public:
    void addTo(CLI::App& app);
    std::string usageProblem() const;  // after parsing; empty: none
    int run() const;

  private:
    CLI::App *embed_ = nullptr, *train_ = nullptr, *compare_ = nullptr;
    EmbedOptions embedOptions_;
    TrainHeadsOptions trainOptions_;
    CompareHeadsOptions compareOptions_;
};

// "radius=2", ... as settings of a probe; a sentence about the first that is none.
Result<ParameterMap> settingsFrom(const std::vector<std::string>& texts, const std::vector<Parameter>& known);

// Opens and splits an embedding file.
struct OpenedEmbeddings {
    std::shared_ptr<const Dataset> dataset;
    Embeddings embeddings;
};
Result<OpenedEmbeddings> openEmbeddings(const std::string& file, const std::string& labelColumn,
                                        const SplitOptions& split, std::stop_token stop, Progress& progress);
// A table as aligned text columns.
std::string tableText(const Table& table);

}  // namespace tessera
