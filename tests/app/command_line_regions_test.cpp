// SPDX-License-Identifier: GPL-3.0-or-later
// `tessera regions` against the independent oracle's counts, and what it writes.
#include <signal.h>

#include <QFile>
#include <QImage>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <numeric>

#include "core/data/npz_archive.h"
#include "program_run.h"

namespace {

QString data(const QString& name) {
    return QStringLiteral(TESSERA_TEST_DATA "/regions/") + name;
}
QString sample(const QString& name) {
    return QStringLiteral(TESSERA_SAMPLES "/") + name;
}
QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}
const QStringList kDigits{"--data", sample("mnist-images-idx3-ubyte.gz"), "--mean", "0.1307", "--std",
                          "0.3081"};

// The process has a handler for SIGINT (Linux).
bool hearsInterrupt(qint64 process) {
    QFile status(QStringLiteral("/proc/%1/status").arg(process));
    if (!status.open(QIODevice::ReadOnly)) return true;
    const QByteArray text = status.readAll();
    const auto at = text.indexOf("SigCgt:");
    const auto caught = text.mid(at + 7, text.indexOf('\n', at) - at - 7).trimmed().toULongLong(nullptr, 16);
    return at < 0 || (caught >> (SIGINT - 1) & 1) != 0;
}

}  // namespace

class CommandLineRegionsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void countsAgreeWithOracle_data();
    void countsAgreeWithOracle();
    void resultChecksItself();
    void meshHoldsWhatTheReportCounts();
    void figuresAreWrittenWithoutADisplay();
    void throughSamples();
    void windowIsHonoured();
    void budgetStopsWithAPartialResult();
    void sameSeedSamePlane();
    void savedPlaneGivesTheSameAnswer();
    void inexactModelIsNamed();
    void sampledMapIsMarked();
    void interruptIsPartialOrCancelled();
};

void CommandLineRegionsTest::countsAgreeWithOracle_data() {
    QTest::addColumn<QString>("engine");
    QTest::addColumn<int>("threads");
    for (const char* name : {"s_tiny", "f_degenerate", "a_mlp2_64x3"})
        for (const char* engine : {"auto", "depth-first", "breadth-first"})
            for (const int threads : {1, 2})
                QTest::addRow("%s/%s/%d", name, engine, threads) << engine << threads;
    QTest::newRow("d_lenet_max/auto/2") << "auto" << 2;
}

void CommandLineRegionsTest::countsAgreeWithOracle() {
    QFETCH(QString, engine);
    QFETCH(int, threads);
    const auto name = QString(QTest::currentDataTag()).section('/', 0, 0);
    const auto expected = QJsonDocument::fromJson(contents(data("expected.json"))).object()[name].toObject();
    QVERIFY(!expected.isEmpty());
    const auto run = runProgram({"regions", data(name + ".pt"), "--plane", data(name + ".plane.npz"),
                                 "--json", "-", "--engine", engine, "--threads", QString::number(threads)});
    QCOMPARE(run.err, QByteArray());
    QCOMPARE(run.status, 0);
    const auto json = run.json();
    for (const char* key : {"regions", "pieces", "vertices", "edges"})
        QCOMPARE(json[key].toInteger(-1), expected[key].toInteger(-2));
    const auto boundary = json["boundary"].toObject();
    const auto length = expected["boundary_length"].toDouble();
    QVERIFY2(std::abs(boundary["length"].toDouble() - length) <= 1e-9 * (1 + length),
             qPrintable(QString::number(boundary["length"].toDouble(), 'g', 17)));
    const auto area = expected["area"].toDouble();
    QVERIFY(std::abs(json["area"].toDouble() - area) <= 1e-9 * area);
}

