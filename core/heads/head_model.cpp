// SPDX-License-Identifier: GPL-3.0-or-later
// Heads as models: from memory, and from .npz files.
#include <array>

#include "core/base/provenance.h"
#include "core/data/byte_store.h"
#include "core/data/npy_values.h"
#include "core/data/npz_archive.h"
#include "core/heads/head_file.h"

namespace tessera {
namespace {

using Opened = Result<std::shared_ptr<const Model>>;

constexpr std::array kNames{std::pair{"weight", "bias"}, std::pair{"W", "b"},
                            std::pair{"coef_", "intercept_"}};

Opened openNpzHead(const std::filesystem::path& path) {
    auto archive = NpzArchive::open(path);
    if (!archive.isOk()) return std::move(archive).propagate<std::shared_ptr<const Model>>();
    const NpzMember *weight = nullptr, *bias = nullptr;
    for (const auto& [first, second] : kNames)
        if (weight == nullptr) weight = archive.value().find(first), bias = archive.value().find(second);
    if (weight == nullptr) {
        std::string held;
        for (const auto& member : archive.value().members())
            held += (held.empty() ? "'" : ", '") + shownText(member.name) + "'";
        return inputError(path.string() + " has no array 'weight' (or 'W', 'coef_') for a head; it holds " +
                          held.substr(0, 200) + ", so rename one.");
    }
    auto matrix = archive.value().array(*weight);
    if (!matrix.isOk()) return std::move(matrix).propagate<std::shared_ptr<const Model>>();
    const auto& shape = matrix.value().shape;
    if (shape.size() != 2)
        return inputError(archive.value().what(*weight) + " has the shape " + numpyShapeText(shape) +
                          "; weights are classes x dimensions.");
    HeadLayer layer{Eigen::Map<const Rows>(matrix.value().values.data(), shape[0], shape[1]),
                    Eigen::VectorXd::Zero(shape[0])};
    if (bias != nullptr) {
        auto vector = archive.value().array(*bias);
        if (!vector.isOk()) return std::move(vector).propagate<std::shared_ptr<const Model>>();
        layer.bias = Eigen::Map<const Eigen::VectorXd>(
            vector.value().values.data(), static_cast<Eigen::Index>(vector.value().values.size()));
    }
    auto hash = sha256OfFile(path);
    if (!hash.isOk()) return std::move(hash).propagate<std::shared_ptr<const Model>>();
    ModelInfo info;
    info.path = path;
    info.format = "NumPy archive";
    info.sha256 = hash.value();
    if (bias == nullptr) info.notes.push_back("The file has no bias; zero is taken.");
    return modelOfLayers(std::span(&layer, 1), std::move(info));
}

}  // namespace

Opened modelOf(const Head& head, const std::string& name) {
    ModelInfo info;
    info.path = name;
    info.format = "head";
    return modelOfLayers(head.layers, std::move(info));
}

Opened openHead(const std::filesystem::path& path) {
    const auto start = readStart(path, 4);
    const bool isZip =
        start.isOk() && start.value().size() == 4 && start.value()[0] == 'P' && start.value()[1] == 'K';
    // PyTorch's files are zip files, too, but hold no arrays of NumPy.
    if (isZip && NpzArchive::open(path).isOk()) return openNpzHead(path);
    return loadModel(path);
}

}  // namespace tessera
