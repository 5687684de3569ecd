// SPDX-License-Identifier: GPL-3.0-or-later
// A second process that saves for recovery and is killed: this program started again with "--child FOLDER".
#include "core/session/recovery.h"

#include <signal.h>

#include <QCoreApplication>
#include <QProcess>
#include <QtTest>
#include <cstdio>

#include "tests/core/data/scratch_folder.h"
#include "tests/core/session/stored_helpers.h"

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

std::vector<ResultNumbers> numbersOf(std::initializer_list<const char*> ids) {
    std::vector<ResultNumbers> numbers;
    for (const char* id : ids)
        numbers.push_back({id, std::make_shared<const ResultRecord>(exampleRecord(10)), nullptr});
    return numbers;
}

int runChild(const fs::path& folder) {
    NoProgress progress;
    auto autosave = Autosave::start(folder);
    if (!autosave.isOk()) return 3;
    if (!autosave.value()
             ->write(documentOf({"r1"}), "/never/saved.tessera", numbersOf({"r1"}), {}, progress)
             .isOk())
        return 4;
    std::puts("saved");
    std::fflush(stdout);
    for (;;) ::pause();
}

}  // namespace

class RecoveryTest : public QObject {
    Q_OBJECT
    NoProgress progress_;

    std::shared_ptr<Autosave> started(const fs::path& folder) {
        auto autosave = Autosave::start(folder);
        if (!autosave.isOk()) qFatal("%s", autosave.error().message.c_str());
        return autosave.value();
    }

  private Q_SLOTS:
    void recoversAfterKill() {
        const ScratchFolder scratch;
        QProcess child;
        child.start(QCoreApplication::applicationFilePath(),
                    {"--child", QString::fromStdString(scratch.path("recovery").string())});
        QVERIFY(child.waitForReadyRead(30000));
        QCOMPARE(child.readLine().trimmed(), QByteArray("saved"));
        // It runs: nothing to recover.
        QVERIFY(findRecoverable(scratch.path("recovery")).empty());
        ::kill(static_cast<pid_t>(child.processId()), SIGKILL);
        QVERIFY(child.waitForFinished());
        QCOMPARE(child.exitStatus(), QProcess::CrashExit);

        auto found = findRecoverable(scratch.path("recovery"));
        QCOMPARE(found.size(), std::size_t{1});
        QCOMPARE(found[0].results, std::size_t{1});
        QCOMPARE(found[0].sessionPath, fs::path("/never/saved.tessera"));
        // Ours now: another program is not offered it.
        QVERIFY(findRecoverable(scratch.path("recovery")).empty());
        const auto opened = openRecoverable(found[0]);
        QVERIFY(opened.isOk());
        QCOMPARE(opened.value().document.currentSample, 17);
        const auto read = opened.value().numbers.at("r1")->load({}, progress_);
        QVERIFY(read.isOk() && sameRecord(*read.value(), exampleRecord(10)));
        QVERIFY(discardRecoverable(found[0]).isOk());
        QVERIFY(!fs::exists(found[0].folder));
        found.clear();
        QVERIFY(findRecoverable(scratch.path("recovery")).empty());
    }

    void regularEndLeavesNothing() {
        const ScratchFolder scratch;
        {
            const auto autosave = started(scratch.path());
            QVERIFY(autosave->write(documentOf({"r1"}), "", numbersOf({"r1"}), {}, progress_).isOk());
            QVERIFY(autosave->clear().isOk());
        }
        QVERIFY(fs::is_empty(scratch.path()));
    }

    void resultsAreWrittenOnce() {
        const ScratchFolder scratch;
        const auto autosave = started(scratch.path());
        QVERIFY(autosave->write(documentOf({"r1"}), "", numbersOf({"r1"}), {}, progress_).isOk());
        const auto file = autosave->folder() / "results/r1.npz";
        const auto old = fs::last_write_time(file) - std::chrono::hours(1);
        fs::last_write_time(file, old);
        const auto written =
            autosave->write(documentOf({"r1", "r2"}), "", numbersOf({"r1", "r2"}), {}, progress_);
        QVERIFY(written.isOk());
        QCOMPARE(written.value().size(), std::size_t{2});
        QCOMPARE(fs::last_write_time(file), old);
        // A result that was removed goes with the next one.
        QVERIFY(autosave->write(documentOf({"r2"}), "", numbersOf({"r2"}), {}, progress_).isOk());
        QVERIFY(!fs::exists(file));
        QVERIFY(fs::exists(autosave->folder() / "results/r2.npz"));
    }

