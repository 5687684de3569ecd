// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/volume_stage_vtk.h"

#include <vtkCamera.h>
#include <vtkCellArray.h>
#include <vtkNew.h>
#include <vtkObjectFactory.h>
#include <vtkOpenGLPolyDataMapper.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>

#include <QOpenGLContext>
#include <QOpenGLFunctions>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "widgets/scenes/volume_axes.h"
#include "widgets/volume/cut_frame.h"

namespace tessera {
namespace {

// The same light as on figures: from the eye, 0.55 + 0.45 |cosine|.
constexpr double kAmbient = 0.55;
constexpr double kOutlinePt = 0.5, kBoxPt = 0.6, kFramePt = 1.2, kSheetOpacity = 0.1;
constexpr float kBehindSlopes = 1.5F, kBehindUnits = 2;

void setColour(vtkProperty& property, const QColor& colour) {
    property.SetColor(colour.redF(), colour.greenF(), colour.blueF());
}

// Two things that VTK's own does not: what a picture that was given up still wants is passed over; and
// polygons lie a little behind the lines that run along them (VTK's way of saying so has the shader write
// every pixel's depth, which costs a third of the speed).
class PieceMapper : public vtkOpenGLPolyDataMapper {
  public:
    static PieceMapper* New();
    vtkTypeMacro(PieceMapper, vtkOpenGLPolyDataMapper);
    VolumeAbort* abort = nullptr;
    bool isBehindLines = false;

