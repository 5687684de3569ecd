// SPDX-License-Identifier: GPL-3.0-or-later
// The contract of the command line: usage, `inspect`, `evaluate`, exit statuses and one-line errors, with no
// display.
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "core/data/npz.h"
#include "program_run.h"

namespace {

QString data(const QString& name) {
    return QStringLiteral(TESSERA_TEST_DATA "/regions/") + name;
}
QString sample(const QString& name) {
    return QStringLiteral(TESSERA_SAMPLES "/") + name;
}
const QStringList kDigits{"--data", sample("mnist-images-idx3-ubyte.gz"), "--mean", "0.1307", "--std",
                          "0.3081"};

QString written(const QTemporaryDir& folder, const QString& name, const QByteArray& bytes) {
    QFile file(folder.filePath(name));
    if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write a test file");
    file.write(bytes);
    return file.fileName();
}

QByteArray firstBytes(const QString& path, qint64 count) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.read(count) : QByteArray();
}

}  // namespace

class CommandLineTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void wrongUsageIsTwo_data();
    void wrongUsageIsTwo();
    void helpAndVersion();
    void windowWithoutDisplayIsOneLine();
    void inspectTable();
    void inspectJson();
    void inspectOfTheConvolutionalSample();
    void inspectNamesWhatIsNotExact();
    void evaluateSamples_data();
    void evaluateSamples();
    void evaluateLimitAndLogits();
    void evaluateWithoutLabels();
    void jsonGoesToAFile();
    void threadsDoNotChangeTheNumbers();
    void badFilesAreOneLine_data();
    void badFilesAreOneLine();
    void unwritableOutputIsOneLine();
    void probeList();
};

void CommandLineTest::wrongUsageIsTwo_data() {
    QTest::addColumn<QStringList>("arguments");
    const auto model = data("s_tiny.pt"), plane = data("s_tiny.plane.npz");
    QTest::newRow("unknown command") << QStringList{"inspct", model};
    QTest::newRow("replay without a folder") << QStringList{"replay", "a.tessera"};
    QTest::newRow("inspect nothing") << QStringList{"inspect"};
    QTest::newRow("unknown option") << QStringList{"inspect", model, "--colour", "red"};
    QTest::newRow("evaluate without data") << QStringList{"evaluate", model};
    QTest::newRow("regions without a plane") << QStringList{"regions", model};
    QTest::newRow("plane and samples")
        << QStringList{"regions", model, "--plane", plane, "--data", "x.csv", "--samples", "1"};
    QTest::newRow("data without samples") << QStringList{"regions", model, "--data", "x.csv"};
    QTest::newRow("four samples") << QStringList{"regions", model, "--data", "x.csv", "--samples", "1,2,3,4"};
    QTest::newRow("samples not numbers")
        << QStringList{"regions", model, "--data", "x.csv", "--samples", "1,b,3"};
    QTest::newRow("window of three") << QStringList{"regions", model, "--plane", plane, "--window", "0,0,1"};
    QTest::newRow("unknown engine") << QStringList{"regions", model, "--plane", plane, "--engine", "fast"};
    QTest::newRow("negative budget") << QStringList{"regions", model,           "--plane",
                                                    plane,     "--max-regions", "-1"};
    QTest::newRow("seed not a number") << QStringList{"inspect", model, "--seed", "x"};
    QTest::newRow("mesh of a sampled map")
        << QStringList{"regions", model, "--plane", plane, "--sampled", "--mesh", "m.npz"};
    QTest::newRow("probe without a name") << QStringList{"probe"};
}

void CommandLineTest::wrongUsageIsTwo() {
    QFETCH(QStringList, arguments);
    const auto run = runProgram(arguments);
    QCOMPARE(run.status, 2);
    QVERIFY2(run.failedInOneLine(), run.err);
    QCOMPARE(run.out, QByteArray());
}

void CommandLineTest::helpAndVersion() {
    const auto help = runProgram({"--help"});
    QCOMPARE(help.status, 0);
    for (const char* word : {"inspect", "evaluate", "regions"}) QVERIFY(help.out.contains(word));
    QVERIFY(runProgram({"regions", "--help"}).out.contains("--plane"));
    const auto version = runProgram({"--version"});
    QCOMPARE(version.status, 0);
    QCOMPARE(version.out, QByteArray("tessera " TESSERA_VERSION "\n"));
}

void CommandLineTest::windowWithoutDisplayIsOneLine() {
    const auto run = runProgram({});
    QCOMPARE(run.status, 1);
    QVERIFY2(run.failedInOneLine() && run.err.contains("display"), run.err);
}

