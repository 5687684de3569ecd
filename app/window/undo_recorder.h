// SPDX-License-Identifier: GPL-3.0-or-later
// Undo and redo of all that changes the document. Looks at the whole state once the events of a moment are
// over, and records what became of it as one step: who changed it does not need to know.
#pragma once

#include <QTimer>
#include <QUndoStack>
#include <map>
#include <memory>

#include "app/window/opener.h"
#include "widgets/panels/result_list.h"
#include "widgets/views/slice_state.h"

namespace tessera {

class ViewArea;

class UndoRecorder : public QObject {
    Q_OBJECT
  public:
    // Steps of one kind that follow each other faster are one: a drag, a run of arrow keys.
    static constexpr qint64 kOneStepMs = 700;

    UndoRecorder(Workspace& workspace, Opener& opener, ViewArea& views, ResultList& results,
                 QObject* parent = nullptr);

    QUndoStack& stack() { return stack_; }
    void undo();
    void redo();
    void deleteResults(const QStringList& ids);  // as a step
    void forget();                               // another document: nothing to go back to

    struct State {
        std::vector<qint64> anchors;
        Normalisation normalisation;
        std::shared_ptr<const std::vector<qint64>> selection;  // shared between steps that leave it alone
        qint64 reference = -1;
        std::shared_ptr<const std::map<QString, std::vector<qint64>>> subsets;
        std::map<QString, SliceState> slices;  // by the view's name
    };
    void apply(const State& state);

  private:
    void watch(SliceView* view);
    void lookSoon() { soon_.start(0); }
    void look();
    State now() const;

    Workspace& workspace_;
    Opener& opener_;
    ViewArea& views_;
    ResultList& results_;
    QUndoStack stack_;
    QTimer soon_;
    State known_;
    std::shared_ptr<const Dataset> dataset_;  // whose samples the steps speak of
    bool isOtherDocument_ = false;
};

}  // namespace tessera
