// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_file.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <QProcess>
#include <QtTest>
#include <csignal>
#include <fstream>

#include "core/session/session_entries.h"
#include "tests/core/data/scratch_folder.h"
#include "tests/core/session/stored_helpers.h"

using namespace tessera;
using namespace tessera::test;

namespace {

std::shared_ptr<const ResultRecord> shared(ResultRecord record) {
    return std::make_shared<const ResultRecord>(std::move(record));
}

ResultRecord largeRecord(double value = 1.5) {
    auto record = exampleRecord();
    record.arrays.push_back(Array::of<double>("large", {4 << 20}, std::vector<double>(4 << 20, value)));
    return record;
}

// A file must not grow past this in the life of the object: what a full disk does to a writer.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &old_);
        const rlimit now{bytes, old_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
        previous_ = std::signal(SIGXFSZ, SIG_IGN);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, previous_);
    }

  private:
    rlimit old_{};
    void (*previous_)(int);
};

}  // namespace

class SessionFileTest : public QObject {
    Q_OBJECT
    ScratchFolder scratch_;
    NoProgress progress_;

    std::size_t filesIn(const std::filesystem::path& folder) {
        const std::filesystem::directory_iterator all(folder);
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }

  private Q_SLOTS:
    void numbersReturnLazily() {
        const auto record = exampleRecord(20);
        const ResultNumbers numbers[] = {{"r1", shared(record), nullptr}};
        const auto path = scratch_.path("one.tessera");
        const auto saved = saveSession(path, documentOf({"r1", "r2"}), numbers, {}, progress_);
        QVERIFY2(saved.isOk(), saved.isError() ? saved.error().message.c_str() : "");
        QVERIFY(isSessionFile(path));
        const auto opened = openSession(path);
        QVERIFY(opened.isOk());
        QVERIFY(opened.value().notes.empty());
        const auto& document = opened.value().document;
        QCOMPARE(document.selection, (std::vector<std::int64_t>{3, 5}));
        QVERIFY(document.results[0].hasNumbers);
        QVERIFY(!document.results[1].hasNumbers);
        QVERIFY(sameSummary(document.results[0].summary, record.summary));
        const auto read = opened.value().numbers.at("r1")->load({}, progress_);
        QVERIFY(read.isOk() && sameRecord(*read.value(), record));
    }

    void unzipReadsIt() {
        if (QStandardPaths::findExecutable("unzip").isEmpty()) QSKIP("unzip is not installed");
        const ResultNumbers numbers[] = {{"r1", shared(exampleRecord()), nullptr}};
        const auto path = scratch_.path("zip.tessera");
        QVERIFY(saveSession(path, documentOf({"r1"}), numbers, {}, progress_).isOk());
        QProcess unzip;
        unzip.start("unzip", {"-t", QString::fromStdString(path.string())});
        QVERIFY(unzip.waitForFinished());
        const auto said = unzip.readAllStandardOutput();
        QVERIFY2(unzip.exitCode() == 0, said.constData());
        QVERIFY2(said.contains("results/r1.npz") && said.contains("No errors"), said.constData());
    }

    void savedAgainCopiesNumbers() {
        const auto path = scratch_.path("again.tessera");
        const ResultNumbers first[] = {{"r1", shared(exampleRecord(30)), nullptr}};
        auto saved = saveSession(path, documentOf({"r1"}), first, {}, progress_);
        const auto before = saved.value().numbers.at("r1");
        const auto ino = [&] {
            struct stat status {};
            ::stat(path.c_str(), &status);
            return status.st_ino;
        };
        const auto oldFile = ino();
        // Over the very file that the numbers are read from, with one more result.
        const ResultNumbers second[] = {{"r1", nullptr, before}, {"r2", shared(exampleRecord(2)), nullptr}};
        saved = saveSession(path, documentOf({"r1", "r2"}), second, {}, progress_);
        QVERIFY(saved.isOk());
        QVERIFY(ino() != oldFile);
        const auto& after = saved.value().numbers;
        QCOMPARE(after.at("r1")->checksum(), before->checksum());
        QCOMPARE(after.at("r1")->bytes().size(), before->bytes().size());
        QVERIFY(sameRecord(*after.at("r1")->load({}, progress_).value(), exampleRecord(30)));
        QVERIFY(sameRecord(*after.at("r2")->load({}, progress_).value(), exampleRecord(2)));
        QVERIFY(before->load({}, progress_).isOk());  // the old file lives as long as somebody reads it
    }

    void stopLeavesTheOldFile() {
        const auto path = scratch_.path("stop/s.tessera");
        std::filesystem::create_directories(path.parent_path());
        QVERIFY(saveSession(path, documentOf({}), {}, {}, progress_).isOk());
        const auto old = bytesOf(path);
        std::stop_source source;
        StopAfter progress(source);
        const ResultNumbers numbers[] = {{"r1", shared(largeRecord()), nullptr}};
        QVERIFY(saveSession(path, documentOf({"r1"}), numbers, source.get_token(), progress).isCancelled());
        QCOMPARE(bytesOf(path), old);
        QCOMPARE(filesIn(path.parent_path()), std::size_t{1});
    }

    void fullDiskLeavesTheOldFile() {
        const auto path = scratch_.path("full/s.tessera");
        std::filesystem::create_directories(path.parent_path());
        QVERIFY(saveSession(path, documentOf({}), {}, {}, progress_).isOk());
        const auto old = bytesOf(path);
        const ResultNumbers numbers[] = {{"r1", shared(largeRecord()), nullptr}};
        for (const rlim_t limit : {rlim_t{0}, rlim_t{100}, rlim_t{20'000'000}}) {
            const FileSizeLimit full(limit);
            const auto saved = saveSession(path, documentOf({"r1"}), numbers, {}, progress_);
            QVERIFY(saved.isError());
            QVERIFY(contains(saved.error().message, path.string()));
            QVERIFY(contains(saved.error().message, "free space"));
            QCOMPARE(bytesOf(path), old);
            QCOMPARE(filesIn(path.parent_path()), std::size_t{1});
        }
    }