void CommandLineRegionsTest::resultChecksItself() {
    const auto json = runProgram({"regions", data("f_degenerate.pt"), "--plane",
                                  data("f_degenerate.plane.npz"), "--json", "-"})
                          .json();
    QCOMPARE(json["euler"].toInt(), 1);
    QCOMPARE(json["exact"].toBool(), true);
    QCOMPARE(json["complete"].toBool(), true);
    QCOMPARE(json["dtype"].toString(), QString("float64"));
    QVERIFY(json["tolerance"].toDouble() > 0);
    QVERIFY(json["seconds"].toDouble() > 0);
    const auto checks = json["checks"].toObject();
    QVERIFY(checks["faces_checked"].toInteger() > 0);
    QCOMPARE(checks["pattern_mismatches"].toInteger(), 0);
    QVERIFY(json["max_interpolation_error"].toDouble() < 1e-9);
    double classArea = 0;
    for (const QJsonValue entry : json["classes"].toArray()) classArea += entry.toObject()["area"].toDouble();
    QVERIFY(std::abs(classArea - json["area"].toDouble()) < 1e-9);
    double pairLength = 0;
    qint64 pairSegments = 0;
    for (const QJsonValue entry : json["boundary"]["pairs"].toArray()) {
        pairLength += entry.toObject()["length"].toDouble();
        pairSegments += entry.toObject()["segments"].toInteger();
        QVERIFY(entry["classes"][0].toInt() < entry["classes"][1].toInt());
    }
    QCOMPARE(pairSegments, json["boundary"]["segments"].toInteger());
    QVERIFY(std::abs(pairLength - json["boundary"]["length"].toDouble()) < 1e-9);
    const auto layers = json["layers"].toArray();
    QVERIFY(!layers.isEmpty());
    QCOMPARE(layers.last()["regions_after"].toInteger(), json["regions"].toInteger());
    const auto provenance = json["provenance"].toObject();
    QCOMPARE(provenance["files"].toArray().size(), 2);
    for (const QJsonValue file : provenance["files"].toArray())
        QCOMPARE(file["sha256"].toString().size(), 64);
}

void CommandLineRegionsTest::meshHoldsWhatTheReportCounts() {
    const QTemporaryDir folder;
    const auto mesh = folder.filePath("mesh.npz");
    const auto run = runProgram(
        {"regions", data("s_tiny.pt"), "--plane", data("s_tiny.plane.npz"), "--json", "-", "--mesh", mesh});
    QCOMPARE(run.status, 0);
    const auto archive = tessera::NpzArchive::open(mesh.toStdString());
    QVERIFY(archive.isOk());
    const auto array = [&](const char* name) {
        const auto* member = archive.value().find(name);
        if (member == nullptr) return tessera::NpyArray{};
        auto read = archive.value().array(*member);
        return read.isOk() ? std::move(read).value() : tessera::NpyArray{};
    };
    const auto json = run.json();
    const auto boundary = json["boundary"].toObject();
    QCOMPARE(array("vertices").shape, (tessera::Shape{json["vertices"].toInteger(), 2}));
    QCOMPARE(array("edges").shape, (tessera::Shape{json["edges"].toInteger(), 6}));
    QCOMPARE(array("label").shape, (tessera::Shape{json["regions"].toInteger()}));
    QCOMPARE(array("boundary_classes").shape, (tessera::Shape{boundary["segments"].toInteger(), 2}));
    const auto area = array("area").values;
    QVERIFY(std::abs(std::accumulate(area.begin(), area.end(), 0.0) - 4.0) < 1e-9);
    // The segments in the file add up to the length in the report.
    const auto ends = array("boundary").values;
    double length = 0;
    for (std::size_t i = 0; i + 3 < ends.size(); i += 4)
        length += std::hypot(ends[i + 2] - ends[i], ends[i + 3] - ends[i + 1]);
    QVERIFY(length > 0 && std::abs(length - boundary["length"].toDouble()) < 1e-9);
}

void CommandLineRegionsTest::figuresAreWrittenWithoutADisplay() {
    const QTemporaryDir folder;
    QStringList arguments{"regions", data("s_tiny.pt"), "--plane", data("s_tiny.plane.npz")};
    for (const char* suffix : {"svg", "pdf", "png"})
        arguments << "--figure" << folder.filePath(QString("slice.") + suffix);
    const auto run = runProgram(arguments);
    QCOMPARE(run.err, QByteArray());
    QCOMPARE(run.status, 0);
    const auto svg = contents(folder.filePath("slice.svg"));
    QVERIFY(svg.contains("<svg") && svg.contains("<text"));
    QVERIFY(contents(folder.filePath("slice.pdf")).startsWith("%PDF-"));
    const QImage png(folder.filePath("slice.png"));
    QVERIFY(!png.isNull() && png.width() > 500);
    const auto wrong = runProgram({"regions", data("s_tiny.pt"), "--plane", data("s_tiny.plane.npz"),
                                   "--figure", folder.filePath("slice.tiff")});
    QCOMPARE(wrong.status, 2);
    QVERIFY2(wrong.failedInOneLine() && wrong.err.contains("slice.tiff"), wrong.err);
}

