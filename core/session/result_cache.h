// SPDX-License-Identifier: GPL-3.0-or-later
// The results of the open session: serves an equal request with equal inputs from what is there, reads
// numbers from the disk when they are wanted, and lets go of those that are on the disk when memory gets
// tight. Any thread.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/base/record.h"
#include "core/data/dataset.h"
#include "core/geometry/slice_plane.h"
#include "core/session/record_store.h"

namespace tessera {

// All that a result depends on. Threads are not part of it: results do not depend on them.
struct ResultRequest {
    std::string probe;
    ParameterMap parameters;                    // complete; "threads" is ignored
    std::vector<std::string> otherModels = {};  // hashes, of probes that compare models
    std::string modelSha256, device = "cpu", dtype = "float64";
    std::vector<std::string> dataSha256;  // or the text of a generated set
    Normalisation normalisation;
    std::vector<std::int64_t> samples;
    std::uint64_t seed = 0;
    const SlicePlane* plane = nullptr;  // for results on a slice
};
std::string requestKey(const ResultRequest& request);  // SHA-256

class ResultCache {
  public:
    explicit ResultCache(std::int64_t memoryBudget = std::int64_t{1} << 30) : budget_(memoryBudget) {}

    // A new result, or one of an opened session (`numbers.stored`). An empty key is never served.
    void add(ResultNumbers numbers, std::string requestKey);
    // The numbers now lie on the disk too (after a save or autosave): they may be let go.
    void setStored(const std::string& id, std::shared_ptr<const StoredRecord> stored);
    void remove(const std::string& id);
    void clear();

    std::string find(const std::string& requestKey) const;  // id; empty: none
    bool isLoaded(const std::string& id) const;             // record() returns at once
    // Reads from the disk if need be: call from a job unless isLoaded().
    Result<std::shared_ptr<const ResultRecord>> record(const std::string& id, std::stop_token stop,
                                                       Progress& progress);
    std::vector<ResultNumbers> numbers() const;  // for saveSession and Autosave::write
    std::int64_t bytesHeld() const;
    void setMemoryBudget(std::int64_t bytes);

  private:
    struct Entry {
        ResultNumbers numbers;                    // numbers.record: held by the cache
        std::weak_ptr<const ResultRecord> alive;  // held by a view
        std::string key;
        std::int64_t bytes = 0;
    };
    void touch(const std::string& id);
    void evict(const std::string& keep);
    mutable std::mutex mutex_;
    std::int64_t budget_;
    std::map<std::string, Entry> entries_;
    std::list<std::string> recent_;  // most recently used first
};

}  // namespace tessera
