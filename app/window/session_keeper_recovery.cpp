// SPDX-License-Identifier: GPL-3.0-or-later
// Copies for the case that the program is killed, and finding them again.
#include "app/window/session_keeper.h"

namespace tessera {

namespace {
const char* const kAutosaveKey = "autosave";
}

void SessionKeeper::startAutosave(const QString& folder, int seconds) {
    autosaveFolder_ = folder;
    setAutosaveSeconds(seconds);
    lookForRecoverable();
}

void SessionKeeper::setAutosaveSeconds(int seconds) {
    if (seconds > 0)
        autosaveTimer_.start(seconds * 1000);
    else
        autosaveTimer_.stop();
}

void SessionKeeper::lookForRecoverable() {
    using Found = std::shared_ptr<Recoverable>;
    jobs_.start<Found>(
        this, QStringLiteral("recoverable"), {}, JobLane::Background,
        [folder = autosaveFolder_.toStdString()](std::stop_token, Progress&) -> Result<Found> {
            auto found = findRecoverable(folder);
            if (found.empty()) return Found();
            return std::make_shared<Recoverable>(std::move(found.front()));
        },
        [this](Result<Found> result) {
            if (result.isOk() && result.value()) Q_EMIT recoveryOffered(result.value());
        });
}

void SessionKeeper::autosave() {
    if (autosaveFolder_.isEmpty() || !isAutosaveDue_ || isOpening_ ||
        (!workspace_.model() && !workspace_.dataset()))
        return;
    if (isAutosaving_ || isSaving_) return;  // one at a time; the timer comes again
    isAutosaving_ = true;
    isAutosaveDue_ = false;
    using Written = std::map<std::string, std::shared_ptr<const StoredRecord>>;
    jobs_.start<Written>(
        this, QLatin1String(kAutosaveKey), {}, JobLane::Background,
        [autosave = autosave_, folder = autosaveFolder_.toStdString(), snapshot = snapshot(),
         path = path_.toStdString(),
         hashes = hashes_](std::stop_token stop, Progress& progress) mutable -> Result<Written> {
            if (auto done = hashes->complete(snapshot, stop); !done.isOk())
                return std::move(done).propagate<Written>();
            if (!*autosave) {
                auto started = Autosave::start(folder);
                if (!started.isOk()) return std::move(started).propagate<Written>();
                *autosave = std::move(started).value();
            }
            return (*autosave)->write(snapshot.document, path, snapshot.numbers, stop, progress);
        },
        [this](Result<Written> result) {
            isAutosaving_ = false;
            if (!result.isOk()) {  // a failure is in the log already
                isAutosaveDue_ = true;
                return;
            }
            for (const auto& [id, stored] : result.value()) results_.cache().setStored(id, stored);
            Q_EMIT autosaved();
        });
}

void SessionKeeper::recover(const Recoverable& recoverable, const Replacements& replacements) {
    const QString path = QString::fromStdString(recoverable.sessionPath.string());
    load(
        tr("Recovering the session"), [recoverable] { return openRecoverable(recoverable); }, path,
        replacements, [this, recoverable](Replacements found) { recover(recoverable, found); },
        [this, recoverable, path] {
            setPath(path, true);
            Q_EMIT opened(path);
            // The old copy goes only when a new one is on the disk.
            isAutosaveDue_ = true;
            auto* once = new QObject(this);
            connect(this, &SessionKeeper::autosaved, once, [this, recoverable, once] {
                once->deleteLater();
                discard(recoverable);
            });
            autosave();
        });
}

void SessionKeeper::discard(const Recoverable& recoverable) {
    jobs_.start<Done>(
        this, QStringLiteral("discard"), {}, JobLane::Background,
        [recoverable](std::stop_token, Progress&) { return discardRecoverable(recoverable); },
        [](Result<Done>) {});
}

void SessionKeeper::stop() {
    autosaveTimer_.stop();
    autosaveFolder_.clear();
    jobs_.cancelKey(this, QLatin1String(kAutosaveKey));
}

void SessionKeeper::finish() {
    if (!*autosave_) return;
    if (auto cleared = (*autosave_)->clear(); cleared.isError())
        log_.note(QString::fromStdString(cleared.error().message));
}

}  // namespace tessera