void CommandLineTest::inspectTable() {
    const auto run = runProgram({"inspect", sample("mnist_mlp.pt")});
    QCOMPARE(run.err, QByteArray());
    QCOMPARE(run.status, 0);
    for (const char* word : {"fc1", "fc4", "50,240", "relu", "exact", "self-check: passed"})
        QVERIFY2(run.out.contains(word), run.out);
}

void CommandLineTest::inspectJson() {
    const auto run = runProgram({"inspect", sample("mnist_mlp.pt"), "--json", "-"});
    QCOMPARE(run.status, 0);
    const auto json = run.json();
    QCOMPARE(json["input_shape"].toArray(), QJsonArray{784});
    QCOMPARE(json["outputs"].toInt(), 10);
    // 784*64+64 + 2*(64*64+64) + 64*10+10
    QCOMPARE(json["parameters"].toInt(), 59210);
    QCOMPARE(json["exact"].toBool(), true);
    QCOMPARE(json["sha256"].toString().size(), 64);
    qint64 sum = 0;
    for (const QJsonValue layer : json["layers"].toArray()) {
        sum += layer["parameters"].toInteger();
        QCOMPARE(layer["mark"].toString(), QString("exact"));
        QVERIFY(!layer["name"].toString().isEmpty() && !layer["kind"].toString().isEmpty());
    }
    QCOMPARE(sum, 59210);
    const auto check = json["self_check"].toObject();
    QCOMPARE(check["passed"].toBool(), true);
    QVERIFY(check["points"].toInt() > 0 &&
            check["max_difference"].toDouble() <= check["tolerance"].toDouble());
}

void CommandLineTest::inspectOfTheConvolutionalSample() {
    const auto json =
        runProgram({"inspect", sample("mnist_cnn.pt"), "--input-shape", "1,28,28", "--json", "-"}).json();
    QCOMPARE(json["input_shape"].toArray(), (QJsonArray{1, 28, 28}));
    QCOMPARE(json["exact"].toBool(), true);
    QCOMPARE(json["self_check"]["passed"].toBool(), true);
    QStringList names;
    for (const QJsonValue layer : json["layers"].toArray()) names << layer["name"].toString();
    for (const char* part : {"conv1", "pool1", "block.conv2", "fc"})
        QVERIFY2(names.filter(part).size() > 0, qPrintable(names.join(' ')));
    const auto wrong = runProgram({"inspect", sample("mnist_cnn.pt"), "--input-shape", "3,28,28"});
    QCOMPARE(wrong.status, 1);
    QVERIFY2(wrong.failedInOneLine() && wrong.err.contains("mnist_cnn.pt"), wrong.err);
}

void CommandLineTest::inspectNamesWhatIsNotExact() {
    const auto json =
        runProgram({"inspect", QStringLiteral(TESSERA_TEST_DATA "/cli/gelu_mlp.pt"), "--json", "-"}).json();
    QCOMPARE(json["exact"].toBool(true), false);
    int sampled = 0;
    for (const QJsonValue layer : json["layers"].toArray()) {
        if (layer["mark"].toString() != "sampled") continue;
        ++sampled;
        QVERIFY(layer["name"].toString().contains("act"));
        QVERIFY(!layer["why"].toString().isEmpty());
    }
    QCOMPARE(sampled, 1);
}

void CommandLineTest::evaluateSamples_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("samples");
    QTest::addColumn<int>("correct");  // as the training program counted, in float32
    QTest::newRow("mlp") << (QStringList{"evaluate", sample("mnist_mlp.pt")} + kDigits) << 2500 << 2382;
    QTest::newRow("cnn") << (QStringList{"evaluate", sample("mnist_cnn.pt"), "--input-shape", "1,28,28"} +
                             kDigits)
                         << 2500 << 2405;
    QTest::newRow("spiral") << QStringList{"evaluate", sample("spiral_mlp.pt"), "--data",
                                           sample("spiral.csv")}
                            << 900 << 898;
}

