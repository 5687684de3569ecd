// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/result_list.h"

#include <QStringList>
#include <algorithm>

namespace tessera {

ProbeRequest ResultEntry::request() const {
    ProbeRequest request;
    request.probe = about.probe;
    request.parameters = about.parameters;
    request.samples = about.samples;
    request.scope = scope;
    request.seed = about.seed;
    return request;
}

int ResultList::rowOf(const QString& id) const {
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry.id() == id; });
    return found == entries_.end() ? -1 : static_cast<int>(found - entries_.begin());
}

const ResultEntry* ResultList::entry(const QString& id) const {
    const int row = rowOf(id);
    return row < 0 ? nullptr : &entries_[static_cast<std::size_t>(row)];
}

QString ResultList::add(ResultEntry entry) {
    entry.about.id = "r" + std::to_string(++lastNumber_);
    entries_.push_back(std::move(entry));
    Q_EMIT added(static_cast<int>(entries_.size()) - 1);
    return entries_.back().id();
}

void ResultList::replace(const ResultEntry& entry) {
    const int row = rowOf(entry.id());
    if (row < 0) return;
    entries_[static_cast<std::size_t>(row)] = entry;
    Q_EMIT changed(row);
}

void ResultList::setView(const QString& id, ParameterMap view) {
    const int row = rowOf(id);
    if (row < 0) return;
    auto& held = entries_[static_cast<std::size_t>(row)].about.view;
    if (held == view) return;
    held = std::move(view);
    Q_EMIT viewChanged(row);
}

RemovedResult ResultList::remove(const QString& id) {
    RemovedResult gone;
    gone.row = rowOf(id);
    if (gone.row < 0) return gone;
    Q_EMIT removing(gone.row);
    gone.entry = entries_[static_cast<std::size_t>(gone.row)];
    for (auto& numbers : cache_.numbers())
        if (numbers.id == gone.entry.about.id) gone.numbers = std::move(numbers);
    if (gone.numbers.stored)
        gone.numbers.record.reset();  // undo reads them again: the budget does not see these
    cache_.remove(gone.entry.about.id);
    entries_.erase(entries_.begin() + gone.row);
    Q_EMIT removed(gone.row, id);
    return gone;
}

void ResultList::restore(RemovedResult gone) {
    if (gone.row < 0) return;
    if (gone.entry.isRunning) {  // its job was stopped when it was removed
        gone.entry.isRunning = false;
        gone.entry.job = 0;
        gone.entry.about.outcome = Outcome::Cancelled;
        gone.entry.about.sentence = tr("deleted while it ran").toStdString();
    }
    const auto row = std::min(static_cast<std::size_t>(gone.row), entries_.size());
    if (!gone.numbers.id.empty()) cache_.add(std::move(gone.numbers), gone.entry.about.requestKey);
    entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(row), std::move(gone.entry));
    Q_EMIT added(static_cast<int>(row));
}

void ResultList::reset(std::vector<ResultEntry> entries) {
    entries_ = std::move(entries);
    // Numbers go on from the highest: an id never comes to mean something else.
    for (const auto& entry : entries_)
        if (entry.about.id.starts_with('r'))
            lastNumber_ = std::max(lastNumber_, std::atoi(entry.about.id.c_str() + 1));
    Q_EMIT wasReset();
}

QString changedParametersText(const SessionResult& result, const ProbeDescription* description) {
    QStringList parts;
    for (const auto& [name, value] : result.parameters) {
        bool isStandard = false;
        if (description)
            for (const auto& parameter : description->parameters)
                isStandard = isStandard || (parameter.name == name && parameter.standard == value);
        if (!isStandard)
            parts << QString::fromStdString(name) + ' ' + QString::fromStdString(parameterText(value));
    }
    if (result.seed != 0) parts << QObject::tr("seed %1").arg(result.seed);
    return parts.join(QStringLiteral(", "));
}

QString outcomeSentence(const ResultEntry& entry) {
    if (entry.isRunning) return QObject::tr("running");
    const QString outcome = QString::fromLatin1(outcomeText(entry.about.outcome));
    return entry.about.sentence.empty()
               ? outcome
               : outcome + QStringLiteral(": ") + QString::fromStdString(entry.about.sentence);
}

}  // namespace tessera
