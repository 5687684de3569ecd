// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/volume_meshes_vtk.h"

#include <vtkCellArray.h>
#include <vtkFloatArray.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkTubeFilter.h>
#include <vtkTypeInt32Array.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "widgets/volume/triangle_mesh.h"

namespace tessera {
namespace {

constexpr std::size_t kPiece = 25000;          // triangles; the processor takes about 15 ms for them
constexpr std::size_t kMostMoving = 60000;     // triangles of all layers together while the hand moves
constexpr std::size_t kMostTubePoints = 4000;  // beyond, tubes have fewer sides
constexpr double kTubeScale = 1.0 / 500;       // points of a tube's width in the diagonal of the box

vtkSmartPointer<vtkPoints> pointsOf(const std::vector<float>& coordinates) {
    vtkNew<vtkFloatArray> array;
    array->SetNumberOfComponents(3);
    array->SetNumberOfTuples(static_cast<vtkIdType>(coordinates.size() / 3));
    std::memcpy(array->GetPointer(0), coordinates.data(), coordinates.size() * sizeof(float));
    auto points = vtkSmartPointer<vtkPoints>::New();
    points->SetData(array);
    return points;
}

std::vector<float> coordinatesOf(const std::vector<Eigen::Vector3d>& points) {
    std::vector<float> result;
    result.reserve(points.size() * 3);
    for (const auto& p : points)
        for (int axis = 0; axis < 3; ++axis) result.push_back(static_cast<float>(p[axis]));
    return result;
}

vtkSmartPointer<vtkTypeInt32Array> arrayOf(const std::vector<std::int32_t>& values) {
    auto array = vtkSmartPointer<vtkTypeInt32Array>::New();
    array->SetNumberOfValues(static_cast<vtkIdType>(values.size()));
    std::memcpy(array->GetPointer(0), values.data(), values.size() * sizeof(std::int32_t));
    return array;
}

vtkSmartPointer<vtkCellArray> cellsOf(const std::vector<std::int32_t>& begin,
                                      const std::vector<std::int32_t>& corners) {
    auto cells = vtkSmartPointer<vtkCellArray>::New();
    cells->SetData(arrayOf(begin), arrayOf(corners));
    return cells;
}
vtkSmartPointer<vtkCellArray> cellsOfEqualSize(std::int32_t size, const std::vector<std::int32_t>& corners) {
    std::vector<std::int32_t> begin;
    for (std::size_t i = 0; i <= corners.size(); i += static_cast<std::size_t>(size))
        begin.push_back(static_cast<std::int32_t>(i));
    return cellsOf(begin, corners);
}

vtkSmartPointer<vtkUnsignedCharArray> coloursOf(const std::vector<QRgb>& colours) {
    auto array = vtkSmartPointer<vtkUnsignedCharArray>::New();
    array->SetNumberOfComponents(3);
    array->SetNumberOfTuples(static_cast<vtkIdType>(colours.size()));
    unsigned char* out = array->GetPointer(0);
    for (const QRgb colour : colours)
        for (const int channel : {qRed(colour), qGreen(colour), qBlue(colour)})
            *out++ = static_cast<unsigned char>(channel);
    return array;
}

vtkSmartPointer<vtkPolyData> polyData(const TriangleMesh& mesh) {
    auto data = vtkSmartPointer<vtkPolyData>::New();
    data->SetPoints(pointsOf(mesh.points));
    data->SetPolys(cellsOfEqualSize(3, mesh.corners));
    data->GetPointData()->SetScalars(coloursOf(mesh.colour));
    return data;
}

// Every edge once, however many polygons share it.
std::vector<std::int32_t> edgesOf(const VolumeFaces& layer) {
    std::unordered_set<std::uint64_t> seen;
    std::vector<std::int32_t> ends;
    for (std::size_t face = 0; face + 1 < layer.faceBegin.size(); ++face) {
        const auto begin = layer.faceBegin[face], end = layer.faceBegin[face + 1];
        for (auto i = begin; i < end; ++i) {
            const auto from = layer.faceVertices[static_cast<std::size_t>(i)];
            const auto to = layer.faceVertices[static_cast<std::size_t>(i + 1 == end ? begin : i + 1)];
            const auto [low, high] = std::minmax(from, to);
            if (seen.insert(static_cast<std::uint64_t>(low) << 32 | static_cast<std::uint32_t>(high)).second)
                ends.insert(ends.end(), {low, high});
        }
    }
    return ends;
}

class Preparation {
  public:
    explicit Preparation(std::shared_ptr<const VolumeDrawing> drawing)
        : result_(std::make_shared<PreparedVolume>(std::move(drawing))) {}

    void addFaces(const VolumeFaces& layer, std::size_t allTriangles) {
        const TriangleMesh whole = triangleMesh(layer);
        if (whole.triangleCount() == 0) return;
        result_->triangles += whole.triangleCount();
        result_->isTranslucent = result_->isTranslucent || layer.opacity < 1;
        for (const auto& piece : pieces(whole, kPiece))
            add(VolumeMesh::Kind::Faces, layer.name, polyData(piece), layer.opacity, piece.triangleCount());
        if (allTriangles > kMostMoving) {
            const auto share = static_cast<std::size_t>(double(kMostMoving) * double(whole.triangleCount()) /
                                                        double(allTriangles));
            for (const auto& piece : pieces(coarserMesh(whole, std::max<std::size_t>(share, 100)), kPiece)) {
                result_->coarseTriangles += piece.triangleCount();
                add(VolumeMesh::Kind::CoarseFaces, layer.name, polyData(piece), layer.opacity,
                    piece.triangleCount());
            }
        }
        if (layer.edges) addOutlines(layer);
    }

