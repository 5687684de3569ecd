// SPDX-License-Identifier: GPL-3.0-or-later
// The models and data of a session, opened once and only when something needs them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/data/dataset.h"
#include "core/model/model.h"
#include "core/session/document.h"

namespace tessera {

class ReplayInputs {
  public:
    // `document` with paths as resolveFiles() found them; must outlive the object.
    explicit ReplayInputs(const SessionDocument& document) : document_(document) {}
    // By id; empty: the session's current model.
    Result<std::shared_ptr<const Model>> model(const std::string& id);
    Result<std::shared_ptr<const Dataset>> dataset();  // null: the session has none
    const SessionDocument& document() const { return document_; }

  private:
    const SessionDocument& document_;
    std::map<std::string, Result<std::shared_ptr<const Model>>> models_;
    std::optional<Result<std::shared_ptr<const Dataset>>> dataset_;
};

}  // namespace tessera
