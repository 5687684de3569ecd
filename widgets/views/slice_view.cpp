// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/slice_view.h"

#include <Eigen/Geometry>
#include <QResizeEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/views/plot_style.h"

namespace tessera {
namespace {

constexpr int kPauseMs = 120;     // a moving window is computed when it has rested this long
constexpr int kDimAfterMs = 150;  // a picture replaced sooner is not dimmed: that would flicker
constexpr double kMostZoom = 1e12;

// A plane copied in one view and pasted in another.
std::optional<SlicePlane>& planeClipboard() {
    static std::optional<SlicePlane> plane;
    return plane;
}

}  // namespace

SliceView::SliceView(Workspace& workspace, JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      jobs_(jobs),
      computation_(workspace, jobs),
      focus_(new SliceFocus(*this)) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAcceptDrops(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Slice"));
    computeTimer_.setSingleShot(true);
    computeTimer_.setInterval(kPauseMs);
    dimTimer_.setSingleShot(true);
    dimTimer_.setInterval(kDimAfterMs);
    connect(&computeTimer_, &QTimer::timeout, this, &SliceView::computeVisible);
    connect(&dimTimer_, &QTimer::timeout, this, QOverload<>::of(&SliceView::update));
    connect(&computation_, &SliceComputation::planeChanged, this, &SliceView::planeChanged);
    connect(&computation_, &SliceComputation::resultsChanged, this, &SliceView::resultsChanged);
    connect(&computation_, &SliceComputation::regionsChanged, this,
            [this] { Q_EMIT resultChanged(computation_.regions()); });
    connect(&computation_, &SliceComputation::failed, this, &SliceView::noticeRaised);
    for (const auto changed : {&Workspace::modelChanged, &Workspace::datasetChanged})
        connect(&workspace_, changed, this, [this] {  // what was under the pointer belongs to the old pair
            hover_ = {};
            update();
            Q_EMIT hoverChanged();
        });
    connect(&computation_, &SliceComputation::statusChanged, this, [this] {
        update();
        Q_EMIT statusChanged();
    });
}

double SliceView::pointScale() const {
    return logicalDpiY() / 72.0;
}

SliceStyle SliceView::style() const {
    SliceStyle style;
    style.fontPt = font().pointSizeF() > 0 ? std::max(font().pointSizeF() * 0.95, 6.0) : 9;
    style.linePt = 0.75;
    style.boundaryPt = 1.7;
    style.edgePt = 0.55;
    style.markerPt = 7;
    style.family = font().family();
    style.pixelsPerPoint = pointScale() * devicePixelRatioF();
    return style;
}

void SliceView::setSwitches(const SliceSwitches& switches) {
    switches_ = switches;
    updateLayout();
    ++pictureVersion_;
    requestImage();
    Q_EMIT switchesChanged();
}

void SliceView::setSamplesShown(int most) {
    samplesShown_ = std::max(0, most);
    resultsChanged();
}

void SliceView::setHoverCardShown(bool shown) {
    isHoverCardShown_ = shown;
    update();
}

// --- results ---

void SliceView::planeChanged(bool isNew) {
    hover_ = {};
    if (isNew) {
        ++builtVersion_;
        unitsPerPoint_ = 0;
        isFitted_ = true;
        drag_ = Drag::None;
        if (!computation_.hasPlane()) image_ = {};
        if (computation_.hasPlane() && wantedLook_) applyLook(*std::exchange(wantedLook_, std::nullopt));
    }
    anchors_ = computation_.anchorMarkers();
    samples_.clear();
    ++pictureVersion_;
    updateLayout();
    dimTimer_.start();
    // A new plane is wanted at once; a turning one when it rests.
    isNew ? computeVisible() : computeTimer_.start();
    update();
    Q_EMIT lookChanged();
    Q_EMIT turnChanged();
    Q_EMIT hoverChanged();
}

void SliceView::resultsChanged() {
    anchors_ = computation_.anchorMarkers();
    samples_ = nearestWithin(computation_.nearby().markers, layout_.low, layout_.high,
                             static_cast<std::size_t>(samplesShown_));
    ++pictureVersion_;
    requestImage();
    if (underMouse() || hover_.isValid) updateHover(pointer_);
    update();
}

SliceScene SliceView::screenScene() const {
    SliceScene scene;
    scene.field = computation_.field();
    scene.arrangement = computation_.arrangement();
    scene.classCount = std::max(2, workspace_.classCount());
    for (int label = 0; label < workspace_.classCount(); ++label)
        scene.classNames.push_back(workspace_.className(label));
    scene.switches = switches_;
    scene.switches.caption = false;
    scene.theme = screenTheme(*this);
    scene.markers = anchors_;
    scene.markers.insert(scene.markers.end(), samples_.begin(), samples_.end());
    scene.low = layout_.low;
    scene.high = layout_.high;
    return scene;
}

SliceScene SliceView::scene() const {
    SliceScene scene = screenScene();
    scene.switches.caption = switches_.caption;
    scene.theme = SceneTheme::light();
    return scene;
}

std::string SliceView::provenance() const {
    if (const auto& regions = computation_.regions())
        return describeProvenance(regions->provenance, computation_.plane(), regions->engine);
    return computation_.hasPlane()
               ? describeProvenance(computation_.sampledProvenance(), computation_.plane())
               : std::string();
}

// --- window ---

void SliceView::updateLayout() {
    if (!computation_.hasPlane() || width() < 20 || height() < 20) return;
    const SliceStyle s = style();
    SliceScene scene = screenScene();
    ScreenView view;
    view.legend = image_.legend;
    view.legendWidth = SliceLegend::reservedWidth(scene, s);
    if (unitsPerPoint_ == 0) {
        const auto box = boundingBox(computation_.built().plane.window);
        scene.low = box.low;
        scene.high = box.high;
        centre_ = (scene.low + scene.high) / 2;
    }
    view.centre = centre_;
    view.unitsPerPoint = unitsPerPoint_;
    layout_ = layoutSliceOnScreen(scene, s, QSizeF(width(), height()) / pointScale(), view);
    if (unitsPerPoint_ == 0) unitsPerPoint_ = (layout_.high.x() - layout_.low.x()) / layout_.plot.width();
}

void SliceView::windowMoved() {
    updateLayout();
    if (!computation_.hasPlane()) return;
    samples_ = nearestWithin(computation_.nearby().markers, layout_.low, layout_.high,
                             static_cast<std::size_t>(samplesShown_));
    if (!imageIsCurrent()) requestImage();
    computeTimer_.start();
    if (hover_.isValid && drag_ == Drag::None) updateHover(pointer_);
    update();
    Q_EMIT lookChanged();
}

void SliceView::applyLook(const SliceLook& look) {
    isFitted_ = look.isFitted || look.unitsPerPoint <= 0;
    centre_ = look.centre;
    unitsPerPoint_ = isFitted_ ? 0 : look.unitsPerPoint;
}

void SliceView::setLook(const SliceLook& wanted) {
    if (!computation_.hasPlane() || computation_.isLaying()) wantedLook_ = wanted;
    if (!computation_.hasPlane() || wanted == look()) return;
    if (wanted.isFitted && isFitted_) return;
    applyLook(wanted);
    windowMoved();
}

void SliceView::computeVisible() {
    computeTimer_.stop();
    if (!computation_.hasPlane() || layout_.plot.isEmpty()) return;
    computation_.computeWindow(layout_.low, layout_.high);
}

QRectF SliceView::plotRect() const {
    const double k = pointScale();
    return {layout_.plot.left() * k, layout_.plot.top() * k, layout_.plot.width() * k,
            layout_.plot.height() * k};
}

QPointF SliceView::widgetPoint(const Eigen::Vector2d& pointInSlice) const {
    return SliceMap::onto(plotRect(), layout_.low, layout_.high).toDrawing(pointInSlice);
}

Eigen::Vector2d SliceView::slicePoint(const QPointF& point) const {
    return SliceMap::onto(plotRect(), layout_.low, layout_.high).toSlice(point);
}

void SliceView::fit() {
    if (!computation_.hasPlane()) return;
    unitsPerPoint_ = 0;
    isFitted_ = true;
    windowMoved();
    computeVisible();
}

void SliceView::zoom(double factor) {
    zoomAt(plotRect().center(), factor);
}

void SliceView::zoomAt(const QPointF& point, double factor) {
    if (!computation_.hasPlane() || unitsPerPoint_ <= 0) return;
    const auto& window = computation_.built().plane.window;
    const double whole = (window[2] - window[0]).norm() / 400;
    const double wanted = std::clamp(unitsPerPoint_ / factor, whole / kMostZoom, whole * 1e4);
    const Eigen::Vector2d fixed = slicePoint(point);
    centre_ = fixed + (centre_ - fixed) * (wanted / unitsPerPoint_);
    unitsPerPoint_ = wanted;
    isFitted_ = false;
    windowMoved();
}

void SliceView::panBy(double fractionX, double fractionY) {
    isFitted_ = false;
    centre_ += Eigen::Vector2d(fractionX, fractionY).cwiseProduct(layout_.high - layout_.low);
    windowMoved();
}

void SliceView::setTurn(const SliceTurn& turn) {
    if (!computation_.hasPlane()) return;
    // What is at the centre of the view stays there while the axes turn beneath it.
    const double by = turn.rotation - computation_.turn().rotation;
    const Eigen::Vector2d pivot = windowCentre(computation_.built().plane);
    const Eigen::Rotation2Dd back(-by);
    centre_ = pivot + back * (centre_ - pivot);
    computation_.setTurn(turn);
}

void SliceView::copyPlane() {
    if (computation_.hasPlane()) planeClipboard() = computation_.plane();
}

void SliceView::pastePlane() {
    if (!planeClipboard()) {
        Q_EMIT noticeRaised(tr("No plane has been copied yet; copy one from a slice first."));
        return;
    }
    PlaneRecipe recipe = computation_.recipe();
    recipe.kind = PlaneKind::Pasted;
    recipe.pasted = planeClipboard();
    computation_.setRecipe(std::move(recipe));
}

void SliceView::resizeEvent(QResizeEvent*) {
    if (isFitted_) unitsPerPoint_ = 0;
    windowMoved();
}

void SliceView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange && event->type() != QEvent::FontChange &&
        event->type() != QEvent::StyleChange)
        return;
    ++pictureVersion_;
    windowMoved();
}

}  // namespace tessera
