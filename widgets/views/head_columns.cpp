// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/head_columns.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QResizeEvent>
#include <QScrollArea>
#include <QShortcut>
#include <QSlider>
#include <QStandardItemModel>
#include <QToolButton>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "widgets/scenes/scene_text.h"
#include "widgets/views/input_picture.h"
#include "widgets/views/result_view.h"

namespace tessera {
namespace {

constexpr std::size_t kFirstShown = 4;
constexpr int kColumnWidth = 270;  // at least, before a column goes to the next row
constexpr int kLegendWidth = 420;  // of a column that has room for its legend
constexpr int kSampleWidth = 220;  // of the bar's text, before it gets a row of its own
constexpr double kBeyond = 1.25;   // of the camera's reach, that is computed at least
constexpr int kMapPause = 120;     // ms after the camera moved

QToolButton* menuButton(const QString& text, const QString& tip) {
    auto* button = new QToolButton;
    button->setText(text);
    button->setToolTip(tip);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button->setMenu(new QMenu(button));
    return button;
}

}  // namespace

HeadColumns::HeadColumns(Workspace& workspace, JobRunner& jobs, ThumbnailCache& thumbnails, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      jobs_(jobs),
      thumbnails_(thumbnails),
      search_(workspace, jobs),
      differenceColumn_(new QWidget),
      difference_(new HeadCanvas(jobs)),
      differenceText_(new QLabel),
      sampleBar_(new QWidget),
      lookBar_(new QWidget),
      bars_(new QGridLayout),
      axes_(new QComboBox),
      fill_(new QComboBox),
      sample_(new QLabel),
      note_(new QLabel),
      scroll_(new QScrollArea),
      content_(new QWidget),
      grid_(new QGridLayout(content_)),
      steps_(new QWidget),
      slider_(new QSlider(Qt::Horizontal)),
      step_(new QLabel) {
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(6, 4, 6, 4);
    rows->setSpacing(4);
    makeBar(rows);
    note_->setWordWrap(true);
    note_->setMargin(8);
    note_->setObjectName(QStringLiteral("compareNote"));
    note_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    rows->addWidget(note_);
    note_->hide();
    makeGrid();
    rows->addWidget(scroll_, 1);
    makeSteps(rows);

    mapTimer_.setSingleShot(true);
    mapTimer_.setInterval(kMapPause);
    connect(&mapTimer_, &QTimer::timeout, this, [this] {
        // What any column sees: they differ in shape by a row of text.
        Eigen::Vector2d low(INFINITY, INFINITY), high = -low;
        for (const auto* canvas : canvases_)
            if (const auto on = canvas->frame()) low = low.cwiseMin(on->low), high = high.cwiseMax(on->high);
        if (const auto on = difference_->frame()) low = low.cwiseMin(on->low), high = high.cwiseMax(on->high);
        if (!(low.x() < high.x())) return;
        // A little beyond, for figures of another shape and small moves.
        const Eigen::Vector2d beyond = Eigen::Vector2d::Constant(kBeyond * look_.camera.reach);
        search_.computeWindow(low.cwiseMin(look_.camera.centre - beyond),
                              high.cwiseMax(look_.camera.centre + beyond));
    });
    connect(&search_, &HeadSearch::tracesChanged, this, &HeadColumns::tracesChanged);
    connect(&search_, &HeadSearch::mapsChanged, this, [this](std::size_t head) {
        updateScene(head);
        updateDifference();
    });
    connect(&search_, &HeadSearch::statusChanged, this, &HeadColumns::showNote);
    connect(&workspace_, &Workspace::currentSampleChanged, this, [this](qint64 sample) {
        if (sample >= 0) search_.setSample(sample);
    });
    updateReadouts();
}

void HeadColumns::makeBar(QLayout* rows) {
    sample_->setObjectName(QStringLiteral("compareSample"));
    sample_->setToolTip(tr("The searches start from the current sample, as in the list of samples."));
    sample_->setMinimumWidth(80);
    sample_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    back_ = new QToolButton;
    back_->setText(tr("Back to the sample"));
    back_->setToolTip(tr("Search from the sample again, not from where its start was dragged."));
    back_->hide();
    next_ = new QToolButton;
    // Of this view: others may be open beside it.
    auto* key = new QShortcut(Qt::Key_N, this, this, &HeadColumns::nextWanted);
    key->setContext(Qt::WidgetWithChildrenShortcut);
    fit_ = new QToolButton;
    fit_->setText(tr("Fit"));
    fit_->setToolTip(tr("Show all that the slice was laid through (Home, or double-click)."));
    axes_->setAccessibleName(tr("Slice through"));
    axes_->setToolTip(tr("What lies in the slice beside the sample and the first head's search."));
    axes_->addItem(tr("Slice: nearest reference"), int(TracePlane::NearestReference));
    axes_->addItem(tr("Slice: boundary normal"), int(TracePlane::BoundaryNormal));
    axes_->addItem(tr("Slice: second search"), int(TracePlane::TwoHeads));
    fill_->setAccessibleName(tr("Colours"));
    fill_->addItem(tr("Colour: class"), int(HeadLook::Fill::Class));
    fill_->addItem(tr("Colour: support"), int(HeadLook::Fill::Support));
    fill_->setToolTip(
        tr("The predicted class, paler where references do not support the target; or how well "
           "they support it, in thresholds."));
    for (auto* box : {axes_, fill_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        box->setMinimumWidth(90);
    }
    fit_->setObjectName(QStringLiteral("compareFit"));
    heads_ = menuButton(tr("Heads"), tr("Which heads are shown."));
    shows_ = menuButton(tr("Show"), tr("What is drawn over the classes."));
    const auto addSwitch = [this](const QString& text, bool HeadLook::*part) {
        auto* action = shows_->menu()->addAction(text);
        action->setCheckable(true);
        action->setChecked(look_.*part);
        connect(action, &QAction::toggled, this, [this, part](bool on) {
            HeadLook changed = look_;
            changed.*part = on;
            setLook(changed);
        });
    };
    addSwitch(tr("&Support threshold and veil"), &HeadLook::support);
    addSwitch(tr("Search &path"), &HeadLook::path);
    addSwitch(tr("&Trust radius"), &HeadLook::ball);
    addSwitch(tr("&Minimal flip"), &HeadLook::minimalFlip);
    addSwitch(tr("&Nearest references"), &HeadLook::references);
    addSwitch(tr("Region &edges"), &HeadLook::edges);
    const auto row = [](QWidget* whole, std::initializer_list<QWidget*> parts) {
        auto* bar = new QHBoxLayout(whole);
        bar->setContentsMargins(0, 0, 0, 0);
        bar->setSpacing(6);
        for (auto* part : parts) bar->addWidget(part);
    };
    row(sampleBar_, {sample_, back_, next_});
    row(lookBar_, {axes_, fill_, shows_, heads_, fit_});
    static_cast<QHBoxLayout*>(sampleBar_->layout())->setStretch(0, 1);
    lookBar_->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    sampleBar_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    bars_->setContentsMargins(0, 0, 0, 0);
    bars_->setSpacing(4);
    static_cast<QVBoxLayout*>(rows)->addLayout(bars_);
    arrangeBars();

    connect(back_, &QToolButton::clicked, this, [this] { search_.setSample(search_.sample()); });
    connect(next_, &QToolButton::clicked, this, &HeadColumns::nextWanted);
    connect(fit_, &QToolButton::clicked, this, &HeadColumns::fit);
    connect(axes_, &QComboBox::activated, this,
            [this] { search_.setPlane(TracePlane(axes_->currentData().toInt())); });
    connect(fill_, &QComboBox::activated, this, [this] {
        HeadLook changed = look_;
        changed.fill = HeadLook::Fill(fill_->currentData().toInt());
        setLook(changed);
    });
}

// Side by side where there is room.
void HeadColumns::arrangeBars() {
    const bool isWide = width() >= lookBar_->sizeHint().width() + next_->sizeHint().width() + kSampleWidth;
    bars_->removeWidget(sampleBar_);
    bars_->removeWidget(lookBar_);
    bars_->addWidget(sampleBar_, 0, 0);
    bars_->addWidget(lookBar_, isWide ? 0 : 1, isWide ? 1 : 0, Qt::AlignLeft);
    bars_->setColumnStretch(0, 1);
}

void HeadColumns::makeGrid() {
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setAccessibleName(tr("Heads side by side"));
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setSpacing(6);
    scroll_->setWidget(content_);
    auto* own = new QVBoxLayout(differenceColumn_);
    own->setContentsMargins(0, 0, 0, 0);
    own->setSpacing(2);
    own->addWidget(difference_, 1);
    // As high as what is under the other pictures, so that all are of one size.
    differenceText_->setWordWrap(true);
    differenceText_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    differenceText_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    own->addWidget(differenceText_);
    own->addSpacing(NeighbourStrip(thumbnails_).sizeHint().height() + 2);
    difference_->setAccessibleName(tr("Where the heads differ"));
    differenceColumn_->hide();
    connect(difference_, &HeadCanvas::cameraChanged, this, &HeadColumns::moveCamera);
    connect(difference_, &HeadCanvas::cameraSettled, this, &HeadColumns::mapSoon);
    connect(difference_, &HeadCanvas::fitRequested, this, &HeadColumns::fit);
    connect(difference_, &HeadCanvas::resized, this, &HeadColumns::resizedCanvas);
}

void HeadColumns::makeSteps(QLayout* rows) {
    auto* bar = new QHBoxLayout(steps_);
    bar->setContentsMargins(0, 0, 0, 0);
    auto* label = new QLabel(tr("S&tep"));
    label->setBuddy(slider_);
    slider_->setAccessibleName(tr("Step of the searches"));
    slider_->setToolTip(
        tr("Scrubs through the searches of all heads; each stays at its end once it is there."));
    step_->setMinimumWidth(step_->fontMetrics().horizontalAdvance(QStringLiteral("0000 of 0000")));
    bar->addWidget(label);
    bar->addWidget(slider_, 1);
    bar->addWidget(step_);
    static_cast<QVBoxLayout*>(rows)->addWidget(steps_);
    connect(slider_, &QSlider::valueChanged, this, [this](int value) {
        look_.step = value;
        updateScenes();
        updateReadouts();
    });
}

void HeadColumns::setColumns(std::vector<ComparedColumn> columns, const ParameterMap& parameters,
                             std::uint64_t seed) {
    const bool areOthers = [&] {
        if (columns.size() != all_.size()) return true;
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (columns[i].model != all_[i].model || columns[i].name != all_[i].name) return true;
        return false;
    }();
    all_ = std::move(columns);
    parameters_ = parameters;
    seed_ = seed;
    if (areOthers) {
        isShown_.assign(all_.size(), false);
        for (std::size_t i = 0; i < std::min(kFirstShown, all_.size()); ++i) isShown_[i] = true;
    }
    const bool areSeveral = all_.size() > 1;
    heads_->setVisible(areSeveral);
    next_->setText(areSeveral ? tr("Next that differs") : tr("Next flip"));
    next_->setToolTip(areSeveral
                          ? tr("Go to the next sample at which the heads do not agree in prediction, flip "
                               "or support (N).")
                          : tr("Go to the next sample that flips (N)."));
    heads_->menu()->clear();
    for (std::size_t i = 0; i < all_.size(); ++i) {
        auto* action = heads_->menu()->addAction(QString(all_[i].name).replace('&', QLatin1String("&&")));
        action->setCheckable(true);
        action->setChecked(isShown_[i]);
        connect(action, &QAction::toggled, this, [this, i](bool on) {
            isShown_[i] = on;
            searchAgain();
        });
    }
    searchAgain();
}

std::vector<std::size_t> HeadColumns::shownHeads() const {
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < isShown_.size(); ++i)
        if (isShown_[i]) shown.push_back(i);
    return shown;
}

void HeadColumns::setShownHeads(const std::vector<std::size_t>& heads) {
    const auto actions = heads_->menu()->actions();
    for (std::size_t i = 0; i < isShown_.size(); ++i) {
        isShown_[i] = std::find(heads.begin(), heads.end(), i) != heads.end();
        const QSignalBlocker quiet(actions[static_cast<qsizetype>(i)]);
        actions[static_cast<qsizetype>(i)]->setChecked(isShown_[i]);
    }
    searchAgain();
}

void HeadColumns::searchAgain() {
    std::vector<ComparedColumn> shown;
    for (const auto i : shownHeads()) shown.push_back(all_[i]);
    while (columns_.size() > shown.size()) {
        delete columns_.back().whole;
        columns_.pop_back();
    }
    while (columns_.size() < shown.size()) {
        Column column;
        column.whole = new QWidget;
        column.canvas = new HeadCanvas(jobs_);
        column.readout = new QLabel;
        column.neighbours = new NeighbourStrip(thumbnails_);
        column.readout->setTextInteractionFlags(Qt::TextSelectableByMouse);
        column.readout->setWordWrap(true);
        column.readout->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
        column.readout->setAlignment(Qt::AlignTop | Qt::AlignLeft);
        auto* own = new QVBoxLayout(column.whole);
        own->setContentsMargins(0, 0, 0, 0);
        own->setSpacing(2);
        own->addWidget(column.canvas, 1);
        own->addWidget(column.readout);
        own->addWidget(column.neighbours);
        connect(column.canvas, &HeadCanvas::cameraChanged, this, &HeadColumns::moveCamera);
        connect(column.canvas, &HeadCanvas::cameraSettled, this, &HeadColumns::mapSoon);
        connect(column.canvas, &HeadCanvas::fitRequested, this, &HeadColumns::fit);
        connect(column.canvas, &HeadCanvas::resized, this, &HeadColumns::resizedCanvas);
        connect(column.canvas, &HeadCanvas::startDragged, &search_, &HeadSearch::moveStart);
        connect(column.canvas, &HeadCanvas::startDropped, this, &HeadColumns::mapSoon);
        connect(column.neighbours, &NeighbourStrip::chosen, &workspace_, &Workspace::setCurrentSample);
        columns_.push_back(column);
    }
    canvases_.clear();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        columns_[i].canvas->setAccessibleName(tr("Slice of %1").arg(shown[i].name));
        columns_[i].canvas->setScene(nullptr);
        columns_[i].canvas->setEmptyText(tr("Searching under %1…").arg(shown[i].name));
        canvases_.push_back(columns_[i].canvas);
    }
    axes_->setEnabled(!shown.empty());
    // The last entry is of two searches.
    qobject_cast<QStandardItemModel*>(axes_->model())->item(axes_->count() - 1)->setEnabled(shown.size() > 1);
    arrange();
    shared_.reset();
    search_.setColumns(std::move(shown), parameters_, seed_);
    search_.setSample(workspace_.currentSample());
}

void HeadColumns::arrange() {
    while (grid_->count() > 0) delete grid_->takeAt(0);
    const bool hasDifference = columns_.size() > 1;
    const int cells = static_cast<int>(columns_.size()) + (hasDifference ? 1 : 0);
    if (cells == 0) return differenceColumn_->hide();
    const int fitting = std::max(1, (scroll_->viewport()->width() + 6) / (kColumnWidth + 6));
    // As even as the rows can be: five in rows of three and two, not of four and one.
    const int rows = (cells + fitting - 1) / fitting, across = (cells + rows - 1) / rows;
    for (int i = 0; i < 24; ++i) grid_->setColumnStretch(i, i < across ? 1 : 0);
    for (int i = 0; i < cells; ++i) {
        QWidget* cell = i < static_cast<int>(columns_.size()) ? columns_[static_cast<std::size_t>(i)].whole
                                                              : differenceColumn_;
        grid_->addWidget(cell, i / across, i % across);
        cell->show();
    }
    if (!hasDifference) differenceColumn_->hide();
}

void HeadColumns::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrangeBars();
    arrange();
}

