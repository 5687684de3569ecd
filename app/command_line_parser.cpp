// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line_parser.h"

namespace tessera {

void addCommonOptions(CLI::App& app, CommonOptions& options) {
    app.add_option("MODEL", options.model, "TorchScript, state dict or safetensors file")->required();
    app.add_option("--architecture", options.architecture,
                   "JSON that describes the network of a weights-only file");
    addListOption(app, "--input-shape", options.inputShape, "shape of one input, if the model does not tell",
                  "1,28,28");
    app.add_option("--json", options.json, "write the result as JSON to this file; - is standard output");
    app.add_option("--device", options.device, "cpu or cuda, for sampled work; exact work runs on the CPU")
        ->capture_default_str();
    app.add_option("--seed", options.seed, "seed of everything random")->capture_default_str();
    app.add_option("--threads", options.threads, "0: one for each core")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
}

void addFigureOptions(CLI::App& app, std::vector<std::string>& figures, double& widthMm, int& dpi,
                      const std::string& drawn) {
    app.add_option("--figure", figures, "draw the " + drawn + " to this .svg, .pdf or .png; may be repeated")
        ->allow_extra_args(false);
    app.add_option("--figure-width", widthMm, "in millimetres")
        ->check(CLI::Range(10.0, 2000.0))
        ->capture_default_str();
    app.add_option("--figure-dpi", dpi, "of a .png")->check(CLI::Range(30, 2400))->capture_default_str();
}

void addDataOptions(CLI::App& app, DataSource& source) {
    app.add_option("--data", source.data,
                   "IDX, image folder, npy, npz, CSV, CIFAR binary, or generate:moons?samples=1000");
    addListOption(app, "--mean", source.mean,
                  "subtracted from each channel, after 8-bit pixels are scaled to 0..1", "0.1307");
    addListOption(app, "--std", source.std, "divides each channel", "0.3081");
    app.add_option("--label-column", source.labelColumn, "of a CSV file");
}

}  // namespace tessera
