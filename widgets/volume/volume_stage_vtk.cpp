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

// Polygons lie a little behind the lines that run along them. VTK's own way of saying so has the shader write
// every pixel's depth, which costs a third of the speed.
class FaceMapper : public vtkOpenGLPolyDataMapper {
  public:
    static FaceMapper* New();
    vtkTypeMacro(FaceMapper, vtkOpenGLPolyDataMapper);
    void RenderPiece(vtkRenderer* renderer, vtkActor* actor) override {
        QOpenGLFunctions& functions = *QOpenGLContext::currentContext()->functions();
        functions.glEnable(GL_POLYGON_OFFSET_FILL);
        functions.glPolygonOffset(kBehindSlopes, kBehindUnits);
        Superclass::RenderPiece(renderer, actor);
        functions.glDisable(GL_POLYGON_OFFSET_FILL);
    }
};
vtkStandardNewMacro(FaceMapper);

vtkSmartPointer<vtkActor> makeActor(vtkPolyData* data, bool isBehindLines = false) {
    const auto mapper = isBehindLines ? vtkSmartPointer<vtkPolyDataMapper>(vtkSmartPointer<FaceMapper>::New())
                                      : vtkSmartPointer<vtkPolyDataMapper>::New();
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
    setTheme(SceneTheme::light());
}

VolumeStage::Piece VolumeStage::makePiece(const VolumeMesh& mesh) {
    using Kind = VolumeMesh::Kind;
    const bool isFlat = mesh.kind == Kind::Outlines || mesh.kind == Kind::Lines || mesh.kind == Kind::Marks;
    const bool isFaces = mesh.kind == Kind::Faces || mesh.kind == Kind::CoarseFaces;
    const Piece piece{makeActor(mesh.data, isFaces), &mesh};
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

std::vector<vtkActor*> VolumeStage::Cast::actors() const {
    std::vector<vtkActor*> all;
    for (const auto& piece : pieces) all.push_back(piece.actor);
    for (const auto& actor : {box, boxBehind, cutFrame, cutSheet})
        if (actor) all.push_back(actor);
    return all;
}

void VolumeStage::leave(Cast& cast) {
    for (auto* actor : cast.actors()) renderer_->RemoveActor(actor);
    cast = {};
}

void VolumeStage::setNext(std::shared_ptr<const PreparedVolume> volume) {
    leave(next_);
    nextPiece_ = 0;
    if (!volume) return leave(shown_);
    next_.volume = std::move(volume);
    for (const auto& mesh : next_.volume->meshes) next_.pieces.push_back(makePiece(mesh));
    for (auto* actor : {&next_.box, &next_.boxBehind, &next_.cutFrame, &next_.cutSheet})
        *actor = makePlainActor();
    next_.cutSheet->GetProperty()->SetOpacity(kSheetOpacity);
    colourCast(next_);
    for (auto* actor : next_.actors()) {
        actor->VisibilityOff();
        renderer_->AddActor(actor);
    }
}

bool VolumeStage::showNextPiece() {
    if (nextPiece_ >= next_.pieces.size()) return false;
    for (auto* actor : shown_.actors()) actor->VisibilityOff();
    for (auto* actor : next_.actors()) actor->VisibilityOff();
    next_.pieces[nextPiece_++].actor->VisibilityOn();
    renderer_->SetUseDepthPeeling(false);
    renderer_->ResetCamera();
    return true;
}

void VolumeStage::showNext() {
    leave(shown_);
    std::swap(shown_, next_);
    clips_ = false;
}

void VolumeStage::colourCast(const Cast& cast) const {
    if (!cast.box) return;
    setColour(*cast.box->GetProperty(), theme_.ink);
    setColour(*cast.boxBehind->GetProperty(), theme_.faintInk);
    for (const auto& actor : {cast.cutFrame, cast.cutSheet})
        setColour(*actor->GetProperty(), cutColour(theme_));
}

void VolumeStage::setTheme(const SceneTheme& theme) {
    theme_ = theme;
    renderer_->SetBackground(theme.paper.redF(), theme.paper.greenF(), theme.paper.blueF());
    colourCast(shown_);
    colourCast(next_);
}

bool VolumeStage::showsTranslucent() const {
    if (cut_.isVisible) return true;
    return std::any_of(shown_.pieces.begin(), shown_.pieces.end(), [&](const Piece& piece) {
        return piece.mesh->opacity < 1 && !hidden_.contains(piece.mesh->layer);
    });
}

void VolumeStage::arrangeBox(const VolumeCamera& camera, double pixelsPerPoint) {
    const VolumeDrawing& drawing = *shown_.volume->drawing;
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
        vtkActor& actor = isBehind ? *shown_.boxBehind : *shown_.box;
        setData(actor, polyData(ends, lines, true));
        actor.SetVisibility(!lines.empty());
        actor.GetProperty()->SetLineWidth(static_cast<float>(std::max(kBoxPt * pixelsPerPoint, 1.0)));
    }
}