// A wider one has room for its legend, and sees more.
void HeadColumns::resizedCanvas() {
    updateScenes();
    mapSoon();
}

void HeadColumns::setNote(const QString& sentence) {
    noteText_ = sentence;
    showNote();
}

// What went wrong comes before what else there is to know.
void HeadColumns::showNote() {
    const QString& text = search_.problem().isEmpty() ? noteText_ : search_.problem();
    note_->setText(text);
    note_->setVisible(!text.isEmpty());
}

void HeadColumns::tracesChanged(bool isNewPlane) {
    const bool isThere = search_.hasTraces();
    steps_->setEnabled(isThere);
    if (isThere) {
        auto shared = std::make_shared<HeadShared>();
        shared->laid = search_.laid();
        const SceneContext context = sceneContext(workspace_);
        shared->classNames = context.classNames;
        shared->classCount = context.classCount;
        shared->start = search_.start();
        shared->references = search_.references();
        shared_ = std::move(shared);
        // The end of the searches is what one looks at first; while one scrubs, the step stays.
        const bool wasAtEnd = slider_->value() == slider_->maximum() || look_.step < 0;
        const QSignalBlocker quiet(slider_);
        slider_->setRange(0, mostSteps());
        slider_->setPageStep(std::max(1, mostSteps() / 20));
        if (wasAtEnd || isNewPlane) slider_->setValue(slider_->maximum());
        look_.step = slider_->value();
    } else {
        shared_.reset();
    }
    if (isThere && isNewPlane) fit();
    updateScenes();
    updateReadouts();
    // A dragged start may have other targets, with other support.
    if (isThere && !isNewPlane) mapSoon();
}