    void addLines(const VolumeLines& layer) {
        auto data = vtkSmartPointer<vtkPolyData>::New();
        data->SetPoints(pointsOf(coordinatesOf(layer.points)));
        std::vector<std::int32_t> vertices(layer.points.size());
        for (std::size_t i = 0; i < vertices.size(); ++i) vertices[i] = static_cast<std::int32_t>(i);
        data->SetLines(cellsOf(layer.lineBegin, vertices));
        if (layer.tube) {
            const auto& box = *result_->drawing;
            vtkNew<vtkTubeFilter> tubes;
            tubes->SetInputData(data);
            tubes->SetRadius(layer.widthPt / 2 * kTubeScale * (box.high - box.low).norm());
            tubes->SetNumberOfSides(layer.points.size() > kMostTubePoints ? 6 : 12);
            tubes->CappingOn();
            tubes->Update();
            data = tubes->GetOutput();
        }
        add(layer.tube ? VolumeMesh::Kind::Tubes : VolumeMesh::Kind::Lines, layer.name, data, 1, 0);
        result_->meshes.back().colour = layer.colour;
        result_->meshes.back().sizePt = layer.widthPt;
    }

    void addMarks(const VolumeMarks& layer) {
        auto data = vtkSmartPointer<vtkPolyData>::New();
        data->SetPoints(pointsOf(coordinatesOf(layer.points)));
        std::vector<std::int32_t> vertices(layer.points.size());
        for (std::size_t i = 0; i < vertices.size(); ++i) vertices[i] = static_cast<std::int32_t>(i);
        data->SetVerts(cellsOfEqualSize(1, vertices));
        std::vector<QRgb> colours = layer.colour;
        colours.resize(layer.points.size(), qRgb(128, 128, 128));
        data->GetPointData()->SetScalars(coloursOf(colours));
        add(VolumeMesh::Kind::Marks, layer.name, data, 1, 0);
        result_->meshes.back().sizePt = layer.sizePt;
    }

    std::shared_ptr<const PreparedVolume> result() const { return result_; }

  private:
    void add(VolumeMesh::Kind kind, const QString& layer, vtkSmartPointer<vtkPolyData> data, double opacity,
             std::size_t triangles) {
        VolumeMesh mesh;
        mesh.kind = kind, mesh.layer = layer, mesh.data = std::move(data);
        mesh.opacity = opacity, mesh.triangles = triangles;
        result_->meshes.push_back(std::move(mesh));
    }
    void addOutlines(const VolumeFaces& layer) {
        const auto ends = edgesOf(layer);
        std::vector<std::int32_t> moved(layer.points.size(), -1);
        for (std::size_t begin = 0; begin < ends.size(); begin += 2 * kPiece) {
            std::vector<std::int32_t> piece(
                ends.begin() + static_cast<std::ptrdiff_t>(begin),
                ends.begin() + static_cast<std::ptrdiff_t>(std::min(ends.size(), begin + 2 * kPiece)));
            std::vector<Eigen::Vector3d> points;
            std::vector<std::int32_t> used;
            for (auto& end : piece) {
                auto& place = moved[static_cast<std::size_t>(end)];
                if (place < 0) {
                    place = static_cast<std::int32_t>(points.size());
                    used.push_back(end);
                    points.push_back(layer.points[static_cast<std::size_t>(end)]);
                }
                end = place;
            }
            for (const auto point : used) moved[static_cast<std::size_t>(point)] = -1;
            auto data = vtkSmartPointer<vtkPolyData>::New();
            data->SetPoints(pointsOf(coordinatesOf(points)));
            data->SetLines(cellsOfEqualSize(2, piece));
            add(VolumeMesh::Kind::Outlines, layer.name, data, layer.opacity, 0);
            result_->meshes.back().colour = layer.edgeColour;
        }
    }

    std::shared_ptr<PreparedVolume> result_;
};

}  // namespace

std::shared_ptr<const PreparedVolume> prepareVolume(const std::shared_ptr<const VolumeDrawing>& drawing,
                                                    const std::stop_token& stop) {
    std::size_t triangles = 0;
    for (const auto& layer : drawing->faces)
        triangles +=
            layer.faceVertices.size() - std::min(layer.faceVertices.size(), 2 * (layer.faceBegin.size() - 1));
    Preparation preparation(drawing);
    for (const auto& layer : drawing->faces) {
        if (stop.stop_requested()) return nullptr;
        preparation.addFaces(layer, triangles);
    }
    for (const auto& layer : drawing->lines) {
        if (stop.stop_requested()) return nullptr;
        if (layer.lineBegin.size() > 1) preparation.addLines(layer);
    }
    for (const auto& layer : drawing->marks)
        if (!layer.points.empty()) preparation.addMarks(layer);
    return stop.stop_requested() ? nullptr : preparation.result();
}

}  // namespace tessera
