// SPDX-License-Identifier: GPL-3.0-or-later
// `tessera probe`: a subcommand for each probe of the catalogue, its options made from the description.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "app/catalogue.h"
#include "app/command_line_options.h"

namespace tessera {

struct ProbeOptions {
    CommonOptions common;
    DataSource source;
    std::vector<std::string> others;  // further models, of probes that compare
    std::vector<std::int64_t> samples;
    std::int64_t limit = 0;  // first samples only; 0: all
    ParameterMap parameters;
    std::string csv;                   // folder
    std::string npz;                   // file
    std::vector<std::string> meshes;   // of probes that have some
    ParameterMap view;                 // of the figures; empty: as the result's view opens
    std::vector<std::string> figures;  // .svg, .pdf, .png
    double figureWidth = 174;          // mm
    int figureDpi = 300;
};

// Runs the probe and writes what was asked for; an exit status.
int runProbeCommand(const CatalogueEntry& entry, const ProbeOptions& options);

class ProbeCommands {
  public:
    ProbeCommands();
    ~ProbeCommands();
    void addTo(CLI::App& app);
    // After parsing: what is wrong with the usage; empty: nothing.
    std::string usageProblem() const;
    int run() const;  // exit status

  private:
    struct Command;
    std::vector<std::unique_ptr<Command>> commands_;
    bool list_ = false;
    std::string manual_, json_;
    std::vector<std::string> unknown_;
};

}  // namespace tessera
