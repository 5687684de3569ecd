// SPDX-License-Identifier: GPL-3.0-or-later
// Options that several subcommands have in common, as CLI11 parses them.
#pragma once

#include <CLI/CLI.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "app/command_line_options.h"

namespace tessera {

// "1,28,28". Parsed here and not by CLI11, which would take "-1,-1,1,1" for an option.
template <typename T>
void addListOption(CLI::App& app, const std::string& name, std::vector<T>& values, const std::string& help,
                   const std::string& form, std::size_t exactCount = 0) {
    app.add_option_function<std::string>(
           name,
           [&values, name, form, exactCount](const std::string& text) {
               values.clear();
               std::stringstream stream(text);
               for (std::string part; std::getline(stream, part, ',');) {
                   std::istringstream number(part);
                   T value{};
                   if (!(number >> value) || !(number >> std::ws).eof())
                       throw CLI::ValidationError(name,
                                                  "'" + text + "' is not a list of numbers like " + form);
                   values.push_back(value);
               }
               if (values.empty() || (exactCount != 0 && values.size() != exactCount))
                   throw CLI::ValidationError(name, "'" + text + "' is not of the form " + form);
           },
           help)
        ->type_name(form);
}

// The model, --json, --device, --seed, ...
void addCommonOptions(CLI::App& app, CommonOptions& options);
// --figure, --figure-width, --figure-dpi; `drawn` is what the figure shows
void addFigureOptions(CLI::App& app, std::vector<std::string>& figures, double& widthMm, int& dpi,
                      const std::string& drawn);
// --data, --mean, --std, --label-column
void addDataOptions(CLI::App& app, DataSource& source);

}  // namespace tessera
