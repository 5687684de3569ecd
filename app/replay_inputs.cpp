// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/replay_inputs.h"

namespace tessera {

Result<std::shared_ptr<const Model>> ReplayInputs::model(const std::string& id) {
    const auto& name = id.empty() ? document_.currentModel : id;
    if (const auto known = models_.find(name); known != models_.end()) return known->second;
    const auto* model = document_.model(name);
    if (model == nullptr && name.empty())
        return inputError("The session has no model; open one and save the session again.");
    if (model == nullptr)
        return inputError("Model " + name +
                          " is no longer in the session; open it, run what was made with it again and save.");
    LoadOptions options;
    options.inputShape = model->inputShape;
    if (model->architecture) options.architecture = model->architecture->absolute;
    options.device = model->device;
    return models_.emplace(name, loadModel(model->file.absolute, options)).first->second;
}

Result<std::shared_ptr<const Dataset>> ReplayInputs::dataset() {
    if (!document_.data) return std::shared_ptr<const Dataset>();
    if (!dataset_) {
        const auto& data = *document_.data;
        dataset_ = openDataset(data.generated.empty() ? data.file.absolute : data.generated, data.options);
    }
    return *dataset_;
}

}  // namespace tessera
