// SPDX-License-Identifier: GPL-3.0-or-later
// The open session as a document: saves it, opens others, keeps a copy for the day the program is killed, and
// offers that copy once.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <map>
#include <memory>

#include "app/window/opener.h"
#include "app/window/session_loading.h"
#include "app/window/undo_recorder.h"
#include "widgets/panels/result_list.h"

namespace tessera {

class ViewArea;

class SessionKeeper : public QObject {
    Q_OBJECT
  public:
    SessionKeeper(Workspace& workspace, JobRunner& jobs, MessageLog& log, Opener& opener, ViewArea& views,
                  ResultList& results, UndoRecorder& undo, QObject* parent = nullptr);

    const QString& path() const { return path_; }  // empty: never saved
    bool isModified() const { return isModified_; }
    // Worth asking about before it is lost: results or subsets, or a saved session that was changed.
    bool isWorthSaving() const;
    int runningProbes() const;
    int sessionsOpened() const { return sessionsOpened_; }  // tells whether another was opened meanwhile
    bool isAtWork() const { return isSaving_ || isAutosaving_ || isOpening_; }

    // `added`: as if addFigure() had been called for it, for the session that the figure itself carries.
    SessionSnapshot snapshot(const SessionFigure* added = nullptr);
    const std::shared_ptr<Hashes>& hashes() const { return hashes_; }
    void save(const QString& path);
    // `replacements`: where the user found files that are not where the session says.
    void open(const QString& path, const Replacements& replacements = {});
    // The session that a figure carries: without the numbers, which stay in the session file.
    void openFigure(const QString& path, const Replacements& replacements = {});
    void addFigure(SessionFigure figure);  // a figure that was written: replay makes it again

    void startAutosave(const QString& folder, int seconds);  // 0: off
    void setAutosaveSeconds(int seconds);
    void autosave();  // now
    void recover(const Recoverable& recoverable, const Replacements& replacements = {});
    void discard(const Recoverable& recoverable);
    void stop();    // no further copies
    void finish();  // a regular end, when no job runs any more: nothing to recover

  Q_SIGNALS:
    void changed();  // path or modified mark
    void saved(const QString& path);
    void saveFailed();
    void opened(const QString& path);
    void autosaved();
    void recoveryOffered(std::shared_ptr<tessera::Recoverable> recoverable);
    // Files not found: ask for them, then open (or recover) again with what was pointed at.
    void filesMissing(const QString& path, const tessera::ResolvedSession& resolved,
                      std::function<void(tessera::Replacements)> again);

  private:
    void touch();
    void addRegions(const SliceView& view, SessionSnapshot& snapshot);
    void load(const QString& title, std::function<Result<OpenedSession>()> read, const QString& path,
              const Replacements& replacements, std::function<void(Replacements)> again,
              std::function<void()> then);
    void take(LoadedSession loaded);
    void takeResults(LoadedSession& loaded);
    void setPath(const QString& path, bool isModified);
    void lookForRecoverable();

    Workspace& workspace_;
    JobRunner& jobs_;
    MessageLog& log_;
    Opener& opener_;
    ViewArea& views_;
    ResultList& results_;
    UndoRecorder& undo_;
    std::shared_ptr<Hashes> hashes_ = std::make_shared<Hashes>();
    // Begun by the first copy, in its job; one job at a time has it.
    std::shared_ptr<std::shared_ptr<Autosave>> autosave_ = std::make_shared<std::shared_ptr<Autosave>>();
    // Their slices by the views' names: the ids of slices in a document move up when one is closed.
    std::vector<SessionFigure> figures_;
    // Ids of regions that were written: the same regions keep theirs.
    std::map<std::weak_ptr<const LinearRegions::Output>, std::string, std::owner_less<>> regionIds_;
    int lastRegions_ = 0, sessionsOpened_ = 0;
    QString path_, autosaveFolder_;
    QString saveAgain_;  // asked for while a save was under way; empty: not
    QTimer autosaveTimer_;
    bool isModified_ = false, isSaving_ = false, isAutosaving_ = false, isOpening_ = false, isTaking_ = false,
         isAutosaveDue_ = false;
};

}  // namespace tessera