    void badPlacesAreNamed() {
        const auto refused = [&](const std::filesystem::path& path) {
            const auto saved = saveSession(path, documentOf({}), {}, {}, progress_);
            return saved.isError() ? saved.error().message : std::string("accepted");
        };
        QVERIFY(contains(refused(scratch_.path("nowhere/s.tessera")), "nowhere/s.tessera"));
        QVERIFY(contains(refused("/dev/full"), "not a regular file"));
        QVERIFY(contains(refused(scratch_.path()), "not a regular file"));
        for (const auto& path :
             {scratch_.path("none.tessera"), scratch_.path(), std::filesystem::path("/dev/null")})
            QVERIFY(openSession(path).isError());
    }

    void linksAndPermissionsStay() {
        const auto real = scratch_.path("real.tessera"), link = scratch_.path("link.tessera");
        QVERIFY(saveSession(real, documentOf({}), {}, {}, progress_).isOk());
        ::chmod(real.c_str(), 0600);
        std::filesystem::create_symlink(real, link);
        QVERIFY(saveSession(link, documentOf({}), {}, {}, progress_).isOk());
        QVERIFY(std::filesystem::is_symlink(link));
        struct stat status {};
        ::stat(real.c_str(), &status);
        QCOMPARE(status.st_mode & 07777, 0600u);
    }

    // What could not be opened again is not saved.
    void unreadableDocumentsAreNotSaved() {
        const auto path = scratch_.path("twice.tessera");
        QVERIFY(saveSession(path, documentOf({}), {}, {}, progress_).isOk());
        const auto old = bytesOf(path);
        QVERIFY(saveSession(path, documentOf({"r1", "r1"}), {}, {}, progress_).isError());
        QCOMPARE(bytesOf(path), old);
    }

    void cutAnywhereIsAnError() {
        const ResultNumbers numbers[] = {{"r1", shared(exampleRecord()), nullptr}};
        const auto path = scratch_.path("whole.tessera");
        QVERIFY(saveSession(path, documentOf({"r1"}), numbers, {}, progress_).isOk());
        for (auto length = std::filesystem::file_size(path); length-- > 0;) {
            std::filesystem::resize_file(path, length);
            const auto opened = openSession(path);
            QVERIFY2(opened.isError() && contains(opened.error().message, "whole.tessera") &&
                         opened.error().message.ends_with('.'),
                     std::to_string(length).c_str());
        }
    }

    void otherFilesAreRefused() {
        const auto refused = [&](const std::string& bytes) {
            const auto opened = openSession(scratch_.write("other.tessera", bytes));
            return opened.isOk() ? std::string("accepted") : opened.error().message;
        };
        QVERIFY(contains(refused("%PDF-1.4"), "zip directory"));
        QVERIFY(contains(refused(bytesOf(dataFile("npy/stored.npz"))), "without session.json"));
        QVERIFY(!isSessionFile(dataFile("npy/stored.npz")));
    }

    // A result whose entry is gone or packed is listed without numbers.
    void missingNumbersAreANote() {
        auto document = documentOf({"r1"});
        const ResultNumbers numbers[] = {{"r1", shared(exampleRecord()), nullptr}};
        const auto path = scratch_.path("missing.tessera");
        QVERIFY(saveSession(path, document, numbers, {}, progress_).isOk());
        auto bytes = bytesOf(path);
        for (auto at = bytes.find("results/r1"); at != std::string::npos;
             at = bytes.find("results/r1", at + 1))
            bytes.replace(at, 10, "results/x1");
        const auto opened = openSession(scratch_.write("missing.tessera", bytes));
        QVERIFY(opened.isOk());
        QVERIFY(!opened.value().document.results[0].hasNumbers);
        QVERIFY(contains(opened.value().notes.at(0), "Result r1"));
    }

    void idsNeverLeaveTheFolder() {
        QCOMPARE(resultEntry("r1"), std::string("results/r1.npz"));
        QCOMPARE(resultEntry("../a.b"), std::string("results/%2e%2e%2fa%2eb.npz"));
    }

    // Saved by the first version of the format; every later one opens it.
    void version1Opens() {
        const auto opened = openSession(dataFile("sessions/version1.tessera"));
        QVERIFY2(opened.isOk(), opened.isError() ? opened.error().message.c_str() : "");
        QVERIFY(opened.value().notes.empty());
        const auto& document = opened.value().document;
        QCOMPARE(document.program, std::string("0.1.0"));
        QCOMPARE(document.models.at(0).file.absolute, std::string("/home/user/work/spiral.pt"));
        QCOMPARE(document.subsets.at("hard ones"), (std::vector<std::int64_t>{3, 14, 15}));
        QCOMPARE(document.slices.at(0).fill, std::string("slope"));
        QCOMPARE(document.slices.at(0).plane->window.size(), std::size_t{4});
        QCOMPARE(document.figures.at(0).panels.at(0).result, std::string("r1"));
        QCOMPARE(document.windowLayout, std::string("\0layout\xff", 8));
        const auto read = opened.value().numbers.at("r1")->load({}, progress_);
        QVERIFY(read.isOk());
        QVERIFY(sameRecord(*read.value(), exampleRecord()));
    }
};

QTEST_GUILESS_MAIN(SessionFileTest)
#include "session_file_test.moc"
