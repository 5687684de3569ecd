// SPDX-License-Identifier: GPL-3.0-or-later
// What VTK draws: the layers of a prepared volume, its box, and the cut plane. On the thread that draws only;
// touches the graphics card while it is rendered, and when a volume goes.
#pragma once

#include <vtkActor.h>
#include <vtkPlane.h>
#include <vtkRenderer.h>
#include <vtkSmartPointer.h>

#include <functional>

#include "widgets/volume/volume_meshes_vtk.h"
#include "widgets/volume/volume_request.h"

namespace tessera {

// How much of it is drawn.
struct VolumeDetail {
    bool outlines = true, coarse = false;
    bool softenEdges = false;  // of the picture, where each pixel has one sample
    int peels = 0;             // of translucent faces; 0: not sorted
    bool operator==(const VolumeDetail&) const = default;
};

// A picture can be given up between two of its pieces: what is left of it is then passed over.
struct VolumeAbort {
    std::function<bool()> isWanted;
    bool isGivenUp = false;
    bool asks() { return isGivenUp = isGivenUp || (isWanted && isWanted()); }
};

class VolumeStage {
  public:
    VolumeStage();

    vtkRenderer* renderer() const { return renderer_; }
    const std::shared_ptr<const PreparedVolume>& volume() const { return main_.volume; }
    void setVolume(std::shared_ptr<const PreparedVolume> volume);    // null: none
    void setOverlay(std::shared_ptr<const PreparedVolume> overlay);  // null: none
    VolumeAbort& abort() { return abort_; }

    // Before each picture: its camera, cut, colours and visible layers. Its volume is the present one.
    void arrange(const VolumeRequest& view, const VolumeDetail& detail, double pixelsPerPoint);
    bool showsTranslucent(const VolumeRequest& view) const;

  private:
    struct Piece {
        vtkSmartPointer<vtkActor> actor;
        const VolumeMesh* mesh;
        bool isClipped = false;
    };
    // What is drawn of a prepared volume.
    struct Part {
        std::shared_ptr<const PreparedVolume> volume;
        std::vector<Piece> pieces;
    };
    Piece makePiece(const VolumeMesh& mesh);
    void setPart(Part& part, std::shared_ptr<const PreparedVolume> volume);
    void arrangePieces(Part& part, const VolumeRequest& view, const VolumeDetail& detail,
                       double pixelsPerPoint);
    void colour(const SceneTheme& theme);
    void arrangeBox(const VolumeCamera& camera, double pixelsPerPoint);
    void arrangeCut(const VolumeCut& cut, const VolumeCamera& camera, double pixelsPerPoint);

    vtkSmartPointer<vtkRenderer> renderer_;
    VolumeAbort abort_;  // outlives the pieces, which ask it
    Part main_, overlay_;
    vtkSmartPointer<vtkActor> box_, boxBehind_, cutFrame_, cutSheet_;
    vtkSmartPointer<vtkPlane> clipPlane_;
};

}  // namespace tessera
