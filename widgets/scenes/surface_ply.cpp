// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/surface_ply.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <string>

#include "core/session/file_writer.h"
#include "widgets/scenes/colours.h"

namespace tessera {
namespace {

QRgb colourBetween(int classA, int classB, int classCount) {
    const QColor a = classColour(classA, classCount), b = classColour(classB, classCount);
    return qRgb((a.red() + b.red()) / 2, (a.green() + b.green()) / 2, (a.blue() + b.blue()) / 2);
}

// Binary and little-endian, as this machine is. (VTK 9.1's writer of this format leaves a string empty and
// says nothing of a full disk.)
class PlyBytes {
  public:
    template <typename T>
    void add(T value) {
        static_assert(std::endian::native == std::endian::little);
        const auto at = bytes_.size();
        bytes_.resize(at + sizeof(T));
        std::memcpy(bytes_.data() + at, &value, sizeof(T));
    }
    void add(QRgb colour, int channels) {
        for (int channel = 0; channel < channels; ++channel)
            add(static_cast<std::uint8_t>((colour >> (16 - 8 * channel)) & 0xff));
    }
    const std::string& bytes() const { return bytes_; }

  private:
    std::string bytes_;
};

}  // namespace

Result<Done> writePly(const std::filesystem::path& path, const SurfaceMesh& mesh, int classCount) {
    std::map<std::pair<std::int32_t, QRgb>, std::int32_t> vertexOf;  // per vertex and colour
    PlyBytes vertices, faces;
    const std::size_t faceCount = mesh.faceBegin.size() - 1;
    std::int32_t mostCorners = 0;
    for (std::size_t face = 0; face < faceCount; ++face)
        mostCorners = std::max(mostCorners, mesh.faceBegin[face + 1] - mesh.faceBegin[face]);
    const bool isByte = mostCorners <= 255;
    for (std::size_t face = 0; face < faceCount; ++face) {
        const QRgb colour = colourBetween(mesh.classA[face], mesh.classB[face], classCount);
        const auto begin = mesh.faceBegin[face], end = mesh.faceBegin[face + 1];
        if (isByte)
            faces.add(static_cast<std::uint8_t>(end - begin));
        else
            faces.add(end - begin);
        for (auto i = begin; i < end; ++i) {
            const auto vertex = mesh.faceVertices[static_cast<std::size_t>(i)];
            const auto next = static_cast<std::int32_t>(vertexOf.size());
            const auto [found, isNew] = vertexOf.try_emplace({vertex, colour}, next);
            faces.add(found->second);
            if (!isNew) continue;
            for (const double coordinate : mesh.vertices[static_cast<std::size_t>(vertex)])
                vertices.add(static_cast<float>(coordinate));
            vertices.add(colour, 3);
        }
        faces.add(colour, 3);
        faces.add(mesh.classA[face]);
        faces.add(mesh.classB[face]);
    }
    const std::string colours = "property uchar red\nproperty uchar green\nproperty uchar blue\n";
    const std::string header =
        "ply\nformat binary_little_endian 1.0\nelement vertex " + std::to_string(vertexOf.size()) +
        "\nproperty float x\nproperty float y\nproperty float z\n" + colours + "element face " +
        std::to_string(faceCount) + "\nproperty list " + (isByte ? "uchar" : "int") +
        " int vertex_indices\n" + colours + "property int class_a\nproperty int class_b\nend_header\n";
    return writeTextFile(path, header + vertices.bytes() + faces.bytes());
}

}  // namespace tessera