    void RenderPiece(vtkRenderer* renderer, vtkActor* actor) override {
        if (abort && abort->asks()) return;
        if (!isBehindLines) return Superclass::RenderPiece(renderer, actor);
        QOpenGLFunctions& functions = *QOpenGLContext::currentContext()->functions();
        functions.glEnable(GL_POLYGON_OFFSET_FILL);
        functions.glPolygonOffset(kBehindSlopes, kBehindUnits);
        Superclass::RenderPiece(renderer, actor);
        functions.glDisable(GL_POLYGON_OFFSET_FILL);
    }
};
vtkStandardNewMacro(PieceMapper);

vtkSmartPointer<vtkActor> makeActor(vtkPolyData* data, VolumeAbort* abort = nullptr,
                                    bool isBehindLines = false) {
    const auto mapper = vtkSmartPointer<PieceMapper>::New();
    mapper->abort = abort, mapper->isBehindLines = isBehindLines;
    mapper->SetInputData(data);
    mapper->SetStatic(true);  // no question to a pipeline that is not there
    auto actor = vtkSmartPointer<vtkActor>::New();
    actor->SetMapper(mapper);
    actor->PickableOff();
    return actor;
}

vtkSmartPointer<vtkPolyData> polyData(const std::vector<Eigen::Vector3d>& points,
                                      const std::vector<std::vector<vtkIdType>>& cells, bool asLines) {
    vtkNew<vtkPoints> made;
    for (const auto& p : points) made->InsertNextPoint(p.data());
    vtkNew<vtkCellArray> array;
    for (const auto& cell : cells) array->InsertNextCell(static_cast<vtkIdType>(cell.size()), cell.data());
    auto data = vtkSmartPointer<vtkPolyData>::New();
    data->SetPoints(made);
    asLines ? data->SetLines(array) : data->SetPolys(array);
    return data;
}

vtkSmartPointer<vtkActor> makePlainActor() {
    const auto actor = makeActor(vtkSmartPointer<vtkPolyData>::New());
    actor->GetProperty()->LightingOff();
    return actor;
}

void setData(vtkActor& actor, vtkPolyData* data) {
    static_cast<vtkPolyDataMapper*>(actor.GetMapper())->SetInputData(data);
}

}  // namespace

VolumeStage::VolumeStage() {
    renderer_ = vtkSmartPointer<vtkRenderer>::New();
    renderer_->SetOcclusionRatio(0);
    clipPlane_ = vtkSmartPointer<vtkPlane>::New();
}

VolumeStage::Piece VolumeStage::makePiece(const VolumeMesh& mesh) {
    using Kind = VolumeMesh::Kind;
    const bool isFlat = mesh.kind == Kind::Outlines || mesh.kind == Kind::Lines || mesh.kind == Kind::Marks;
    const bool isFaces = mesh.kind == Kind::Faces || mesh.kind == Kind::CoarseFaces;
    Piece piece{makeActor(mesh.data, &abort_, isFaces), &mesh, false};
    vtkProperty& property = *piece.actor->GetProperty();
    property.SetAmbient(isFlat && mesh.kind != Kind::Marks ? 1 : kAmbient);
    property.SetDiffuse(isFlat && mesh.kind != Kind::Marks ? 0 : 1 - kAmbient);
    property.SetSpecular(0);
    property.SetOpacity(mesh.opacity);
    if (isFlat && mesh.kind != Kind::Marks) property.LightingOff();
    property.SetRenderPointsAsSpheres(mesh.kind == Kind::Marks);
    if (mesh.kind == Kind::Tubes) property.SetInterpolationToGouraud();
    if (mesh.colour.isValid()) setColour(property, mesh.colour);
    return piece;
}

void VolumeStage::setPart(Part& part, std::shared_ptr<const PreparedVolume> volume) {
    for (const auto& piece : part.pieces) renderer_->RemoveActor(piece.actor);
    part.pieces.clear();
    part.volume = std::move(volume);
    if (!part.volume) return;
    for (const auto& mesh : part.volume->meshes) {
        part.pieces.push_back(makePiece(mesh));
        renderer_->AddActor(part.pieces.back().actor);
    }
}

void VolumeStage::setVolume(std::shared_ptr<const PreparedVolume> volume) {
    if (volume == main_.volume) return;
    for (auto* actor : {&box_, &boxBehind_, &cutFrame_, &cutSheet_}) {
        if (*actor) renderer_->RemoveActor(*actor);
        *actor = nullptr;
    }
    setPart(main_, std::move(volume));
    if (!main_.volume) return;
    for (auto* actor : {&box_, &boxBehind_, &cutFrame_, &cutSheet_}) {
        *actor = makePlainActor();
        renderer_->AddActor(*actor);
    }
    cutSheet_->GetProperty()->SetOpacity(kSheetOpacity);
}

void VolumeStage::setOverlay(std::shared_ptr<const PreparedVolume> overlay) {
    if (overlay != overlay_.volume) setPart(overlay_, std::move(overlay));
}

void VolumeStage::colour(const SceneTheme& theme) {
    renderer_->SetBackground(theme.paper.redF(), theme.paper.greenF(), theme.paper.blueF());
    setColour(*box_->GetProperty(), theme.ink);
    setColour(*boxBehind_->GetProperty(), theme.faintInk);
    for (const auto& actor : {cutFrame_, cutSheet_}) setColour(*actor->GetProperty(), cutColour(theme));
}

bool VolumeStage::showsTranslucent(const VolumeRequest& view) const {
    if (view.cut.isVisible) return true;
    for (const Part* part : {&main_, &overlay_})
        for (const Piece& piece : part->pieces)
            if (piece.mesh->opacity < 1 && !view.hidden.contains(piece.mesh->layer)) return true;
    return false;
}

void VolumeStage::arrangeBox(const VolumeCamera& camera, double pixelsPerPoint) {
    const VolumeDrawing& drawing = *main_.volume->drawing;
    const auto edges = boxEdges(drawing.low, drawing.high, VolumeProjection(camera, QRectF(0, 0, 1, 1)));
    for (const bool isBehind : {false, true}) {
        std::vector<Eigen::Vector3d> ends;
        std::vector<std::vector<vtkIdType>> lines;
        for (const auto& edge : edges) {
            if (edge.isHidden != isBehind) continue;
            const auto first = static_cast<vtkIdType>(ends.size());
            lines.push_back({first, first + 1});
            ends.push_back(edge.from), ends.push_back(edge.to);
        }
        vtkActor& actor = isBehind ? *boxBehind_ : *box_;
        setData(actor, polyData(ends, lines, true));
        actor.SetVisibility(!lines.empty());
        actor.GetProperty()->SetLineWidth(static_cast<float>(std::max(kBoxPt * pixelsPerPoint, 1.0)));
    }
}

void VolumeStage::arrangeCut(const VolumeCut& cut, const VolumeCamera& camera, double pixelsPerPoint) {
    const Eigen::Vector3d origin = cut.plane.normal * cut.plane.position;
    const Eigen::Vector3d keeps = cut.plane.normal * -eyeSide(cut.plane, camera);
    clipPlane_->SetOrigin(origin.data());
    clipPlane_->SetNormal(keeps.data());
    for (Part* part : {&main_, &overlay_})
        for (auto& piece : part->pieces) {
            if (piece.isClipped == cut.clips) continue;
            piece.isClipped = cut.clips;
            piece.actor->GetMapper()->RemoveAllClippingPlanes();
            if (cut.clips) piece.actor->GetMapper()->AddClippingPlane(clipPlane_);
        }
    for (const auto& actor : {cutFrame_, cutSheet_}) actor->SetVisibility(cut.isVisible);
    if (!cut.isVisible) return;
    const auto corners = cutFrame(*main_.volume->drawing, cut.plane);
    std::vector<vtkIdType> round(corners.size());
    std::iota(round.begin(), round.end(), 0);
    setData(*cutSheet_, polyData(corners, {round}, false));
    if (!round.empty()) round.push_back(0);
    setData(*cutFrame_, polyData(corners, {round}, true));
    cutFrame_->GetProperty()->SetLineWidth(static_cast<float>(kFramePt * pixelsPerPoint));
}

void VolumeStage::arrangePieces(Part& part, const VolumeRequest& view, const VolumeDetail& detail,
                                double pixelsPerPoint) {
    using Kind = VolumeMesh::Kind;
    const bool isCoarse = detail.coarse && part.volume->coarseTriangles > 0;
    for (const auto& piece : part.pieces) {
        const VolumeMesh& mesh = *piece.mesh;
        const bool isWanted = mesh.kind == Kind::Faces         ? !isCoarse
                              : mesh.kind == Kind::CoarseFaces ? isCoarse
                              : mesh.kind == Kind::Outlines    ? detail.outlines
                                                               : true;
        piece.actor->SetVisibility(isWanted && !view.hidden.contains(mesh.layer));
        const double widthPt = mesh.kind == Kind::Outlines ? kOutlinePt : mesh.sizePt;
        const auto width = static_cast<float>(std::max(widthPt * pixelsPerPoint, 1.0));
        piece.actor->GetProperty()->SetLineWidth(width);
        piece.actor->GetProperty()->SetPointSize(width);
    }
}

void VolumeStage::arrange(const VolumeRequest& view, const VolumeDetail& detail, double pixelsPerPoint) {
    const VolumeCamera& camera = view.camera;
    vtkCamera& eye = *renderer_->GetActiveCamera();
    const CameraAxes axes = cameraAxes(camera);
    eye.SetPosition(camera.position.data());
    eye.SetFocalPoint(camera.focus.data());
    eye.SetViewUp(axes.up.data());
    eye.SetParallelProjection(camera.parallel);
    eye.SetViewAngle(camera.viewAngle);
    eye.SetParallelScale(camera.parallelScale);
    colour(view.theme);

    for (Part* part : {&main_, &overlay_})
        if (part->volume) arrangePieces(*part, view, detail, pixelsPerPoint);
    arrangeBox(camera, pixelsPerPoint);
    arrangeCut(view.cut, camera, pixelsPerPoint);
    renderer_->SetUseDepthPeeling(detail.peels > 0);
    renderer_->SetMaximumNumberOfPeels(std::max(detail.peels, 1));
    renderer_->SetUseFXAA(detail.softenEdges);
    renderer_->ResetCameraClippingRange();
}

}  // namespace tessera
