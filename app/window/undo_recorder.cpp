// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/undo_recorder.h"

#include <QDateTime>
#include <QStringList>

#include "app/window/view_area.h"

namespace tessera {

namespace {

constexpr int kMostSteps = 500;

using State = UndoRecorder::State;

// What differs, in words; a slice is looked at part by part.
QStringList differences(const State& a, const State& b) {
    QStringList parts;
    if (a.anchors != b.anchors) parts << QObject::tr("anchors");
    if (a.normalisation != b.normalisation) parts << QObject::tr("normalisation");
    if (a.selection != b.selection) parts << QObject::tr("selection");
    if (a.reference != b.reference) parts << QObject::tr("reference");
    if (a.subsets != b.subsets) parts << QObject::tr("subsets");
    for (const auto& [name, state] : a.slices) {
        const auto found = b.slices.find(name);
        if (found == b.slices.end()) continue;
        const SliceState& other = found->second;
        if (!sameRecipe(state.recipe, other.recipe)) parts << QObject::tr("plane");
        if (!(state.turn == other.turn)) parts << QObject::tr("turn");
        if (!(state.budget == other.budget)) parts << QObject::tr("budget");
        if (!sameSwitches(state.switches, other.switches) || state.samplesShown != other.samplesShown)
            parts << QObject::tr("drawing");
    }
    parts.removeDuplicates();
    return parts;
}

class Step : public QUndoCommand {
  public:
    Step(UndoRecorder& recorder, State before, State after, const QStringList& what)
        : QUndoCommand(QObject::tr("change of %1").arg(what.join(QObject::tr(" and ")))),
          recorder_(recorder),
          before_(std::move(before)),
          after_(std::move(after)),
          what_(what),
          at_(QDateTime::currentMSecsSinceEpoch()) {}

    void undo() override { recorder_.apply(before_); }
    void redo() override {
        if (std::exchange(isDone_, false)) return;  // it was done before it was recorded
        recorder_.apply(after_);
    }
    int id() const override { return 1; }
    bool mergeWith(const QUndoCommand* command) override {
        const auto* other = static_cast<const Step*>(command);
        if (other->what_ != what_ || other->at_ - at_ > UndoRecorder::kOneStepMs) return false;
        after_ = other->after_;
        at_ = other->at_;
        return true;
    }

  private:
    UndoRecorder& recorder_;
    State before_, after_;
    QStringList what_;
    qint64 at_;
    bool isDone_ = true;
};

class Deletion : public QUndoCommand {
  public:
    Deletion(ResultList& results, const QStringList& ids)
        : QUndoCommand(ids.size() == 1 ? QObject::tr("deletion of result %1").arg(ids.front())
                                       : QObject::tr("deletion of %1 results").arg(ids.size())),
          results_(results),
          ids_(ids) {}
    void redo() override {
        for (const QString& id : ids_) gone_.push_back(results_.remove(id));
    }
    void undo() override {
        while (!gone_.empty()) {
            results_.restore(std::move(gone_.back()));
            gone_.pop_back();
        }
    }

  private:
    ResultList& results_;
    QStringList ids_;
    std::vector<RemovedResult> gone_;
};

}  // namespace

UndoRecorder::UndoRecorder(Workspace& workspace, Opener& opener, ViewArea& views, ResultList& results,
                           QObject* parent)
    : QObject(parent), workspace_(workspace), opener_(opener), views_(views), results_(results) {
    stack_.setUndoLimit(kMostSteps);
    soon_.setSingleShot(true);
    connect(&soon_, &QTimer::timeout, this, &UndoRecorder::look);
    for (const auto changed : {&Workspace::anchorsChanged, &Workspace::normalisationChanged,
                               &Workspace::selectionChanged, &Workspace::subsetsChanged})
        connect(&workspace, changed, this, &UndoRecorder::lookSoon);
    connect(&workspace, &Workspace::referenceSampleChanged, this, &UndoRecorder::lookSoon);
    // What opening a file brings along is not a step of the user's.
    for (const auto changed : {&Workspace::modelChanged, &Workspace::datasetChanged})
        connect(&workspace, changed, this, [this] {
            isOtherDocument_ = true;
            lookSoon();
        });
    connect(&workspace, &Workspace::datasetChanged, this, [this] {
        if (workspace_.dataset() != dataset_) stack_.clear();
        dataset_ = workspace_.dataset();
    });
    for (SliceView* view : views.slices()) watch(view);
    connect(&views, &ViewArea::sliceAdded, this, &UndoRecorder::watch);
    known_ = now();
}

void UndoRecorder::watch(SliceView* view) {
    connect(&view->computation(), &SliceComputation::recipeChanged, this, &UndoRecorder::lookSoon);
    connect(view, &SliceView::switchesChanged, this, &UndoRecorder::lookSoon);
    known_.slices[view->objectName()] = sliceState(*view);
}

UndoRecorder::State UndoRecorder::now() const {
    State state;
    state.anchors = workspace_.anchors();
    state.normalisation = workspace_.normalisation();
    state.reference = workspace_.referenceSample();
    state.selection = known_.selection && *known_.selection == workspace_.selection()
                          ? known_.selection
                          : std::make_shared<const std::vector<qint64>>(workspace_.selection());
    state.subsets =
        known_.subsets && *known_.subsets == workspace_.subsets()
            ? known_.subsets
            : std::make_shared<const std::map<QString, std::vector<qint64>>>(workspace_.subsets());
    for (SliceView* view : views_.slices()) state.slices[view->objectName()] = sliceState(*view);
    return state;
}

void UndoRecorder::look() {
    soon_.stop();
    State state = now();
    if (std::exchange(isOtherDocument_, false)) {
        // Another model on the same data keeps the history of anchors and subsets.
        known_ = std::move(state);
        return;
    }
    const QStringList what = differences(known_, state);
    if (what.isEmpty()) return;
    State before = std::exchange(known_, state);
    stack_.push(new Step(*this, std::move(before), std::move(state), what));
}

void UndoRecorder::apply(const State& state) {
    if (state.normalisation != workspace_.normalisation()) opener_.setNormalisation(state.normalisation);
    workspace_.setAnchors(state.anchors);
    const auto held = workspace_.subsets();
    for (const auto& [name, samples] : held)
        if (!state.subsets->contains(name)) workspace_.removeSubset(name);
    for (const auto& [name, samples] : *state.subsets)
        if (const auto found = held.find(name); found == held.end() || found->second != samples)
            workspace_.setSubset(name, samples);
    workspace_.setSelection(*state.selection);
    workspace_.setReferenceSample(state.reference);
    for (SliceView* view : views_.slices()) {
        const auto found = state.slices.find(view->objectName());
        if (found == state.slices.end()) continue;
        SliceState wanted = found->second;
        wanted.look = view->look();  // where it looks is not a step
        if (!sameDocument(wanted, sliceState(*view))) applySliceState(*view, wanted);
    }
    known_ = now();
    soon_.stop();
}

void UndoRecorder::undo() {
    if (soon_.isActive()) look();
    stack_.undo();
}

void UndoRecorder::redo() {
    if (soon_.isActive()) look();
    stack_.redo();
}

void UndoRecorder::deleteResults(const QStringList& ids) {
    if (ids.isEmpty()) return;
    if (soon_.isActive()) look();
    stack_.push(new Deletion(results_, ids));
}

void UndoRecorder::forget() {
    soon_.stop();
    isOtherDocument_ = false;
    stack_.clear();
    known_ = now();
}

}  // namespace tessera
