// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/head_runs_model.h"

#include <QIcon>
#include <QLocale>
#include <QPainter>
#include <QPixmap>
#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera {

namespace {

constexpr std::size_t kMostPoints = 2048;  // of a curve; more than a screen has columns
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

QIcon swatch(const QColor& colour) {
    QPixmap pixmap(24, 24);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, 6, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(4, 12, 20, 12);
    return QIcon(pixmap);
}

bool isDiverged(const EpochPoint& point) {
    return !std::isfinite(point.trainLoss) || !std::isfinite(point.referenceLoss);
}

void take(HeadRun& run, std::int64_t& stride, const EpochPoint& point) {
    run.epochs = point.epoch + 1;
    run.last = point;
    if (!isDiverged(point) && (run.bestEpoch < 0 || point.referenceAccuracy > run.best.referenceAccuracy)) {
        run.bestEpoch = point.epoch;
        run.best = point;
    }
    if (point.epoch % stride != 0) return;
    run.points.push_back(point);
    if (run.points.size() < kMostPoints) return;
    stride *= 2;
    std::erase_if(run.points, [&](const EpochPoint& held) { return held.epoch % stride != 0; });
}

// As training itself decides that a head is done.
bool isAtItsEnd(const HeadRun& run) {
    return isDiverged(run.last) || run.epochs >= run.recipe.epochs ||
           run.last.epoch - run.bestEpoch >= run.recipe.patience;
}

}  // namespace

QString headRunStateText(HeadRun::State state) {
    switch (state) {
        case HeadRun::State::Waiting:
            return HeadRunsModel::tr("waiting");
        case HeadRun::State::Training:
            return HeadRunsModel::tr("training");
        case HeadRun::State::Trained:
            return HeadRunsModel::tr("trained");
        case HeadRun::State::Stopped:
            return HeadRunsModel::tr("stopped early");
        case HeadRun::State::Nothing:
            return HeadRunsModel::tr("no head");
    }
    return {};
}

void HeadRunsModel::begin(const std::vector<HeadRecipe>& recipes) {
    beginResetModel();
    runs_.clear();
    for (const auto& recipe : recipes) {
        HeadRun run;
        run.recipe = recipe;
        run.testAccuracy = kNaN;
        runs_.push_back(std::move(run));
    }
    strides_.assign(runs_.size(), 1);
    endResetModel();
}

void HeadRunsModel::add(std::size_t head, const EpochPoint& point) {
    if (head >= runs_.size()) return;
    HeadRun& run = runs_[head];
    take(run, strides_[head], point);
    run.state = isAtItsEnd(run) ? HeadRun::State::Trained : HeadRun::State::Training;
}

void HeadRunsModel::announce() {
    if (!runs_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
}

void HeadRunsModel::finish(const std::vector<Outcome>& outcomes) {
    for (std::size_t i = 0; i < std::min(outcomes.size(), runs_.size()); ++i) {
        HeadRun& run = runs_[i];
        const auto& [trained, testAccuracy, file] = outcomes[i];
        run.points.clear();
        run.bestEpoch = -1;
        strides_[i] = 1;
        for (const auto& point : trained->curve) take(run, strides_[i], point);
        run.bestEpoch = trained->bestEpoch;
        run.note = QString::fromStdString(trained->note);
        run.testAccuracy = testAccuracy;
        run.file = file;
        run.state = file.isEmpty()        ? HeadRun::State::Nothing
                    : trained->isComplete ? HeadRun::State::Trained
                                          : HeadRun::State::Stopped;
    }
    announce();
}

void HeadRunsModel::abandon() {
    for (auto& run : runs_) run.state = HeadRun::State::Nothing;
    announce();
}

std::vector<HeadCurve> HeadRunsModel::curves() const {
    const auto isByEpochs = [](const HeadRun& run) { return isTrainedByEpochs(run.recipe.method); };
    const auto first = std::find_if(runs_.begin(), runs_.end(), isByEpochs);
    // What all curves share need not be said of each.
    const auto varies = [&](auto field) {
        return std::any_of(first, runs_.end(), [&](const HeadRun& run) {
            return isByEpochs(run) && run.recipe.*field != first->recipe.*field;
        });
    };
    const bool isMethod = varies(&HeadRecipe::method), isSeed = varies(&HeadRecipe::seed),
               isRate = varies(&HeadRecipe::learningRate), isDecay = varies(&HeadRecipe::weightDecay);
    const QLocale plain = QLocale::c();
    std::vector<HeadCurve> curves;
    for (const auto& run : runs_) {
        QStringList parts;
        if (isMethod) parts << QLatin1String(headMethodName(run.recipe.method));
        if (isSeed) parts << tr("seed %1").arg(run.recipe.seed);
        if (isRate) parts << tr("lr %1").arg(plain.toString(run.recipe.learningRate));
        if (isDecay) parts << tr("wd %1").arg(plain.toString(run.recipe.weightDecay));
        curves.push_back({parts.isEmpty() ? QString::fromStdString(recipeText(run.recipe)) : parts.join(' '),
                          run.points, run.bestEpoch});
        // The end, which thinning may have left out.
        if (auto& points = curves.back().points; !points.empty() && points.back().epoch < run.last.epoch)
            points.push_back(run.last);
    }
    return curves;
}

int HeadRunsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(runs_.size());
}

int HeadRunsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumns;
}

QString HeadRunsModel::text(const HeadRun& run, int column) const {
    const QString none = QStringLiteral("–");
    const QLocale locale;
    const auto number = [&](bool isKnown, double value, char format, int digits) {
        return isKnown && std::isfinite(value) ? locale.toString(value, format, digits) : none;
    };
    switch (column) {
        case HeadColumn:
            return QString::fromStdString(recipeText(run.recipe));
        case StateColumn:
            return headRunStateText(run.state);
        case EpochsColumn:
            return isTrainedByEpochs(run.recipe.method) ? locale.toString(qlonglong(run.epochs)) : none;
        case LossColumn:
            return number(run.epochs > 0, run.last.trainLoss, 'g', 4);
        case ValidationColumn:
            return number(run.bestEpoch >= 0, run.best.referenceAccuracy, 'f', 4);
        case TestColumn:
            return number(true, run.testAccuracy, 'f', 4);
        case NoteColumn:
            return run.note;
        default:
            return {};
    }
}

QVariant HeadRunsModel::sortKey(const HeadRun& run, int column, int row) const {
    switch (column) {
        case HeadColumn:
            return row;  // seed by seed, as asked for
        case EpochsColumn:
            return qlonglong(run.epochs);
        case LossColumn:
            return run.epochs > 0 ? run.last.trainLoss : std::numeric_limits<double>::max();
        case ValidationColumn:
            return run.bestEpoch >= 0 ? run.best.referenceAccuracy : -1.0;
        case TestColumn:
            return std::isfinite(run.testAccuracy) ? run.testAccuracy : -1.0;
        default:
            return text(run, column);
    }
}

QVariant HeadRunsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const auto& run = runs_[static_cast<std::size_t>(index.row())];
    const bool isNumber = index.column() >= EpochsColumn && index.column() <= TestColumn;
    switch (role) {
        case Qt::DisplayRole:
            return text(run, index.column());
        case Qt::ToolTipRole:
            if (!run.note.isEmpty()) return run.note;
            return run.file.isEmpty() ? text(run, index.column()) : run.file;
        case Qt::DecorationRole:
            if (index.column() != HeadColumn || !isTrainedByEpochs(run.recipe.method)) return {};
            return swatch(headCurveColour(static_cast<std::size_t>(index.row()), runs_.size()));
        case Qt::TextAlignmentRole:
            return int((isNumber ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        case Qt::UserRole:
            return sortKey(run, index.column(), index.row());
        case kRowRole:
            return index.row();
        default:
            return {};
    }
}

QVariant HeadRunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return QAbstractTableModel::headerData(section, orientation, role);
    struct Header {
        QString text, tip;
    };
    const Header headers[kColumns] = {
        {tr("Head"), tr("Method and what varies")},
        {tr("State"), tr("A head that was stopped early holds its best epoch so far")},
        {tr("Epochs"), tr("That were run; none for heads that follow from the data")},
        {tr("Loss"), tr("Mean cross-entropy over the last epoch's batches, in nats")},
        {tr("Validation"), tr("Accuracy on the validation part, of the epoch that is kept")},
        {tr("Test"), tr("Accuracy on the test part")},
        {tr("Note"), tr("What went wrong or was approximated")}};
    if (section < 0 || section >= kColumns) return {};
    if (role == Qt::DisplayRole) return headers[section].text;
    if (role == Qt::ToolTipRole) return headers[section].tip;
    if (role == Qt::TextAlignmentRole)
        return int((section >= EpochsColumn && section <= TestColumn ? Qt::AlignRight : Qt::AlignLeft) |
                   Qt::AlignVCenter);
    return {};
}

}  // namespace tessera