std::int32_t HeadColumns::mostSteps() const {
    std::int32_t most = 0;
    for (const auto& trace : search_.traces()) most = std::max(most, trace->flip.steps);
    return most;
}

void HeadColumns::fit() {
    if (!search_.laid()) return;
    const auto box = boundingBox(search_.laid()->plane.window);
    // Of the window that the slice was laid with; all paths and boundary normals end in it.
    moveCamera({(box.low + box.high) / 2, (box.high - box.low).minCoeff() / 2});
    mapSoon();
}

void HeadColumns::moveCamera(const HeadCamera& camera) {
    look_.camera = camera;
    updateScenes();
}

void HeadColumns::mapSoon() {
    if (search_.hasTraces()) mapTimer_.start();
}

void HeadColumns::setLook(const HeadLook& look) {
    const auto camera = look_.camera;
    look_ = look;
    fill_->setCurrentIndex(fill_->findData(int(look.fill)));
    updateScenes();
    if (!(camera == look.camera)) mapSoon();
}

std::shared_ptr<HeadScene> HeadColumns::sceneOf(std::size_t place, bool forFigure) const {
    auto scene = std::make_shared<HeadScene>();
    scene->name = search_.columns()[place].name;
    scene->shared = shared_;
    scene->trace = search_.traces()[place];
    scene->radius = search_.columns()[place].radius;
    scene->look = look_;
    scene->look.legend = forFigure || columns_[place].canvas->width() >= kLegendWidth;
    if (place < search_.maps().size()) {
        const auto& maps = search_.maps()[place];
        scene->field = maps.field;
        scene->arrangement = maps.arrangement;
        // Not that of another target, while the one of this is under way.
        if (maps.support && maps.support->ofClass == scene->trace->flip.target) scene->support = maps.support;
    }
    return scene;
}

