// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/recovery_index.h"

#include "core/data/byte_store.h"
#include "core/session/file_writer.h"
#include "core/session/json_fields.h"
#include "core/session/json_limits.h"

namespace tessera {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::uintmax_t kLargest = 128u << 20;

}  // namespace

Result<Done> writeRecoveryIndex(const std::filesystem::path& path, const RecoveryIndex& index,
                                std::stop_token stop, Progress& progress) {
    Json json;
    json["saved"] = index.saved;
    json["session_path"] = index.sessionPath.string();
    json["numbers"] = Json::array();
    for (const auto& [id, numbers] : index.numbers)
        json["numbers"].push_back({{"id", id},
                                   {"size", numbers.size},
                                   {"checksum", numbers.checksum},
                                   {"in_session", numbers.isInSession}});
    json["session"] = sessionText(index.document);
    auto file = FileWriter::create(path);
    if (!file.isOk()) return std::move(file).propagate<Done>();
    const auto text = readableJson(json);
    file.value().watch(std::move(stop), progress, text.size());
    auto written = file.value().append(text);
    return written.isOk() ? file.value().keep() : written;
}

Result<RecoveryIndex> readRecoveryIndex(const std::filesystem::path& path, std::vector<std::string>* notes) {
    std::error_code error;
    if (std::filesystem::file_size(path, error) > kLargest || error)
        return fileError(path.string() + " is not what Tessera saves for recovery; discard it.");
    auto bytes = readWhole(path);
    if (!bytes.isOk()) return std::move(bytes).propagate<RecoveryIndex>();
    auto json =
        parseJson({reinterpret_cast<const char*>(bytes.value().data()), bytes.value().size()}, path.string());
    if (!json.isOk()) return std::move(json).propagate<RecoveryIndex>();
    RecoveryIndex index;
    JsonFailure failure{path.string(), {}};
    JsonFields fields(json.value(), "", failure);
    std::string sessionPath, text;
    fields.take("saved", index.saved);
    fields.take("session_path", sessionPath);
    fields.take("session", text);
    fields.each("numbers", [&](JsonFields& item) {
        std::string id;
        RecoveryIndex::Numbers numbers;
        std::uint64_t checksum = 0;
        item.take("id", id);
        item.take("size", numbers.size);
        item.take("checksum", checksum);
        item.take("in_session", numbers.isInSession);
        numbers.checksum = static_cast<std::uint32_t>(checksum);
        index.numbers[id] = numbers;
    });
    if (failure.error) return std::move(*failure.error);
    index.sessionPath = sessionPath;
    auto document = parseSession(text, path.string(), notes);
    if (!document.isOk()) return std::move(document).propagate<RecoveryIndex>();
    index.document = std::move(document).value();
    return index;
}

}  // namespace tessera