    // Numbers that the user's own file holds are not written again, and are told apart from others of that
    // name.
    void savedNumbersAreReferredTo() {
        const ScratchFolder scratch;
        const auto path = scratch.path("mine.tessera");
        const auto saved = saveSession(path, documentOf({"r1"}), numbersOf({"r1"}), {}, progress_);
        QVERIFY(saved.isOk());
        const std::vector<ResultNumbers> numbers{{"r1", nullptr, saved.value().numbers.at("r1")}};
        auto autosave = started(scratch.path("recovery"));
        QVERIFY(autosave->write(documentOf({"r1"}), path, numbers, {}, progress_).isOk());
        QVERIFY(fs::is_empty(autosave->folder() / "results"));
        autosave.reset();

        const auto found = findRecoverable(scratch.path("recovery"));
        QCOMPARE(found.size(), std::size_t{1});
        auto opened = openRecoverable(found[0]);
        QVERIFY(opened.value().notes.empty());
        QVERIFY(opened.value().numbers.contains("r1"));

        auto other = numbersOf({"r1"});
        other[0].record = std::make_shared<const ResultRecord>(exampleRecord(99));
        QVERIFY(saveSession(path, documentOf({"r1"}), other, {}, progress_).isOk());
        opened = openRecoverable(found[0]);
        QVERIFY(!opened.value().numbers.contains("r1"));
        QVERIFY(!opened.value().document.results[0].hasNumbers);
        QVERIFY(contains(opened.value().notes.at(0), "could not be recovered"));
    }

    void emptyLeftOversAreRemoved() {
        const ScratchFolder scratch;
        fs::create_directories(scratch.path("123-0"));
        scratch.write("123-0/lock", "");
        scratch.write("notes/read me.txt", "not ours");
        QVERIFY(findRecoverable(scratch.path()).empty());
        QVERIFY(!fs::exists(scratch.path("123-0")));
        QVERIFY(fs::exists(scratch.path("notes/read me.txt")));
        QVERIFY(findRecoverable(scratch.path("nowhere")).empty());
    }

    // Neither kept for ever unseen nor in the way of what can be recovered.
    void unreadableLeftOversAreTold() {
        const ScratchFolder scratch;
        auto autosave = started(scratch.path());
        QVERIFY(autosave->write(documentOf({"r1"}), "", numbersOf({"r1"}), {}, progress_).isOk());
        autosave.reset();
        scratch.write("123-0/lock", "");
        scratch.write("123-0/autosave.json", "{\"saved\": 3}");
        auto found = findRecoverable(scratch.path());
        QCOMPARE(found.size(), std::size_t{2});
        QVERIFY(found[0].problem.empty() && openRecoverable(found[0]).isOk());
        QCOMPARE(found[1].folder, scratch.path("123-0"));
        QVERIFY(contains(found[1].problem, "autosave.json"));
        QCOMPARE(found[1].saved.size(), std::string("2026-11-24T09:51:48Z").size());
        QCOMPARE(openRecoverable(found[1]).error().message, found[1].problem);
        QVERIFY(discardRecoverable(found[1]).isOk());
        QVERIFY(!fs::exists(scratch.path("123-0")));
    }

    void programsDoNotMeet() {
        const ScratchFolder scratch;
        const auto first = started(scratch.path()), second = started(scratch.path());
        QVERIFY(first->folder() != second->folder());
        QVERIFY(first->write(documentOf({}), "", {}, {}, progress_).isOk());
        QVERIFY(findRecoverable(scratch.path()).empty());
    }
};

int main(int argc, char** argv) {
    if (argc == 3 && std::string(argv[1]) == "--child") return runChild(argv[2]);
    QCoreApplication application(argc, argv);
    RecoveryTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "recovery_test.moc"