void CommandLineTest::evaluateSamples() {
    QFETCH(QStringList, arguments);
    QFETCH(int, samples);
    QFETCH(int, correct);
    const auto run = runProgram(arguments + QStringList{"--json", "-"});
    QCOMPARE(run.err, QByteArray());
    QCOMPARE(run.status, 0);
    const auto json = run.json();
    QCOMPARE(json["samples"].toInt(), samples);
    // One sample either way: another machine's float32 sums may round the other way on a tie.
    QVERIFY2(std::abs(json["accuracy"].toDouble() * samples - correct) <= 1.01, run.out);
    QVERIFY(json["cross_entropy"].toDouble() > 0 && json["cross_entropy"].toDouble() < 0.5);
    QVERIFY(json["ece"].toDouble() >= 0 && json["ece"].toDouble() < 0.1);
    int inClasses = 0, right = 0;
    for (const QJsonValue row : json["classes"].toArray()) {
        inClasses += row["samples"].toInt();
        right += row["correct"].toInt();
    }
    QCOMPARE(inClasses, samples);
    QVERIFY(std::abs(right - json["accuracy"].toDouble() * samples) < 1e-6);
}

void CommandLineTest::evaluateLimitAndLogits() {
    const QTemporaryDir folder;
    const auto logits = folder.filePath("logits.npy");
    const auto run = runProgram(
        QStringList{"evaluate", sample("mnist_mlp.pt"), "--limit", "37", "--logits", logits, "--json", "-"} +
        kDigits);
    QCOMPARE(run.status, 0);
    QCOMPARE(run.json()["samples"].toInt(), 37);
    const auto array = tessera::readNpy(logits.toStdString());
    QVERIFY(array.isOk());
    QCOMPARE(array.value().shape, (tessera::Shape{37, 10}));
    // What the report says was predicted is what the logits in the file say.
    std::vector<int> predicted(10, 0);
    for (int row = 0; row < 37; ++row) {
        const auto* first = array.value().values.data() + row * 10;
        ++predicted[static_cast<std::size_t>(std::max_element(first, first + 10) - first)];
    }
    const auto rows = run.json()["classes"].toArray();
    QCOMPARE(rows.size(), 10);
    for (int label = 0; label < 10; ++label)
        QCOMPARE(rows[label]["predicted"].toInt(), predicted[static_cast<std::size_t>(label)]);
}

void CommandLineTest::evaluateWithoutLabels() {
    const QTemporaryDir folder;
    const std::vector<float> points{0.5F, 0.25F, -0.5F, 0.125F};
    const auto path = folder.filePath("points.npy");
    QVERIFY(tessera::writeNpy(path.toStdString(), {"", "<f4", {2, 2}, points.data()}).isOk());
    const auto run = runProgram({"evaluate", sample("spiral_mlp.pt"), "--data", path, "--json", "-"});
    QCOMPARE(run.err, QByteArray());
    QCOMPARE(run.status, 0);
    QCOMPARE(run.json()["samples"].toInt(), 2);
    QVERIFY(run.json()["accuracy"].isNull());
}

void CommandLineTest::jsonGoesToAFile() {
    const QTemporaryDir folder;
    const auto path = folder.filePath("result.json");
    const auto run = runProgram({"inspect", data("s_tiny.pt"), "--json", path});
    QCOMPARE(run.status, 0);
    QVERIFY(run.out.contains("self-check"));  // the text as well
    QVERIFY(QJsonDocument::fromJson(firstBytes(path, 1 << 20)).object().contains("layers"));
    QCOMPARE(QFileInfo(folder.path()).dir().entryList(QDir::NoFilter).filter("partial").size(), 0);
}

void CommandLineTest::threadsDoNotChangeTheNumbers() {
    const QStringList arguments =
        QStringList{"evaluate", sample("mnist_mlp.pt"), "--limit", "200", "--json", "-"} + kDigits;
    auto one = runProgram(arguments + QStringList{"--threads", "1"}).json(),
         two = runProgram(arguments + QStringList{"--threads", "2"}).json();
    QVERIFY(one["samples"].toInt() == 200);
    QCOMPARE(one["accuracy"].toDouble(), two["accuracy"].toDouble());
    QVERIFY(std::abs(one["cross_entropy"].toDouble() - two["cross_entropy"].toDouble()) < 1e-6);
}

