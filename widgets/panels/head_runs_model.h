// SPDX-License-Identifier: GPL-3.0-or-later
// Heads that are being trained, one row each, as their epochs come in.
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "core/heads/train_heads.h"
#include "widgets/scenes/head_curves_scene.h"

namespace tessera {

struct HeadRun {
    HeadRecipe recipe;
    // Waiting: nothing is known yet. Stopped: by hand, the best so far is kept. Nothing: no head came out.
    enum class State { Waiting, Training, Trained, Stopped, Nothing } state = State::Waiting;
    std::vector<EpochPoint> points;  // thinned where there are very many
    std::int64_t epochs = 0;         // done
    std::int64_t bestEpoch = -1;
    EpochPoint best, last;
    double testAccuracy;  // NaN: not known
    QString note, file;
};

class HeadRunsModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Columns {
        HeadColumn,
        StateColumn,
        EpochsColumn,
        LossColumn,
        ValidationColumn,
        TestColumn,
        NoteColumn,
        kColumns
    };
    static constexpr int kRowRole = Qt::UserRole + 1;  // place of the head in the list
    using QAbstractTableModel::QAbstractTableModel;

    void begin(const std::vector<HeadRecipe>& recipes);
    void add(std::size_t head, const EpochPoint& point);  // announce() tells the views
    void announce();
    struct Outcome {
        const TrainedHead* trained;
        double testAccuracy;
        QString file;  // empty: no head
    };
    void finish(const std::vector<Outcome>& outcomes);
    void abandon();  // cancelled or failed before anything was kept
    const std::vector<HeadRun>& runs() const { return runs_; }
    std::vector<HeadCurve> curves() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;  // UserRole: to sort by
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    QString text(const HeadRun& run, int column) const;
    QVariant sortKey(const HeadRun& run, int column, int row) const;
    std::vector<HeadRun> runs_;
    std::vector<std::int64_t> strides_;  // of the points kept
};

QString headRunStateText(HeadRun::State state);

}  // namespace tessera