std::shared_ptr<HeadDifferenceScene> HeadColumns::differenceScene(bool forFigure) const {
    auto scene = std::make_shared<HeadDifferenceScene>();
    scene->shared = shared_;
    scene->look = look_;
    scene->look.legend = forFigure || difference_->width() >= kLegendWidth;
    for (std::size_t i = 0; i < search_.columns().size(); ++i) {
        scene->names.push_back(search_.columns()[i].name);
        scene->fields.push_back(i < search_.maps().size() ? search_.maps()[i].field : nullptr);
    }
    return scene;
}

void HeadColumns::updateScene(std::size_t place) {
    if (place < columns_.size())
        columns_[place].canvas->setScene(isThere() ? sceneOf(place, false) : nullptr);
}

void HeadColumns::updateDifference() {
    difference_->setScene(isThere() && columns_.size() > 1 ? differenceScene(false) : nullptr);
}

void HeadColumns::updateScenes() {
    for (std::size_t i = 0; i < columns_.size(); ++i) updateScene(i);
    updateDifference();
}

QString HeadColumns::readout(std::size_t place) const {
    if (place >= search_.traces().size()) return {};
    const auto& trace = *search_.traces()[place];
    const auto at = trace.placeOf(look_.step);
    const auto row = trace.logits.row(static_cast<Eigen::Index>(at));
    Eigen::Index best = 0;
    const double largest = row.maxCoeff(&best);
    const double share = 1 / (row.array() - largest).exp().sum();
    const double support = trace.support[at];
    const auto name = [&](int label) { return workspace_.className(label); };
    QString text = tr("step %1: %2 (%3 %) · margin %4")
                       .arg(trace.path.step[at])
                       .arg(name(static_cast<int>(best)))
                       .arg(100 * share, 0, 'f', 1)
                       .arg(shortNumber(trace.margin(at)));
    const QString threshold = std::isnan(trace.threshold) ? tr("none") : shortNumber(trace.threshold);
    text += '\n' + (std::isinf(support)
                        ? tr("too few references of %1").arg(name(trace.flip.target))
                        : tr("support of %1: %2 %3 %4")
                              .arg(name(trace.flip.target), shortNumber(support),
                                   support <= trace.threshold ? QString(QChar(0x2264)) : QStringLiteral(">"),
                                   threshold));
    text += tr(" · boundary %1").arg(shortNumber(trace.boundary.runnerUp));
    if (trace.boundary.nearest < trace.boundary.runnerUp * (1 - 1e-9))
        text +=
            tr(", nearest %1 to %2").arg(shortNumber(trace.boundary.nearest), name(trace.boundary.beyond));
    return text;
}