void CommandLineTest::badFilesAreOneLine_data() {
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("plane");
    QTest::addColumn<QString>("data");
    QTest::addColumn<QString>("named");  // the file that the line must name
    QTest::newRow("no model") << "none.pt"
                              << ""
                              << ""
                              << "none.pt";
    QTest::newRow("empty model") << "empty"
                                 << ""
                                 << ""
                                 << "empty";
    QTest::newRow("truncated model") << "truncated.pt"
                                     << ""
                                     << ""
                                     << "truncated.pt";
    QTest::newRow("text as a model") << "text.pt"
                                     << ""
                                     << ""
                                     << "text.pt";
    QTest::newRow("folder as a model") << "folder"
                                       << ""
                                       << ""
                                       << "folder";
    QTest::newRow("plane as a model") << data("s_tiny.plane.npz") << ""
                                      << ""
                                      << "s_tiny.plane.npz";
    QTest::newRow("no plane") << data("s_tiny.pt") << "none.npz"
                              << ""
                              << "none.npz";
    QTest::newRow("empty plane") << data("s_tiny.pt") << "empty"
                                 << ""
                                 << "empty";
    QTest::newRow("truncated plane") << data("s_tiny.pt") << "truncated.npz"
                                     << ""
                                     << "truncated.npz";
    QTest::newRow("model as a plane") << data("s_tiny.pt") << data("a_mlp2_64x3.pt") << ""
                                      << "a_mlp2_64x3.pt";
    QTest::newRow("plane of another shape") << data("s_tiny.pt") << data("d_lenet_max.plane.npz") << ""
                                            << "d_lenet_max.plane.npz";
    QTest::newRow("no data") << data("s_tiny.pt") << ""
                             << "none.csv"
                             << "none.csv";
    QTest::newRow("empty data") << data("s_tiny.pt") << ""
                                << "empty"
                                << "empty";
    QTest::newRow("truncated digits") << sample("mnist_mlp.pt") << ""
                                      << "truncated-images-idx3-ubyte.gz"
                                      << "truncated-images-idx3-ubyte.gz";
    QTest::newRow("data of another shape")
        << data("s_tiny.pt") << "" << sample("mnist-images-idx3-ubyte.gz") << "mnist-images-idx3-ubyte.gz";
    QTest::newRow("unknown generated set") << data("s_tiny.pt") << ""
                                           << "generate:cubes"
                                           << "generate:cubes";
}

void CommandLineTest::badFilesAreOneLine() {
    QFETCH(QString, model);
    QFETCH(QString, plane);
    QFETCH(QString, data);
    QFETCH(QString, named);
    const QTemporaryDir folder;
    written(folder, "empty", {});
    written(folder, "text.pt", "this is not a model\n");
    written(folder, "truncated.pt", firstBytes(::data("s_tiny.pt"), 1500));
    written(folder, "truncated.npz", firstBytes(::data("s_tiny.plane.npz"), 500));
    written(folder, "truncated-images-idx3-ubyte.gz", firstBytes(sample("mnist-images-idx3-ubyte.gz"), 5000));
    QDir(folder.path()).mkdir("folder");
    const auto inFolder = [&](const QString& name) {
        return name.isEmpty() || name.contains('/') || name.contains(':') ? name : folder.filePath(name);
    };
    QStringList arguments{"inspect", inFolder(model)};
    if (!plane.isEmpty()) arguments = {"regions", inFolder(model), "--plane", inFolder(plane)};
    if (!data.isEmpty()) arguments = {"evaluate", inFolder(model), "--data", inFolder(data)};
    const auto run = runProgram(arguments);
    QVERIFY2(run.status == 1, QByteArray::number(run.status) + run.err);
    QVERIFY2(run.failedInOneLine(), run.err);
    QVERIFY2(run.err.contains(named.toUtf8()), run.err);
    QCOMPARE(run.out, QByteArray());
}

void CommandLineTest::unwritableOutputIsOneLine() {
    for (const char* option : {"--json", "--mesh", "--figure"}) {
        const QString name =
            QString("/nowhere/at/all") + (qstrcmp(option, "--figure") == 0 ? ".png" : ".npz");
        const auto run =
            runProgram({"regions", data("s_tiny.pt"), "--plane", data("s_tiny.plane.npz"), option, name});
        QCOMPARE(run.status, 1);
        QVERIFY2(run.failedInOneLine() && run.err.contains("/nowhere/at"), run.err);
    }
}

void CommandLineTest::probeList() {
    const auto run = runProgram({"probe", "--list", "--json", "-"});
    QCOMPARE(run.status, 0);
    QStringList names;
    const auto list = QJsonDocument::fromJson(run.out).array();
    for (const QJsonValue probe : list) {
        names << probe["name"].toString();
        for (const QJsonValue parameter : probe["parameters"].toArray())
            QVERIFY(!parameter["sentence"].toString().isEmpty());
    }
    for (const char* name :
         {"class-map", "evaluate", "regions", "counterfactual", "local-geometry", "path-regions"})
        QVERIFY2(names.contains(name), name);
}

QTEST_GUILESS_MAIN(CommandLineTest)
#include "command_line_test.moc"
