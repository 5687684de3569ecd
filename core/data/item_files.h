// SPDX-License-Identifier: GPL-3.0-or-later
// One image file for each row: the raw items behind an embedding matrix, to be looked at. Files may differ in
// size and may be missing; each is read when it is asked for.
#pragma once

#include "core/data/stored_dataset.h"

namespace tessera {

class ItemFiles final : public FactsDataset {
  public:
    // `texts`: paths, relative to `folder` or absolute. Adds to `notes` what is missing. Null if no file is
    // there that can be read as an image. `what` names the list.
    static std::shared_ptr<const ItemFiles> open(std::vector<std::string> texts,
                                                 const std::filesystem::path& folder, const std::string& what,
                                                 std::vector<std::string>& notes);
    std::filesystem::path file(std::int64_t index) const {
        return facts_.path / texts_[static_cast<std::size_t>(index)];  // which an absolute text replaces
    }
    std::string sampleName(std::int64_t index) const override;
    Result<Done> read(std::span<const std::int64_t> indices, float* out) const override;

  private:
    ItemFiles(DatasetFacts facts, std::vector<std::string> texts)
        : FactsDataset(std::move(facts)), texts_(std::move(texts)) {}
    std::vector<std::string> texts_;
};

}  // namespace tessera