void VolumeStage::arrangeCut(const VolumeCamera& camera, double pixelsPerPoint) {
    const Eigen::Vector3d origin = cut_.plane.normal * cut_.plane.position;
    const Eigen::Vector3d keeps = cut_.plane.normal * -cut_.eyeSide(camera);
    clipPlane_->SetOrigin(origin.data());
    clipPlane_->SetNormal(keeps.data());
    if (clips_ != cut_.clips) {
        clips_ = cut_.clips;
        for (const auto& piece : shown_.pieces) {
            piece.actor->GetMapper()->RemoveAllClippingPlanes();
            if (clips_) piece.actor->GetMapper()->AddClippingPlane(clipPlane_);
        }
    }
    for (const auto& actor : {shown_.cutFrame, shown_.cutSheet}) actor->SetVisibility(cut_.isVisible);
    if (!cut_.isVisible) return;
    const auto corners = cutFrame(*shown_.volume->drawing, cut_.plane);
    std::vector<vtkIdType> round(corners.size());
    std::iota(round.begin(), round.end(), 0);
    setData(*shown_.cutSheet, polyData(corners, {round}, false));
    if (!round.empty()) round.push_back(0);
    setData(*shown_.cutFrame, polyData(corners, {round}, true));
    shown_.cutFrame->GetProperty()->SetLineWidth(static_cast<float>(kFramePt * pixelsPerPoint));
}

void VolumeStage::arrange(const VolumeCamera& camera, const VolumeDetail& detail, double pixelsPerPoint) {
    vtkCamera& eye = *renderer_->GetActiveCamera();
    const CameraAxes axes = cameraAxes(camera);
    eye.SetPosition(camera.position.data());
    eye.SetFocalPoint(camera.focus.data());
    eye.SetViewUp(axes.up.data());
    eye.SetParallelProjection(camera.parallel);
    eye.SetViewAngle(camera.viewAngle);
    eye.SetParallelScale(camera.parallelScale);
    for (auto* actor : next_.actors()) actor->VisibilityOff();
    if (!shown_.volume) return;

    using Kind = VolumeMesh::Kind;
    const bool isCoarse = detail.coarse && shown_.volume->coarseTriangles > 0;
    for (const auto& [actor, mesh] : shown_.pieces) {
        const bool isWanted = mesh->kind == Kind::Faces         ? !isCoarse
                              : mesh->kind == Kind::CoarseFaces ? isCoarse
                              : mesh->kind == Kind::Outlines    ? detail.outlines
                                                                : true;
        actor->SetVisibility(isWanted && !hidden_.contains(mesh->layer));
        const double widthPt = mesh->kind == Kind::Outlines ? kOutlinePt : mesh->sizePt;
        const auto width = static_cast<float>(std::max(widthPt * pixelsPerPoint, 1.0));
        actor->GetProperty()->SetLineWidth(width);
        actor->GetProperty()->SetPointSize(width);
    }
    arrangeBox(camera, pixelsPerPoint);
    arrangeCut(camera, pixelsPerPoint);
    renderer_->SetUseDepthPeeling(detail.peels > 0);
    renderer_->SetMaximumNumberOfPeels(std::max(detail.peels, 1));
    renderer_->SetUseFXAA(detail.softenEdges);
    renderer_->ResetCameraClippingRange();
}

}  // namespace tessera
