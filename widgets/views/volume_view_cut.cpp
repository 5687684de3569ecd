// SPDX-License-Identifier: GPL-3.0-or-later
// What a hand changes from moment to moment: the cut, the searches' step, and the slices in the volume.
#include <algorithm>
#include <cmath>

#include "core/probes/linear_regions.h"
#include "widgets/scenes/volume_clip.h"
#include "widgets/views/plot_style.h"
#include "widgets/views/volume_controls.h"
#include "widgets/views/volume_cut_controls.h"
#include "widgets/views/volume_readout.h"
#include "widgets/views/volume_view.h"
#include "widgets/volume/volume_canvas.h"

namespace tessera {
namespace {

constexpr std::int64_t kMostCutRegions = 200'000;
constexpr double kMostCutSeconds = 10;

// What is seen of slices that lie in the volume, as far as that is near the box.
void addOutlines(const std::vector<VolumeView::Outline>& outlines, const SceneTheme& theme,
                 VolumeDrawing& drawing) {
    VolumeLines lines;
    lines.name = QStringLiteral("slices");
    lines.colour = theme.ink;
    lines.widthPt = 1;
    VolumeMarks names;
    names.name = lines.name;
    names.sizePt = 2;
    for (const auto& outline : outlines) {
        const auto inside = polygonInBox(outline.corners, drawing.low, drawing.high);
        if (inside.size() < 3) continue;
        lines.points.insert(lines.points.end(), inside.begin(), inside.end());
        lines.points.push_back(inside.front());
        lines.lineBegin.push_back(static_cast<std::int32_t>(lines.points.size()));
        names.points.push_back(inside.front());
        names.colour.push_back(theme.ink.rgb());
        names.labels.push_back(outline.title);
    }
    if (names.points.empty()) return;
    drawing.lines.push_back(std::move(lines));
    drawing.marks.push_back(std::move(names));
}

}  // namespace

void VolumeView::showCutPlane() {
    const VolumeLook& look = controls_->look();
    canvas_->setCutPlane(look.cutPlane, look.cut && result_);
    canvas_->setClip(look.clips);
}

// One that is under way is finished: while a hand moves on and on, something is seen.
void VolumeView::drawOverlay() {
    using Drawing = std::shared_ptr<const VolumeDrawing>;
    if (!result_) return canvas_->setOverlay(nullptr);
    isOverlayOld_ = isOverlaying_;
    if (isOverlaying_) return;
    isOverlaying_ = true;
    context_.jobs.start<Drawing>(
        this, QStringLiteral("overlay"), QString(), JobLane::Interactive,
        [result = result_, look = controls_->look(), theme = screenTheme(*this), context = context(),
         section = section_, outlines = outlines_](std::stop_token, Progress&) -> Result<Drawing> {
            auto overlay = volumeOverlay(*result, look, theme, context, section.get());
            addOutlines(outlines, theme, overlay);
            return Drawing(std::make_shared<const VolumeDrawing>(std::move(overlay)));
        },
        [this](Result<Drawing> drawing) {
            isOverlaying_ = false;
            if (drawing.isOk() && result_) canvas_->setOverlay(drawing.value());
            if (isOverlayOld_) drawOverlay();
        });
}

void VolumeView::updateCut() {
    readout_->setModel(model());
    controls_->cut().setNote({});
    const VolumeLook& look = controls_->look();
    showCutPlane();
    if (!look.cut || !result_) {
        context_.jobs.cancelKey(this, QStringLiteral("cut"));
        isCutting_ = false;
        section_.reset();
        return;
    }
    if (isCutting_) return;  // one that is under way is finished, and then it is seen whether it will do
    const bool hasCells = result_->cells && result_->cells->complete;
    const auto model = this->model();
    if (!hasCells) {
        if (!model) return controls_->cut().setNote(tr("Open the result's model to see the cut."));
        if (const auto* layer = model->firstInexact())
            return controls_->cut().setNote(
                tr("No exact cut: layer %1 is not piecewise linear. Open the plane as a slice to see it "
                   "sampled.")
                    .arg(QString::fromStdString(layer->name)));
    }
    isCutting_ = true;
    context_.jobs.start<VolumeSection>(
        this, QStringLiteral("cut"), QString(), JobLane::Interactive,
        [result = result_, hasCells, model, plane = look.cutPlane](
            std::stop_token stop, Progress& progress) -> Result<VolumeSection> {
            if (hasCells) return volumeSection(*result->cells, plane);
            const SlicePlane slice = result->volume.cut(plane);
            if (slice.window.empty()) return volumeSection(Arrangement(), plane);  // beside the box
            LinearRegions::Options options;
            options.maxRegions = kMostCutRegions;
            options.maxSeconds = kMostCutSeconds;
            auto run = LinearRegions::run(*model, slice, options, stop, progress);
            if (!run.isOk()) return std::move(run).propagate<VolumeSection>();
            if (stop.stop_requested()) return Cancelled{};
            return volumeSection(*run.value().arrangement, plane);
        },
        [this](Result<VolumeSection> section) {
            isCutting_ = false;
            if (section.isError())
                return controls_->cut().setNote(QString::fromStdString(section.error().message));
            if (!section.isOk()) return;
            section_ = std::make_shared<const VolumeSection>(std::move(section).value());
            controls_->cut().setNote(section_->note);
            drawOverlay();
            if (!(section_->plane == controls_->look().cutPlane)) updateCut();
        });
}

void VolumeView::openCutAsSlice() {
    if (!result_) return;
    openedAs_ = controls_->look().cutPlane;
    Q_EMIT sliceWanted(result_->volume.cut(*openedAs_));
}

void VolumeView::setSlices(std::vector<NamedSlice> slices) {
    slices_ = std::move(slices);
    std::vector<VolumeSlice> within;
    if (result_)
        for (const auto& slice : slices_)
            if (const auto plane = result_->volume.planeOf(slice.plane))
                within.push_back({slice.name, slice.title, *plane});
    outlines_.clear();
    if (result_)
        for (const auto& slice : slices_) {
            const auto isWithin = [&](const VolumeSlice& one) { return one.name == slice.name; };
            if (slice.seen.empty() || std::none_of(within.begin(), within.end(), isWithin)) continue;
            Outline outline{slice.title, {}};
            for (const auto& corner : slice.seen)
                outline.corners.push_back(result_->volume.pointInVolume(slice.plane.inputFromSlice(corner)));
            outlines_.push_back(std::move(outline));
        }
    if (result_) drawOverlay();
    QString opened;  // from here just now: it is the cut from now on
    for (const auto& slice : within)
        if (openedAs_ && (slice.plane.normal - openedAs_->normal).norm() < 1e-9 &&
            std::abs(slice.plane.position - openedAs_->position) < 1e-9)
            opened = slice.name;
    controls_->cut().setSlices(std::move(within));
    if (opened.isEmpty()) return;
    openedAs_.reset();
    controls_->cut().setSlice(opened);
}

void VolumeView::moveSlice(const NamedSlice& slice, const VolumePlane& to) {
    if (!result_) return;
    SlicePlane moved = slice.plane;
    const double by = to.position - to.normal.dot(result_->volume.pointInVolume(slice.plane.origin));
    moved.origin += by * (result_->volume.inputFromVolume(to.normal) - result_->volume.origin);
    Q_EMIT sliceMoved(slice.name, moved);
}

}  // namespace tessera
