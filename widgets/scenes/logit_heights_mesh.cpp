// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/logit_heights_mesh.h"

#include "widgets/scenes/volume_files.h"

namespace tessera {
Result<Done> writeHeightsMesh(const std::filesystem::path& path, const LogitHeightsResult& result,
                              const LogitMesh& mesh, const HeightsLook& look) {
    SurfaceMesh written;
    NamedArray faces{"face", std::vector<std::int32_t>()};
    auto& faceOf = std::get<std::vector<std::int32_t>>(faces.values);
    for (const auto& surface : heightSurfaces(mesh, look))
        for (std::int64_t p = 0; p < surface.size(); ++p) {
            const auto at = static_cast<std::size_t>(p);
            for (auto i = surface.begin[at]; i < surface.begin[at + 1]; ++i) {
                written.faceVertices.push_back(static_cast<std::int32_t>(written.vertices.size()));
                written.vertices.push_back(surface.points[static_cast<std::size_t>(i)]);
            }
            written.faceBegin.push_back(static_cast<std::int32_t>(written.faceVertices.size()));
            // Of one class on both sides.
            written.classA.push_back(surface.label[at]);
            written.classB.push_back(surface.label[at]);
            faceOf.push_back(surface.face[at]);
        }
    if (written.faceCount() == 0)
        return inputError(path.string() +
                          " would hold the surface, and there is none to write; show a class.");
    return writeSurfaceFile(path, written, std::span(&faces, 1), result.classCount());
}

Result<Done> writeHeightsRecordMesh(const std::filesystem::path& path, const ResultRecord& record) {
    auto result = logitHeightsFromRecord(record, "The result");
    if (!result.isOk()) return std::move(result).propagate<Done>();
    return writeHeightsMesh(path, result.value(), result.value().mesh(), {});
}

}  // namespace tessera
