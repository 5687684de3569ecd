// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/results_model.h"

#include <QApplication>
#include <QDateTime>
#include <QLocale>
#include <QPalette>

#include "widgets/panels/jobs_panel.h"
#include "widgets/panels/theme.h"

namespace tessera {

namespace {

QString iconOf(const ResultEntry& entry) {
    if (entry.isRunning) return QStringLiteral("jobs");
    switch (entry.about.outcome) {
        case Outcome::Complete:
            return QStringLiteral("mark-exact");
        case Outcome::Partial:
            return QStringLiteral("mark-sampled");
        case Outcome::Failed:
            return QStringLiteral("problem");
        case Outcome::Cancelled:
            break;
    }
    return QStringLiteral("close");
}

}  // namespace

ResultsModel::ResultsModel(ResultList& results, JobRunner& jobs, std::vector<ProbeDescription> probes,
                           QObject* parent)
    : QAbstractTableModel(parent),
      results_(results),
      jobs_(jobs),
      probes_(std::move(probes)),
      shown_(results.entries().size()) {
    connect(&results_, &ResultList::added, this, [this](int listRow) {
        const int place = static_cast<int>(shown_) - listRow;
        beginInsertRows({}, place, place);
        ++shown_;
        endInsertRows();
    });
    connect(&results_, &ResultList::removing, this, [this](int listRow) {
        const int place = row(listRow);
        beginRemoveRows({}, place, place);
    });
    connect(&results_, &ResultList::removed, this, [this] {
        --shown_;
        endRemoveRows();
    });
    connect(&results_, &ResultList::changed, this, [this](int listRow) {
        Q_EMIT dataChanged(index(row(listRow), 0), index(row(listRow), kColumns - 1));
    });
    connect(&results_, &ResultList::wasReset, this, [this] {
        beginResetModel();
        shown_ = results_.entries().size();
        endResetModel();
    });
    connect(&jobs_, &JobRunner::jobChanged, this, [this](JobId id) {
        const auto& entries = results_.entries();
        for (std::size_t i = 0; i < entries.size() && i < shown_; ++i)
            if (entries[i].isRunning && entries[i].job == id) {
                const QModelIndex cell = index(row(static_cast<int>(i)), OutcomeColumn);
                Q_EMIT dataChanged(cell, cell);
            }
    });
}

const ResultEntry& ResultsModel::at(int place) const {
    return results_.entries()[static_cast<std::size_t>(row(place))];
}

QString ResultsModel::idAt(int place) const {
    return place >= 0 && place < rowCount() ? at(place).id() : QString();
}

int ResultsModel::rowOf(const QString& id) const {
    const int listRow = results_.rowOf(id);
    return listRow < 0 ? -1 : row(listRow);
}

int ResultsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(std::min(shown_, results_.entries().size()));
}

const ProbeDescription* ResultsModel::description(const std::string& probe) const {
    for (const auto& description : probes_)
        if (description.name == probe) return &description;
    return nullptr;
}

QString ResultsModel::text(const ResultEntry& entry, int column) const {
    const SessionResult& about = entry.about;
    switch (column) {
        case Name:
            return entry.id();
        case Probe:
            return QString::fromStdString(about.title);
        case Changed: {
            const QString changed = changedParametersText(about, description(about.probe));
            return changed.isEmpty() ? tr("defaults") : changed;
        }
        case Samples:
            return entry.scope;
        case OutcomeColumn: {
            if (!entry.isRunning) return outcomeSentence(entry);
            const QString progress = jobProgressText(jobs_.job(entry.job));
            return progress.isEmpty() ? tr("running") : tr("running · %1").arg(progress);
        }
        case Seconds:
            return about.provenance.seconds > 0 ? durationText(qint64(about.provenance.seconds * 1000))
                                                : QString();
        case Started:
            return QLocale().toString(
                QDateTime::fromString(QString::fromStdString(about.started), Qt::ISODate)
                    .toLocalTime()
                    .time(),
                QLocale::ShortFormat);
        default:
            return {};
    }
}

QVariant ResultsModel::data(const QModelIndex& cell, int role) const {
    if (!cell.isValid() || cell.row() >= rowCount()) return {};
    const ResultEntry& entry = at(cell.row());
    switch (role) {
        case Qt::DisplayRole:
        case Qt::AccessibleTextRole:
            return text(entry, cell.column());
        case Qt::ToolTipRole:
            return text(entry, cell.column());
        case Qt::DecorationRole:
            return cell.column() == Name ? QVariant(themedIcon(iconOf(entry))) : QVariant();
        case Qt::ForegroundRole:
            if (cell.column() == OutcomeColumn && !entry.isRunning &&
                entry.about.outcome != Outcome::Complete)
                return entry.about.outcome == Outcome::Failed ? wrongColour(QApplication::palette())
                                                              : warningColour(QApplication::palette());
            return {};
        case IdRole:
            return entry.id();
        default:
            return {};
    }
}

QVariant ResultsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    static const char* const names[] = {
        QT_TR_NOOP("Result"),  QT_TR_NOOP("Probe"), QT_TR_NOOP("Parameters"), QT_TR_NOOP("Samples"),
        QT_TR_NOOP("Outcome"), QT_TR_NOOP("Took"),  QT_TR_NOOP("Started")};
    return section < kColumns ? tr(names[section]) : QVariant();
}

}  // namespace tessera