// Every logit at the slider's step, and where the search went from one class to another.
QString HeadColumns::details(std::size_t place) const {
    if (place >= search_.traces().size()) return {};
    const auto& trace = *search_.traces()[place];
    const auto at = trace.placeOf(look_.step);
    const auto name = [&](Eigen::Index label) { return workspace_.className(static_cast<int>(label)); };
    QStringList lines{tr("Logits at step %1").arg(trace.path.step[at])};
    const auto row = trace.logits.row(static_cast<Eigen::Index>(at));
    std::vector<Eigen::Index> order(static_cast<std::size_t>(row.size()));
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return row[a] > row[b]; });
    constexpr std::size_t kMostLogits = 12;
    for (std::size_t i = 0; i < std::min(kMostLogits, order.size()); ++i)
        lines << QStringLiteral("%1: %2").arg(name(order[i]), shortNumber(row[order[i]], 4));
    if (order.size() > kMostLogits) lines << tr("and %1 more").arg(order.size() - kMostLogits);
    Eigen::Index before = 0;
    trace.logits.row(0).maxCoeff(&before);
    for (Eigen::Index step = 1; step < trace.logits.rows(); ++step) {
        Eigen::Index here = 0;
        trace.logits.row(step).maxCoeff(&here);
        if (here == before) continue;
        lines << tr("step %1: from %2 to %3")
                     .arg(trace.path.step[static_cast<std::size_t>(step)])
                     .arg(name(before), name(here));
        before = here;
    }
    return lines.join('\n');
}

