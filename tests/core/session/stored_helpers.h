// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of stored sessions and records share.
#pragma once

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <stop_token>
#include <string>

#include "core/base/progress.h"
#include "core/session/document.h"
#include "tests/core/session/example_record.h"

namespace tessera::test {

// Asks for a stop at the first report.
class StopAfter final : public Progress {
  public:
    explicit StopAfter(std::stop_source& source) : source_(source) {}
    void report(std::int64_t, std::int64_t, std::string_view) override { source_.request_stop(); }

  private:
    std::stop_source& source_;
};

inline std::string bytesOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// With a result for each id.
inline SessionDocument documentOf(std::initializer_list<const char*> ids) {
    SessionDocument document;
    document.currentSample = 17;
    document.selection = {3, 5};
    for (const char* id : ids) {
        SessionResult result;
        describeRecord(exampleRecord(), result);
        result.id = id;
        document.results.push_back(result);
    }
    return document;
}

}  // namespace tessera::test