void CommandLineRegionsTest::throughSamples() {
    const auto run = runProgram(
        QStringList{"regions", sample("mnist_mlp.pt"), "--samples", "2,10,8", "--json", "-"} + kDigits);
    QCOMPARE(run.err, QByteArray());
    QCOMPARE(run.status, 0);
    const auto json = run.json();
    QVERIFY2(json["regions"].toInteger() > 2000 && json["regions"].toInteger() < 20000, run.out);
    QCOMPARE(json["euler"].toInt(), 1);
    QCOMPARE(json["samples"].toArray().size(), 3);
    QCOMPARE(json["samples"][0]["label"].toInt(), 3);
    // Twenty significant pixels of float32 rounding away from the logits in float64 is all that is allowed.
    QVERIFY(json["max_interpolation_error"].toDouble() < 1e-9);

    const auto beyond =
        runProgram(QStringList{"regions", sample("mnist_mlp.pt"), "--samples", "2,10,2500"} + kDigits);
    QCOMPARE(beyond.status, 1);
    QVERIFY2(beyond.failedInOneLine() && beyond.err.contains("2499") && beyond.err.contains("2500"),
             beyond.err);
    const auto same =
        runProgram(QStringList{"regions", sample("mnist_mlp.pt"), "--samples", "2,2,8"} + kDigits);
    QCOMPARE(same.status, 1);
    QVERIFY2(same.failedInOneLine(), same.err);
}

void CommandLineRegionsTest::windowIsHonoured() {
    const QStringList common{
        "regions", data("a_mlp2_64x3.pt"), "--plane", data("a_mlp2_64x3.plane.npz"), "--json", "-"};
    const auto left = runProgram(common + QStringList{"--window", "-1,-1,0,1"}).json();
    const auto right = runProgram(common + QStringList{"--window", "0,-1,1,1"}).json();
    QVERIFY(std::abs(left["area"].toDouble() - 2) < 1e-9);
    // Halving the window cuts the faces that lie across the middle line in two and no others.
    const auto sum = left["regions"].toInteger() + right["regions"].toInteger();
    QVERIFY(sum > 9974 && sum < 9974 + 500);
    const double length = left["boundary"]["length"].toDouble() + right["boundary"]["length"].toDouble();
    QVERIFY(std::abs(length - 1.8853286187833547) < 1e-9);
    const auto reversed = runProgram(common + QStringList{"--window", "1,1,-1,-1"});
    QCOMPARE(reversed.status, 1);
    QVERIFY2(reversed.failedInOneLine() && reversed.err.contains("--window"), reversed.err);
}

void CommandLineRegionsTest::budgetStopsWithAPartialResult() {
    const auto run = runProgram({"regions", data("a_mlp2_64x3.pt"), "--plane", data("a_mlp2_64x3.plane.npz"),
                                 "--json", "-", "--max-regions", "1000"});
    QCOMPARE(run.status, 0);  // what was asked for was done
    QVERIFY2(run.err.startsWith("tessera: note: partial result") && run.err.count('\n') == 1, run.err);
    const auto json = run.json();
    QCOMPARE(json["complete"].toBool(true), false);
    QVERIFY(json["regions"].toInteger() > 0 && json["regions"].toInteger() < 9974);
    QVERIFY(!json["stop_reason"].toString().isEmpty());
    QVERIFY2(json["coverage"].toString().contains("zoom in or raise the budget"), run.err);
    QVERIFY(run.err.contains(json["coverage"].toString().toUtf8()));
    QCOMPARE(json["exact"].toBool(false), true);  // what is there is
    QCOMPARE(json["provenance"]["complete"].toBool(true), false);
}

