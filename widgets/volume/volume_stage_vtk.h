// SPDX-License-Identifier: GPL-3.0-or-later
// What VTK draws: the layers of a prepared volume, its box, and the cut plane. Window's thread only; touches
// the graphics card only while it is rendered.
#pragma once

#include <vtkActor.h>
#include <vtkPlane.h>
#include <vtkRenderer.h>
#include <vtkSmartPointer.h>

#include <QSet>

#include "widgets/scenes/colours.h"
#include "widgets/volume/volume_cut.h"
#include "widgets/volume/volume_meshes_vtk.h"

namespace tessera {

// How much of it is drawn.
struct VolumeDetail {
    bool outlines = true, coarse = false;
    bool softenEdges = false;  // of the picture, where each pixel has one sample
    int peels = 0;             // of translucent faces; 0: not sorted
    bool operator==(const VolumeDetail&) const = default;
};

class VolumeStage {
  public:
    VolumeStage();

    vtkRenderer* renderer() const { return renderer_; }
    const std::shared_ptr<const PreparedVolume>& volume() const { return shown_.volume; }
    // What comes next is uploaded piece by piece while the present one stays: each call leaves one piece
    // alone to be drawn, in a picture of any size; false: all have been. Null takes everything away.
    void setNext(std::shared_ptr<const PreparedVolume> volume);
    bool showNextPiece();
    void showNext();  // in place of the present one

    void setTheme(const SceneTheme& theme);
    void setHidden(const QSet<QString>& layers) { hidden_ = layers; }
    void setCut(const VolumeCut& cut) { cut_ = cut; }
    // Before each picture: everything above, for this camera and so many pixels a point.
    void arrange(const VolumeCamera& camera, const VolumeDetail& detail, double pixelsPerPoint);
    bool showsTranslucent() const;

  private:
    struct Piece {
        vtkSmartPointer<vtkActor> actor;
        const VolumeMesh* mesh;
    };
    struct Cast {
        std::shared_ptr<const PreparedVolume> volume;
        std::vector<Piece> pieces;
        vtkSmartPointer<vtkActor> box, boxBehind, cutFrame, cutSheet;
        std::vector<vtkActor*> actors() const;
    };
    static Piece makePiece(const VolumeMesh& mesh);
    void leave(Cast& cast);
    void colourCast(const Cast& cast) const;
    void arrangeBox(const VolumeCamera& camera, double pixelsPerPoint);
    void arrangeCut(const VolumeCamera& camera, double pixelsPerPoint);

    vtkSmartPointer<vtkRenderer> renderer_;
    Cast shown_, next_;
    std::size_t nextPiece_ = 0;
    vtkSmartPointer<vtkPlane> clipPlane_;
    QSet<QString> hidden_;
    VolumeCut cut_;
    SceneTheme theme_;
    bool clips_ = false;  // the pieces shown
};

}  // namespace tessera