void HeadColumns::updateReadouts() {
    const auto& dataset = workspace_.dataset();
    const qint64 sample = search_.sample();
    if (!search_.hasTraces() || !dataset || sample < 0 || sample >= dataset->size()) {
        sample_->setText(sample < 0 ? tr("Choose a sample to search from.") : QString());
        back_->hide();
        step_->clear();
    } else {
        const QString name = QString::fromStdString(dataset->sampleName(sample));
        const QString label = dataset->label(sample) < 0
                                  ? QString()
                                  : tr(", label %1").arg(workspace_.className(dataset->label(sample)));
        sample_->setText(search_.isMoved() ? tr("From a point by hand, near %1").arg(name)
                                           : tr("From %1%2").arg(name, label));
        back_->setVisible(search_.isMoved());
        step_->setText(tr("%1 of %2").arg(slider_->value()).arg(slider_->maximum()));
    }
    differenceText_->setText(
        search_.hasTraces() && columns_.size() > 1
            ? tr("class colour: all %1 heads agree\nred, darker: more of them do not").arg(columns_.size())
            : QString());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        columns_[i].readout->setText(readout(i));
        columns_[i].readout->setToolTip(details(i));
        std::vector<NeighbourStrip::Neighbour> neighbours;
        QStringList names;
        if (i < search_.traces().size() && search_.references()) {
            const auto& trace = *search_.traces()[i];
            const auto at = static_cast<std::int64_t>(trace.placeOf(look_.step));
            for (int n = 0; n < trace.nearest.k; ++n) {
                const auto index = trace.nearest.indices(at)[static_cast<std::size_t>(n)];
                if (index < 0) continue;
                const auto reference = search_.references()->samples[static_cast<std::size_t>(index)];
                neighbours.push_back({reference, trace.nearest.distances(at)[static_cast<std::size_t>(n)]});
                names << tr("Nearest reference of %1: %2, distance %3")
                             .arg(workspace_.className(trace.flip.target),
                                  QString::fromStdString(dataset->sampleName(reference)),
                                  shortNumber(neighbours.back().distance));
            }
        }
        columns_[i].neighbours->show(std::move(neighbours), std::move(names), pointPicture(i));
    }
}