void CommandLineRegionsTest::sameSeedSamePlane() {
    const auto regions = [](const char* seed, const char* samples) {
        const auto run = runProgram(QStringList{"regions", sample("mnist_mlp.pt"), "--samples", samples,
                                                "--seed", seed, "--json", "-"} +
                                    kDigits);
        return run.json()["regions"].toInteger();
    };
    const auto first = regions("7", "5");
    QVERIFY(first > 0);
    QCOMPARE(regions("7", "5"), first);
    QVERIFY(regions("8", "5") != first || regions("9", "5") != first);
    QVERIFY(regions("7", "5,6") > 0);
}

void CommandLineRegionsTest::savedPlaneGivesTheSameAnswer() {
    const QTemporaryDir folder;
    const auto plane = folder.filePath("plane.npz");
    const auto direct = runProgram(QStringList{"regions", sample("mnist_mlp.pt"), "--samples", "2,10,8",
                                               "--json", "-", "--save-plane", plane} +
                                   kDigits);
    const auto again = runProgram({"regions", sample("mnist_mlp.pt"), "--plane", plane, "--json", "-"});
    QCOMPARE(again.status, 0);
    QCOMPARE(again.json()["regions"].toInteger(-1), direct.json()["regions"].toInteger(-2));
    QCOMPARE(again.json()["boundary"].toObject(), direct.json()["boundary"].toObject());
}

void CommandLineRegionsTest::inexactModelIsNamed() {
    const auto run = runProgram({"regions", QStringLiteral(TESSERA_TEST_DATA "/cli/gelu_mlp.pt"), "--plane",
                                 data("s_tiny.plane.npz")});
    QCOMPARE(run.status, 1);
    QVERIFY2(run.failedInOneLine() && run.err.contains("act") && run.err.contains("--sampled"), run.err);
}

void CommandLineRegionsTest::sampledMapIsMarked() {
    const QTemporaryDir folder;
    const auto figure = folder.filePath("map.png");
    const auto run = runProgram({"regions", QStringLiteral(TESSERA_TEST_DATA "/cli/gelu_mlp.pt"), "--plane",
                                 data("s_tiny.plane.npz"), "--sampled", "--resolution", "64", "--json", "-",
                                 "--figure", figure});
    QCOMPARE(run.err, QByteArray());
    QCOMPARE(run.status, 0);
    const auto json = run.json();
    QCOMPARE(json["exact"].toBool(true), false);
    QVERIFY(!json.contains("regions"));
    QCOMPARE(json["columns"].toInt(), 64);
    double area = 0;
    for (const QJsonValue entry : json["classes"].toArray()) area += entry["area"].toDouble();
    QVERIFY(std::abs(area - 4) < 1e-9);
    QVERIFY(!QImage(figure).isNull());
}

void CommandLineRegionsTest::interruptIsPartialOrCancelled() {
    QProcess process;
    process.setProcessEnvironment(withoutDisplay());
    // A window so wide in a convolutional net that it takes two runs, the first of some seconds.
    process.start(TESSERA_PROGRAM,
                  QStringList{"regions", sample("mnist_cnn.pt"), "--samples", "2,10,8", "--max-regions", "0",
                              "--max-memory", "4096", "--json", "-", "--margin", "1000"} +
                      kDigits);
    QVERIFY(process.waitForStarted());
    // Until it hears the signal: on a busy machine it takes its time to come so far.
    QTRY_VERIFY_WITH_TIMEOUT(hearsInterrupt(process.processId()), 60'000);
    QVERIFY(!process.waitForFinished(1000));
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(20'000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    const auto err = process.readAllStandardError();
    const auto json = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
    if (process.exitCode() ==
        0) {  // a fast machine: the first run was done, and says what the second was for
        QVERIFY(json["complete"].toBool() && !json["exact"].toBool(true));
        return;
    }
    QCOMPARE(process.exitCode(), 1);
    QVERIFY2(err.contains("cancelled") && err.count('\n') == 1, err);
    if (err.contains("marked partial")) QCOMPARE(json["complete"].toBool(true), false);
}

QTEST_GUILESS_MAIN(CommandLineRegionsTest)
#include "command_line_regions_test.moc"
