// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/resolve.h"

#include <sys/stat.h>

#include <QtTest>

#include "core/session/relative_paths.h"
#include "core/session/session_file.h"
#include "tests/core/data/scratch_folder.h"

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

class ResolveTest : public QObject {
    Q_OBJECT
    NoProgress progress_;

    // A model, data of two files and a session beside them, in a folder of their own.
    static SessionDocument made(const ScratchFolder& scratch) {
        SessionDocument document;
        document.models.push_back(
            {"m1", referenceTo(scratch.write("work/models/net.pt", "weights")).value(), {}, {}, "cpu"});
        document.data = SessionData{};
        document.data->file = referenceTo(scratch.write("work/images.idx", "pixels")).value();
        document.data->parts = {document.data->file,
                                referenceTo(scratch.write("work/labels.idx", "labels")).value()};
        makePathsRelative(document, scratch.path("work/a.tessera"));
        return document;
    }
    ResolvedSession resolved(const SessionDocument& document, const fs::path& folder,
                             const Replacements& replacements = {}) {
        auto result = resolveFiles(document, folder, replacements, {}, progress_);
        if (!result.isOk()) qFatal("cannot resolve");
        return std::move(result).value();
    }

  private Q_SLOTS:
    void unchangedIsFound() {
        const ScratchFolder scratch;
        const auto session = resolved(made(scratch), scratch.path("work"));
        QCOMPARE(session.files.size(), std::size_t{4});
        QVERIFY(session.isUnchanged());
        for (const auto& file : session.files)
            QVERIFY(file.status == FileStatus::Found && file.sentence.empty());
        QCOMPARE(session.files[0].role, std::string("model m1"));
    }

    void movedTogetherIsFoundByRelativePath() {
        const ScratchFolder scratch;
        const auto document = made(scratch);
        QCOMPARE(document.models[0].file.relative, std::string("models/net.pt"));
        fs::rename(scratch.path("work"), scratch.path("elsewhere"));
        const auto session = resolved(document, scratch.path("elsewhere"));
        QVERIFY(session.isUnchanged());
        QCOMPARE(session.files[0].path, scratch.path("elsewhere/models/net.pt"));
        QCOMPARE(session.document.data->parts[1].absolute, scratch.path("elsewhere/labels.idx").string());
    }

    void sessionMovedAloneFallsBackToAbsolute() {
        const ScratchFolder scratch;
        fs::create_directories(scratch.path("mail"));
        const auto session = resolved(made(scratch), scratch.path("mail"));
        QVERIFY(session.isUnchanged());
        QCOMPARE(session.files[1].path, scratch.path("work/images.idx"));
    }

    // A relative path that leads to other bytes loses to an absolute one that leads to the right ones.
    void noFolderIsTheCurrentOne() {
        const ScratchFolder scratch;
        QVERIFY(resolved(made(scratch), {}).isUnchanged());  // by the absolute paths
        QVERIFY(referenceTo({}).isError());
    }

    void hashesDecideBetweenPlaces() {
        const ScratchFolder scratch;
        const auto document = made(scratch);
        scratch.write("copy/models/net.pt", "other weights");
        const auto session = resolved(document, scratch.path("copy"));
        QCOMPARE(session.files[0].status, FileStatus::Found);
        QCOMPARE(session.files[0].path, scratch.path("work/models/net.pt"));
    }

    void changedAndMissingAreTold() {
        const ScratchFolder scratch;
        const auto document = made(scratch);
        scratch.write("work/models/net.pt", "trained further");
        fs::remove(scratch.path("work/labels.idx"));
        const auto session = resolved(document, scratch.path("work"));
        QVERIFY(!session.isAllThere());
        QCOMPARE(session.files[0].status, FileStatus::Changed);
        QVERIFY(contains(session.files[0].sentence, "has changed"));
        QVERIFY(contains(session.files[0].sentence, "net.pt"));
        QCOMPARE(session.files[3].status, FileStatus::Missing);
        QVERIFY(session.files[3].path.empty());
        QVERIFY(contains(session.files[3].sentence, "show where it is"));
    }

    // Something of that name that is no file to read has not moved away.
    void unreadableIsToldAsSuch() {
        const ScratchFolder scratch;
        const auto document = made(scratch);
        const auto path = scratch.path("work/models/net.pt");
        fs::remove(path);
        QCOMPARE(::mkfifo(path.c_str(), 0600), 0);
        const auto session = resolved(document, scratch.path("work"));
        QCOMPARE(session.files[0].status, FileStatus::Missing);
        QVERIFY(contains(session.files[0].sentence, "Model m1: " + path.string()));
        QVERIFY(contains(session.files[0].sentence, "is not a file or folder that can be read"));
    }

    void replacementsAreCheckedAndLeadToNeighbours() {
        const ScratchFolder scratch;
        const auto document = made(scratch);
        fs::rename(scratch.path("work"), scratch.path("archive"));
        fs::create_directories(scratch.path("work"));
        QVERIFY(!resolved(document, scratch.path("work")).isAllThere());
        const auto session = resolved(document, scratch.path("work"),
                                      {{document.data->file.absolute, scratch.path("archive/images.idx")}});
        QVERIFY(session.isUnchanged());
        for (const auto& file : session.files) QCOMPARE(file.status, FileStatus::Moved);
        QCOMPARE(session.files[0].path, scratch.path("archive/models/net.pt"));

        scratch.write("wrong.pt", "something else");
        const auto wrong = resolved(document, scratch.path("work"),
                                    {{document.models[0].file.absolute, scratch.path("wrong.pt")}});
        QCOMPARE(wrong.files[0].status, FileStatus::Changed);
        QCOMPARE(wrong.files[0].path, scratch.path("wrong.pt"));
    }

    void foldersHaveFingerprints() {
        const ScratchFolder scratch;
        scratch.write("pictures/cat/1.png", "abc");
        const auto first = fingerprint(scratch.path("pictures")).value();
        QCOMPARE(fingerprint(scratch.path("pictures")).value(), first);
        scratch.write("pictures/dog/2.png", "d");
        QVERIFY(fingerprint(scratch.path("pictures")).value() != first);
    }

    void generatedDataNeedsNoFile() {
        SessionDocument document;
        document.data = SessionData{};
        document.data->generated = "generate:moons?samples=100";
        QVERIFY(resolved(document, ".").files.empty());
    }

    void stopEndsIt() {
        const ScratchFolder scratch;
        std::stop_source source;
        source.request_stop();
        QVERIFY(resolveFiles(made(scratch), scratch.path("work"), {}, source.get_token(), progress_)
                    .isCancelled());
    }
};

QTEST_GUILESS_MAIN(ResolveTest)
#include "resolve_test.moc"