// Where the inputs are images, the search makes one.
QImage HeadColumns::pointPicture(std::size_t place) const {
    const auto& dataset = workspace_.dataset();
    if (!dataset || !dataset->isImage() || place >= search_.traces().size()) return {};
    const auto& trace = *search_.traces()[place];
    const auto at = static_cast<Eigen::Index>(trace.placeOf(look_.step));
    return inputPicture(trace.path.points.row(at).transpose(),
                        pictureShape(search_.columns()[place].model->info().inputShape, dataset.get()),
                        workspace_.normalisation());
}

std::vector<std::shared_ptr<const PanelScene>> HeadColumns::panels() const {
    std::vector<std::shared_ptr<const PanelScene>> panels;
    if (!isThere()) return panels;
    std::vector<std::shared_ptr<HeadScene>> heads;
    std::shared_ptr<HeadDifferenceScene> difference;
    // Block by block, each with its heading: one head may show a class that another does not.
    std::vector<std::vector<LegendItem>> blocks;
    const auto add = [&](const std::vector<LegendItem>& items) {
        std::vector<LegendItem>* block = nullptr;
        for (const auto& item : items) {
            if (item.mark == LegendItem::Mark::Heading) {
                const auto known = std::find_if(blocks.begin(), blocks.end(),
                                                [&](const auto& own) { return own.front() == item; });
                block = known == blocks.end() ? &blocks.emplace_back(1, item) : &*known;
            } else if (block && std::find(block->begin(), block->end(), item) == block->end()) {
                block->push_back(item);
            }
        }
    };
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        heads.push_back(sceneOf(i, true));
        add(heads.back()->legend());
    }
    if (columns_.size() > 1) {
        difference = differenceScene(true);
        add(difference->legend());
    }
    std::vector<LegendItem> legend;
    for (const auto& block : blocks) legend.insert(legend.end(), block.begin(), block.end());
    for (auto& head : heads) {
        head->commonLegend = legend;
        panels.push_back(head);
    }
    if (difference) {
        difference->commonLegend = legend;
        panels.push_back(difference);
    }
    return panels;
}

bool HeadColumns::isSettled() const {
    for (const auto* canvas : canvases_)
        if (canvas->isVisible() && !canvas->isUpToDate()) return false;
    return !search_.isBusy() && !mapTimer_.isActive();
}

}  // namespace tessera
