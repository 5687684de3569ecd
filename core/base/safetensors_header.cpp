// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/safetensors_header.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "core/base/stored_type.h"

namespace tessera {
namespace {

constexpr std::size_t kMostDimensions = 64;
constexpr std::size_t kLongestName = 4096;

class HeaderReader : public nlohmann::json::json_sax_t {
  public:
    std::vector<SafetensorsEntry> entries;
    std::map<std::string, std::string>* metadata = nullptr;
    std::string finding;

    bool null() override { return misplaced("null"); }
    bool boolean(bool) override { return misplaced("a boolean"); }
    bool number_float(double, const std::string&) override { return misplaced("a fraction"); }
    bool binary(binary_t&) override { return misplaced("binary data"); }
    bool number_integer(std::int64_t) override { return misplaced("a negative number"); }
    bool number_unsigned(std::uint64_t value) override {
        if (depth_ != 3) return misplaced("a number");
        SafetensorsEntry& entry = entries.back();
        if (field_ == "shape") {
            if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ||
                entry.shape.size() >= kMostDimensions)
                return refuse("has an absurd shape");
            entry.shape.push_back(static_cast<std::int64_t>(value));
        } else {
            if (entry.offsets.size() >= 2) return refuse("has more than two data_offsets");
            entry.offsets.push_back(value);
        }
        return true;
    }
    bool string(std::string& value) override {
        if (depth_ == 2 && inMetadata_) {
            if (metadata) metadata->emplace(field_, std::move(value));
            return true;
        }
        if (depth_ != 2 || field_ != "dtype") return misplaced("a text");
        entries.back().dtype = value;
        return true;
    }
    bool start_object(std::size_t) override { return ++depth_ <= 2 ? true : misplaced("an object"); }
    bool end_object() override {
        if (depth_-- == 2 && !inMetadata_) {
            const SafetensorsEntry& entry = entries.back();
            if (entry.dtype.empty() || !entry.hasShape || entry.offsets.size() != 2)
                return refuse("lacks its dtype, shape or data_offsets");
        }
        return true;
    }
    bool start_array(std::size_t) override {
        if (depth_ != 2 || inMetadata_ || field_ == "dtype") return misplaced("a list");
        ++depth_;
        return true;
    }
    bool end_array() override {
        --depth_;
        return true;
    }
    bool key(std::string& name) override {
        if (depth_ == 2) {
            if (inMetadata_) {
                field_ = std::move(name);
                return true;
            }
            if (name != "dtype" && name != "shape" && name != "data_offsets")
                return refuse("has an unknown field");
            if (!fields_.insert(name).second) return refuse("has a field twice");
            field_ = name;
            if (name == "shape") entries.back().hasShape = true;
            return true;
        }
        if (name.size() > kLongestName) return stop("a name is absurdly long");
        if (!names_.insert(name).second) return stop("tensor '" + name + "' is listed twice");
        inMetadata_ = name == "__metadata__";
        fields_.clear();
        field_.clear();
        if (!inMetadata_) entries.push_back({name, {}, {}, {}, false});
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
        return stop("its JSON breaks at byte " + std::to_string(position));
    }

  private:
    bool stop(std::string what) {
        if (finding.empty()) finding = std::move(what);
        return false;
    }
    bool refuse(const char* what) { return stop("tensor '" + entries.back().name + "' " + what); }
    bool misplaced(const char* what) { return stop(std::string(what) + " stands where it should not"); }

    int depth_ = 0;  // 1: table, 2: entry, 3: list in an entry
    bool inMetadata_ = false;
    std::string field_;
    std::unordered_set<std::string> names_, fields_;
};

Error inconsistent(const SafetensorsEntry& entry, const std::string& what) {
    return fileError("tensor '" + entry.name + "' " + what +
                     ", so the file is damaged; save or download it again");
}

}  // namespace

Result<std::vector<SafetensorsEntry>> parseSafetensorsHeader(std::string_view json,
                                                             std::map<std::string, std::string>* metadata) {
    HeaderReader reader;
    reader.metadata = metadata;
    const bool parsed = nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
    if (!parsed || !reader.finding.empty())
        return fileError("its safetensors header is malformed (" + reader.finding +
                         "), so the file is damaged; save or download it again");
    return std::move(reader.entries);
}

Result<Done> checkSafetensorsLayout(std::vector<SafetensorsEntry>& entries, std::uint64_t dataSize) {
    // The table is usually sorted by name; by offset is the order in which the values were saved.
    std::stable_sort(entries.begin(), entries.end(),
                     [](const auto& a, const auto& b) { return a.offsets < b.offsets; });
    std::uint64_t expected = 0;
    for (const SafetensorsEntry& entry : entries) {
        const std::uint64_t begin = entry.offsets[0], end = entry.offsets[1];
        const auto type = typeOfSafetensorsName(entry.dtype);
        if (!type)
            return unsupported("tensor '" + entry.name + "' has the type " + entry.dtype.substr(0, 40) +
                               ", which Tessera does not read; convert it to F32 and save again");
        if (begin < expected) return inconsistent(entry, "overlaps the one before it");
        if (begin > expected)
            return inconsistent(entry,
                                "leaves a gap of " + std::to_string(begin - expected) + " bytes before it");
        if (end < begin) return inconsistent(entry, "ends before it begins");
        if (end > dataSize)
            return fileError("its values are cut short, so the file is truncated; copy or download it again");
        const auto count = checkedElementCount(entry.shape);
        std::uint64_t bytes = 0;
        if (!count || __builtin_mul_overflow(*count, storedSize(*type), &bytes) || bytes != end - begin)
            return inconsistent(entry, "has " + std::to_string(end - begin) + " bytes, which do not fit " +
                                           entry.dtype + " " + shapeText(entry.shape));
        expected = end;
    }
    if (expected != dataSize)
        return fileError(
            "it has " + std::to_string(dataSize - expected) +
            " bytes that belong to no tensor, so the file is damaged; save or download it again");
    return Done{};
}

}  // namespace tessera
