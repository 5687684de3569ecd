// SPDX-License-Identifier: GPL-3.0-or-later
// A drawing as VTK's arrays. Made in a worker: they hold nothing of the graphics card.
#pragma once

#include <vtkPolyData.h>
#include <vtkSmartPointer.h>

#include <stop_token>

#include "widgets/volume/volume_picker.h"

namespace tessera {

struct VolumeMesh {
    enum class Kind { Faces, CoarseFaces, Outlines, Lines, Tubes, Marks };
    Kind kind = Kind::Faces;
    QString layer;
    vtkSmartPointer<vtkPolyData> data;
    double opacity = 1;
    double sizePt = 0;  // width of lines, diameter of marks
    QColor colour;      // of what has none per point
    std::size_t triangles = 0;
};

// Immutable once made.
struct PreparedVolume {
    explicit PreparedVolume(std::shared_ptr<const VolumeDrawing> of)
        : drawing(std::move(of)), picker(drawing), outermost(outermostPoints(*drawing)) {}
    std::shared_ptr<const VolumeDrawing> drawing;
    VolumePicker picker;
    std::vector<Eigen::Vector3d> outermost;  // points that stick out of its box
    std::vector<VolumeMesh> meshes;          // pieces so small that a picture can be given up between two
    bool isTranslucent = false;
    std::size_t triangles = 0;  // of faces; as many as coarse ones stand in while the hand moves:
    std::size_t coarseTriangles = 0;
};

// Null when stopped.
std::shared_ptr<const PreparedVolume> prepareVolume(const std::shared_ptr<const VolumeDrawing>& drawing,
                                                    const std::stop_token& stop);

}  // namespace tessera
