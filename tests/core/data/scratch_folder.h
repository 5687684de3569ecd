// SPDX-License-Identifier: GPL-3.0-or-later
// A folder of its own for each test, and datasets read whole.
#pragma once

#include <QTemporaryDir>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace tessera::test {

class ScratchFolder {
  public:
    std::filesystem::path path(const std::string& name = {}) const {
        return std::filesystem::path(folder_.path().toStdString()) / name;
    }
    std::string write(const std::string& name, std::span<const unsigned char> bytes) const {
        std::filesystem::create_directories(path(name).parent_path());
        std::ofstream(path(name), std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        return path(name).string();
    }
    std::string write(const std::string& name, const std::string& text) const {
        return write(name, {reinterpret_cast<const unsigned char*>(text.data()), text.size()});
    }

  private:
    QTemporaryDir folder_;
};

inline std::string dataFile(const std::string& name) {
    return std::string(TESSERA_TEST_DATA) + "/" + name;
}

// All samples, or nothing if reading fails.
inline std::vector<float> readAll(const Dataset& data) {
    std::vector<std::int64_t> indices(static_cast<std::size_t>(data.size()));
    std::iota(indices.begin(), indices.end(), 0);
    std::vector<float> values(indices.size() * static_cast<std::size_t>(elementCount(data.sampleShape())));
    if (!data.read(indices, values.data()).isOk()) values.clear();
    return values;
}

// The sentence with which a source is refused; it must be one line that names `name`.
inline std::string refusal(const std::string& source, const std::string& name,
                           const DataOptions& options = {}) {
    const auto data = openDataset(source, options);
    if (data.isOk()) return "accepted";
    const std::string& message = data.error().message;
    if (message.find(name) == std::string::npos) return "does not name " + name + ": " + message;
    if (message.find('\n') != std::string::npos || !message.ends_with('.'))
        return "not one sentence: " + message;
    return message;
}

inline bool contains(const std::string& text, const std::string& part) {
    if (text.find(part) != std::string::npos) return true;
    qWarning("'%s' is not in: %s", part.c_str(), text.c_str());
    return false;
}

}  // namespace tessera::test
