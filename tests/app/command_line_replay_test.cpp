// SPDX-License-Identifier: GPL-3.0-or-later
// `tessera replay` on sessions made here: the same numbers again, figures without a display, and one line for
// anything that is not as it was.
#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>

#include "app/blas_kernels.h"
#include "core/probes/path_regions.h"
#include "core/probes/regions_record.h"
#include "core/session/resolve.h"
#include "core/session/session_file.h"
#include "program_run.h"

using namespace tessera;
namespace fs = std::filesystem;

namespace {

template <typename T>
T sure(Result<T> result) {
    if (result.isError()) qFatal("%s", result.error().message.c_str());
    if (!result.isOk()) qFatal("cancelled");
    return std::move(result).value();
}

SlicePlane plane() {
    return {{2}, Eigen::Vector2d(0.1, 0), Eigen::Vector2d(1, 0), Eigen::Vector2d(0, 1), squarePolygon(0.8)};
}

// A session on a copy of the spiral, with a result of every kind and a figure of two panels.
class Made {
  public:
    Made() {
        fs::copy(TESSERA_SAMPLES "/spiral_mlp.pt", path("spiral_mlp.pt"));
        fs::copy(TESSERA_SAMPLES "/spiral.csv", path("spiral.csv"));
        model_ = sure(loadModel(path("spiral_mlp.pt")));
        dataset_ = sure(openDataset(path("spiral.csv").string()));
        document.models = {{"m1", sure(referenceTo(path("spiral_mlp.pt"))), {}, {}, "cpu"}};
        document.currentModel = "m1";
        document.data = SessionData{"", sure(referenceTo(path("spiral.csv"))), {}, {}};
        SessionSlice slice;
        slice.id = "s1", slice.title = "The spiral", slice.anchors = {3, 40};
        slice.plane = plane();
        slice.results = {"r1"};
        document.slices = {slice};
        addSlices();
        addPath();
        SessionResult failed;
        failed.id = "r4", failed.title = "Never ran", failed.probe = "path-regions";
        failed.outcome = Outcome::Failed, failed.sentence = "It needs two samples.";
        document.results.push_back(failed);
        SessionFigure figure;
        figure.id = "f1", figure.title = "Spiral and path", figure.file = "../../escape/spiral.pdf";
        figure.widthMm = 174;
        figure.panels = {{"", "s1", 0, ""}, {"r3", "", 0, "Along a path"}, {"r2", "", 0, ""}};
        document.figures = {figure};
    }
    fs::path path(const std::string& name) const { return fs::path(folder_.path().toStdString()) / name; }
    QString save(const std::string& name = "spiral.tessera") {
        NoProgress progress;
        sure(saveSession(path(name), document, numbers, {}, progress));
        return QString::fromStdString(path(name).string());
    }
    QString out() const { return QString::fromStdString(path("out").string()); }

    SessionDocument document;
    std::vector<ResultNumbers> numbers;

  private:
    void add(const char* id, const char* title, std::shared_ptr<const ResultRecord> record) {
        SessionResult result;
        describeRecord(*record, result);
        result.id = id, result.title = title, result.model = "m1";
        numbers.push_back({id, std::move(record), nullptr});
        document.results.push_back(std::move(result));
    }
    void addSlices() {
        NoProgress progress;
        LinearRegions::Options exact;
        exact.threads = 2;
        const auto regions = sure(LinearRegions::run(*model_, plane(), exact, {}, progress));
        add("r1", "Regions", std::make_shared<const ResultRecord>(regionsRecord(regions, exact)));
        ClassMap::Options sampled;
        sampled.resolution = 64;
        const auto map = sure(ClassMap::run(*model_, plane(), sampled, {}, progress));
        add("r2", "Class map", std::make_shared<const ResultRecord>(classMapRecord(map, sampled)));
        for (auto& result : document.results) result.slice = "s1";
    }
    void addPath() {
        NoProgress progress;
        ProbeInputs inputs;
        inputs.model = model_, inputs.dataset = dataset_;
        inputs.samples = {3, 40, 77};
        inputs.seed = 5;
        add("r3", "Path", sure(runProbe(PathRegionsProbe(), inputs, {}, {}, progress)));
        document.results.back().samples = inputs.samples;
        document.results.back().seed = inputs.seed;
    }
    QTemporaryDir folder_;
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const Dataset> dataset_;
};

QByteArray firstBytes(const QString& path, qint64 count) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.read(count) : QByteArray();
}

}  // namespace

class CommandLineReplayTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void sameNumbersAndFigures() {
        Made made;
        const auto run = runProgram({"replay", made.save(), "--out", made.out(), "--json", "-"});
        QVERIFY2(run.status == 0, run.err.constData());
        QVERIFY2(run.err.isEmpty(), run.err.constData());
        const auto json = run.json();
        QVERIFY(json["same"].toBool());
        const auto results = json["results"].toArray();
        QCOMPARE(results.size(), 4);
        for (int i = 0; i < 3; ++i) {
            const auto status = results.at(i)["status"].toString();
            QVERIFY2(status == "same", qPrintable(status));
            QVERIFY(results.at(i)["largest_difference"].toDouble() < 1e-5);
        }
        // Exact regions do not depend on how batches are cut.
        QCOMPARE(results.at(0)["status"].toString(), QStringLiteral("same"));
        QCOMPARE(results.at(3)["status"].toString(), QStringLiteral("skipped"));
        for (const char* file : {"results/r1/layers.csv", "results/r1/numbers.npz", "results/r1/record.json",
                                 "results/r3/crossings.csv", "results/r3/segments.csv"})
            QVERIFY2(QFileInfo(made.out() + "/" + file).size() > 0, file);
        QVERIFY(!QFileInfo::exists(made.out() + "/results/r4"));
        // The name alone counts.
        QCOMPARE(firstBytes(made.out() + "/figures/spiral.pdf", 5), QByteArray("%PDF-"));
        for (const auto& file : json["figures"].toArray().at(0)["files"].toArray())
            QVERIFY2(QFileInfo(file.toString()).size() > 0, qPrintable(file.toString()));
    }

    // Another folder, another current directory: relative paths lead to the files.
    void movedTogether() {
        Made made;
        made.document.figures.clear();
        made.save();
        fs::create_directories(made.path("b"));
        for (const char* file : {"spiral.tessera", "spiral_mlp.pt", "spiral.csv"})
            fs::rename(made.path(file), made.path("b") / file);
        const auto run = runProgram(
            {"replay", QString::fromStdString(made.path("b/spiral.tessera").string()), "--out", made.out()});
        QVERIFY2(run.status == 0, run.err.constData());
        QVERIFY2(run.out.contains("r3  same"), run.out.constData());
    }

    void otherNumbersAreTold() {
        Made made;
        made.document.figures.clear();
        auto record = std::make_shared<ResultRecord>(*made.numbers[2].record);
        for (auto& metric : record->summary) metric.value += 0.5;
        made.numbers[2].record = record;
        const auto run = runProgram({"replay", made.save(), "--out", made.out(), "--json", "-"});
        QCOMPARE(run.status, 1);
        QVERIFY2(run.failedInOneLine(), run.err.constData());
        QVERIFY2(run.err.contains("Result r3 (Path) differs by 0.5"), run.err.constData());
        QCOMPARE(run.json()["results"].toArray().at(2)["status"].toString(), QStringLiteral("differs"));
        QVERIFY(!run.json()["same"].toBool());
    }

    void missingAndChangedFilesAreTold() {
        Made made;
        made.document.figures.clear();
        const auto session = made.save();
        fs::remove(made.path("spiral_mlp.pt"));
        auto run = runProgram({"replay", session, "--out", made.out(), "--json", "-"});
        QCOMPARE(run.status, 1);
        QVERIFY2(run.failedInOneLine(), run.err.constData());
        QVERIFY2(run.err.contains("spiral_mlp.pt") && run.err.contains("and 3 more"), run.err.constData());
        QCOMPARE(run.json()["files"].toArray().at(0)["status"].toString(), QStringLiteral("missing"));
        QCOMPARE(run.json()["results"].toArray().at(0)["status"].toString(), QStringLiteral("failed"));

        fs::copy(TESSERA_SAMPLES "/mnist_mlp.pt", made.path("spiral_mlp.pt"));
        run = runProgram({"replay", session, "--out", made.out(), "--json", "-"});
        QCOMPARE(run.status, 1);
        QVERIFY2(run.failedInOneLine(), run.err.constData());
        QCOMPARE(run.json()["files"].toArray().at(0)["status"].toString(), QStringLiteral("changed"));
    }

    // A result stopped by hand cannot be had a second time; what there is of it is handed on.
    void partialResultsAreKept() {
        Made made;
        made.document.figures.clear();
        made.document.results[2].outcome = Outcome::Partial;
        made.document.results[2].sentence = "cancelled";
        const auto run = runProgram({"replay", made.save(), "--out", made.out(), "--json", "-"});
        QVERIFY2(run.status == 0, run.err.constData());
        QCOMPARE(run.json()["results"].toArray().at(2)["status"].toString(), QStringLiteral("kept"));
        QVERIFY(QFileInfo::exists(made.out() + "/results/r3/crossings.csv"));
    }

    // A file may say anything.
    void threadCountsAreBounded() {
        Made made;
        made.document.figures.clear();
        made.document.results[0].provenance.threads = -7;
        made.document.results[2].provenance.threads = 2'000'000'000;
        const auto run = runProgram({"replay", made.save(), "--out", made.out()});
        QVERIFY2(run.status == 0, run.err.constData());
    }

    // Numbers of another input space than the model's, and data of another than both, are told or left out.
    void inputSpacesThatDoNotMeet() {
        Made made;
        made.document.figures[0].panels = {{"", "s1", 0, ""}};
        for (auto& result : made.document.results) result.outcome = Outcome::Partial, result.sentence = "cut";
        auto record = std::make_shared<ResultRecord>(*made.numbers[0].record);
        for (auto& array : record->arrays) {
            if (array.name() == "plane_origin") array = Array::of<double>("plane_origin", {3}, {0, 0, 0});
            if (array.name() == "plane_u") array = Array::of<double>("plane_u", {3}, {1, 0, 0});
            if (array.name() == "plane_v") array = Array::of<double>("plane_v", {3}, {0, 1, 0});
        }
        const auto whole = made.numbers[0].record;
        made.numbers[0].record = record;
        auto run = runProgram({"replay", made.save(), "--out", made.out()});
        QCOMPARE(run.status, 1);
        QVERIFY2(run.failedInOneLine(), run.err.constData());
        QVERIFY2(run.err.contains("inputs of shape 3, but ") && run.err.contains("takes 2"),
                 run.err.constData());

        made.numbers[0].record = whole;
        QFile data(QString::fromStdString(made.path("wide.csv").string()));
        QVERIFY(data.open(QIODevice::WriteOnly));
        data.write("a,b,c,label\n");
        for (int row = 0; row < 100; ++row) data.write("0.1,0.2,0.3,0\n");
        data.close();
        made.document.data = SessionData{"", sure(referenceTo(made.path("wide.csv"))), {}, {}};
        run = runProgram({"replay", made.save(), "--out", made.out()});
        QVERIFY2(run.status == 0, run.err.constData());
        QCOMPARE(firstBytes(made.out() + "/figures/spiral.pdf", 5), QByteArray("%PDF-"));
    }

    void wrongUseIsOneLine() {
        const QTemporaryDir folder;
        auto run = runProgram({"replay", folder.filePath("none.tessera"), "--out", folder.filePath("out")});
        QCOMPARE(run.status, 1);
        QVERIFY2(run.failedInOneLine() && run.err.contains("none.tessera"), run.err.constData());
        run = runProgram(
            {"replay", QStringLiteral(TESSERA_SAMPLES "/spiral.csv"), "--out", folder.filePath("out")});
        QCOMPARE(run.status, 1);
        QVERIFY2(run.failedInOneLine(), run.err.constData());
        QCOMPARE(runProgram({"replay"}).status, 2);
        QCOMPARE(runProgram({"replay", "a.tessera"}).status, 2);
    }
};

// Numbers are equal bit for bit where they are computed alike: by the same BLAS kernels, with as many
// threads.
int main(int argc, char** argv) {
    useFittingBlasKernels();
    setComputeThreads(1);
    QCoreApplication application(argc, argv);
    CommandLineReplayTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "command_line_replay_test.moc"
