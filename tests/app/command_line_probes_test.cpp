// SPDX-License-Identifier: GPL-3.0-or-later
// `tessera probe`, run as a script would: usage, help, results in every form, and Ctrl-C.
#include <signal.h>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "core/data/npz.h"
#include "program_run.h"

namespace {

QString sample(const QString& name) {
    return QStringLiteral(TESSERA_SAMPLES "/") + name;
}
const QStringList kDigits{sample("mnist_mlp.pt"),
                          "--data",
                          sample("mnist-images-idx3-ubyte.gz"),
                          "--mean",
                          "0.1307",
                          "--std",
                          "0.3081"};
const QStringList kSpiral{sample("spiral_mlp.pt"), "--data", sample("spiral.csv")};

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QJsonArray columnOf(const QJsonObject& record, const QString& name) {
    for (const QJsonValue table : record["tables"].toArray())
        for (const QJsonValue column : table["columns"].toArray())
            if (column["name"].toString() == name) return column["values"].toArray();
    return {};
}

}  // namespace

class CommandLineProbesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void wrongUsageIsTwo_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("part");
        const QStringList local = QStringList{"probe", "local-geometry"} + kSpiral;
        QTest::newRow("no name") << QStringList{"probe"} << QByteArray("local-geometry");
        QTest::newRow("unknown name") << QStringList{"probe", "geometry", "m.pt"} << QByteArray("'geometry'");
        QTest::newRow("own command") << QStringList{"probe", "evaluate"} << QByteArray("tessera evaluate");
        QTest::newRow("no model") << QStringList{"probe", "local-geometry"} << QByteArray("MODEL");
        QTest::newRow("no data") << QStringList{"probe", "local-geometry", sample("spiral_mlp.pt")}
                                 << QByteArray("--data");
        QTest::newRow("unknown setting") << local + QStringList{"--colour", "red"} << QByteArray("--colour");
        QTest::newRow("out of range")
            << local + QStringList{"--bisections", "61"} << QByteArray("bisections is 61");
        QTest::newRow("not a number") << local + QStringList{"--ray-steps", "x"} << QByteArray("ray-steps");
        QTest::newRow("not a choice")
            << local + QStringList{"--ray-targets", "all"} << QByteArray("nearest, mean, none");
        QTest::newRow("samples and limit")
            << local + QStringList{"--samples", "1", "--limit", "2"} << QByteArray("--samples");
        QTest::newRow("figure of no kind") << local + QStringList{"--figure", "a.bmp"} << QByteArray("a.bmp");
        QTest::newRow("too few samples")
            << QStringList{"probe", "path-regions"} + kSpiral + QStringList{"--samples", "1"}
            << QByteArray("at least 2");
    }
    void wrongUsageIsTwo() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, part);
        const auto run = runProgram(arguments);
        QVERIFY2(run.status == 2, QByteArray::number(run.status) + run.err);
        QVERIFY2(run.failedInOneLine() && run.err.contains(part), run.err);
        QCOMPARE(run.out, QByteArray());
    }

    void helpIsMadeFromTheDescription() {
        const auto run = runProgram({"probe", "local-geometry", "--help"});
        QCOMPARE(run.status, 0);
        for (const char* part : {"--ray-targets", "nearest|mean|none", "--bisections", "[24; 0 to 60]",
                                 "[512 MiB; 16 to 1048576]", "What it computes", "operator norm", "Cost",
                                 "Source", "BMVC 2023", "--samples", "--csv", "--npz", "--figure"})
            QVERIFY2(run.out.contains(part), part + QByteArray("\n") + run.out);
    }

    void everyForm() {
        const QTemporaryDir folder;
        const auto json = folder.filePath("r.json"), npz = folder.filePath("r.npz"),
                   csv = folder.filePath("csv"), figure = folder.filePath("r.svg");
        const auto run = runProgram(QStringList{"probe", "local-geometry"} + kDigits +
                                    QStringList{"--limit", "60", "--json", json, "--npz", npz, "--csv", csv,
                                                "--figure", figure, "--ray-steps", "8"});
        QVERIFY2(run.status == 0, run.err);
        QCOMPARE(run.err, QByteArray());
        QVERIFY2(run.out.contains("Empirical Lipschitz constant"), run.out);
        const auto record = QJsonDocument::fromJson(contentOf(json)).object();
        QCOMPARE(record["probe"].toString(), QString("local-geometry"));
        QCOMPARE(record["complete"].toBool(), true);
        QCOMPARE(record["parameters"].toObject()["ray-steps"].toInt(), 8);
        QCOMPARE(record["parameters"].toObject()["bisections"].toInt(), 24);
        QCOMPARE(record["provenance"].toObject()["samples"].toInt(), 60);
        QCOMPARE(record["provenance"].toObject()["files"].toArray().size(), 3);
        const auto norms = columnOf(record, "jacobian_norm"),
                   distances = columnOf(record, "boundary_distance");
        QCOMPARE(norms.size(), 60);

        // The same numbers, to the last digit, in all three files.
        const auto arrays = tessera::readNpz(npz.toStdString());
        QVERIFY(arrays.isOk());
        int compared = 0;
        for (const auto& array : arrays.value()) {
            if (array.name != "samples.jacobian_norm" && array.name != "samples.boundary_distance") continue;
            const auto& column = array.name == "samples.jacobian_norm" ? norms : distances;
            for (std::size_t i = 0; i < 60; ++i, ++compared) {
                const auto value = column[static_cast<qsizetype>(i)];
                if (value.isNull())
                    QVERIFY(std::isnan(array.values[i]));
                else
                    QCOMPARE(array.values[i], value.toDouble());
            }
        }
        QCOMPARE(compared, 120);
        const auto lines = contentOf(csv + "/samples.csv").split('\n');
        QCOMPARE(lines.size(), 62);  // header, rows, nothing
        const auto header = lines[0].trimmed().split(','), cells = lines[60].trimmed().split(',');
        QCOMPARE(cells[header.indexOf("jacobian_norm")].toDouble(), norms[59].toDouble());

        const auto svg = contentOf(figure);
        QVERIFY(svg.contains("<svg") && svg.contains("<text"));
        QVERIFY2(svg.contains("Boundary distance"), "live text");
    }

    void jsonAlone() {
        const auto run = runProgram(QStringList{"probe", "local-geometry"} + kSpiral +
                                    QStringList{"--samples", "5,1,5", "--json", "-"});
        QCOMPARE(run.status, 0);
        QCOMPARE(columnOf(run.json(), "sample"), (QJsonArray{5, 1, 5}));
    }

    // Bit for bit, on a network in input space; the three rates are all there is.
    void counterfactuals() {
        const QTemporaryDir folder;
        const auto figure = folder.filePath("c.svg"), csv = folder.filePath("csv");
        const QStringList arguments =
            QStringList{"probe", "counterfactual"} + kSpiral +
            QStringList{"--radius", "0.4", "--preset", "v2", "--json", "-", "--csv", csv, "--figure", figure};
        const auto run = runProgram(arguments + QStringList{"--threads", "1"});
        QVERIFY2(run.status == 0, run.err);
        const auto one = run.json(), two = runProgram(arguments + QStringList{"--threads", "2"}).json();
        QCOMPARE(one["tables"], two["tables"]);
        QCOMPARE(one["summary"], two["summary"]);
        double sum = 0;
        int rates = 0;
        for (const QJsonValue metric : one["summary"].toArray())
            if (const auto name = metric["name"].toString();
                name == "supported_rate" || name == "unsupported_rate" || name == "no_flip_rate")
                sum += metric["value"].toDouble(), ++rates;
        QCOMPARE(rates, 3);
        QVERIFY(std::abs(sum - 1) < 1e-12);
        QCOMPARE(contentOf(csv + "/samples.csv").count('\n'), columnOf(one, "sample").size() + 1);
        QVERIFY(contentOf(csv + "/classes.csv").startsWith("class,name,references,threshold,"));
        QVERIFY(contentOf(figure).contains("Outcome by distance and support"));
        const auto wrong = runProgram(arguments + QStringList{"--quantile", "1.5"});
        QVERIFY(wrong.status != 0);
        QVERIFY2(wrong.err.contains("quantile") && wrong.err.count('\n') == 1, wrong.err);
    }

    void threadsDoNotChangeTheNumbers() {
        const QStringList arguments =
            QStringList{"probe", "local-geometry"} + kDigits + QStringList{"--limit", "40", "--json", "-"};
        const auto one = runProgram(arguments + QStringList{"--threads", "1"}).json(),
                   two = runProgram(arguments + QStringList{"--threads", "2"}).json();
        for (const char* name : {"margin", "jacobian_norm", "boundary_distance"}) {
            const auto a = columnOf(one, name), b = columnOf(two, name);
            QCOMPARE(a.size(), 40);
            for (qsizetype i = 0; i < 40; ++i)
                QVERIFY(std::abs(a[i].toDouble() - b[i].toDouble()) < 1e-9 * (1 + std::abs(a[i].toDouble())));
        }
    }

    void paths() {
        const auto run = runProgram(QStringList{"probe", "path-regions"} + kDigits +
                                    QStringList{"--samples", "2,10,8", "--closed", "true", "--json", "-"});
        QVERIFY2(run.status == 0, run.err);
        QCOMPARE(run.json()["parameters"].toObject()["closed"].toBool(), true);
        QVERIFY(!run.json()["tables"].toArray().isEmpty());
    }

    // All samples, asked for by their number, are as chosen as some of them.
    void limitBeyondTheDataIsAll() {
        const QTemporaryDir folder;
        QFile three(folder.filePath("three.csv"));
        QVERIFY(three.open(QIODevice::WriteOnly));
        three.write("x1,x2,label\n0.1,-0.2,0\n0.5,0.3,1\n-0.4,0.6,0\n");
        three.close();
        for (const char* limit : {"3", "5"}) {
            const auto run = runProgram({"probe", "path-regions", sample("spiral_mlp.pt"), "--data",
                                         three.fileName(), "--limit", limit, "--json", "-"});
            QVERIFY2(run.status == 0, run.err);
            QCOMPARE(columnOf(run.json(), "from"), (QJsonArray{0, 1}));
        }
    }

    void failuresAreOneLine() {
        const auto beyond = runProgram(QStringList{"probe", "local-geometry"} + kSpiral +
                                       QStringList{"--samples", "100000000"});
        QCOMPARE(beyond.status, 1);
        QVERIFY2(beyond.failedInOneLine() && beyond.err.contains("spiral.csv"), beyond.err);
        const auto missing =
            runProgram({"probe", "local-geometry", "none.pt", "--data", sample("spiral.csv")});
        QCOMPARE(missing.status, 1);
        QVERIFY2(missing.failedInOneLine() && missing.err.contains("none.pt"), missing.err);
        for (const char* option : {"--csv", "--npz", "--json", "--figure"}) {
            const QString name =
                QString("/proc/nowhere/at.") + (qstrcmp(option, "--figure") == 0 ? "png" : "x");
            const auto run = runProgram(QStringList{"probe", "local-geometry"} + kSpiral +
                                        QStringList{"--limit", "3", option, name});
            QCOMPARE(run.status, 1);
            QVERIFY2(run.failedInOneLine() && run.err.contains("/proc/nowhere"), run.err);
        }
    }

    // Figures and meshes of a volume, with no display.
    void volume() {
        const QTemporaryDir folder;
        QStringList asked = QStringList{"probe", "volume"} + kDigits +
                            QStringList{"--samples", "2,10,8,4", "--margin", "0.02", "--resolution", "16"};
        const QStringList outputs{"v.png", "v.svg"}, meshes{"b.vtp", "b.ply", "b.npz", "c.vtu"};
        auto whole = asked + QStringList{"--json", folder.filePath("v.json")};
        for (const auto& name : outputs) whole << "--figure" << folder.filePath(name);
        for (const auto& name : meshes) whole << "--mesh" << folder.filePath(name);
        const auto run = runProgram(whole);
        QVERIFY2(run.status == 0, run.err);
        for (const auto& name : outputs + meshes)
            QVERIFY2(QFileInfo(folder.filePath(name)).size() > 1000, qPrintable(name));
        const auto record = QJsonDocument::fromJson(contentOf(folder.filePath("v.json"))).object();
        QJsonObject numbers;
        for (const QJsonValue metric : record["summary"].toArray())
            numbers[metric["name"].toString()] = metric["value"];
        QCOMPARE(numbers["euler"].toDouble(), 1.0);
        QCOMPARE(numbers["pattern_mismatches"].toDouble(), 0.0);
        QVERIFY(numbers["regions"].toDouble() > 1000);
        double share = 0;
        for (const QJsonValue part : columnOf(record, "share")) share += part.toDouble();
        QVERIFY(std::abs(share - 1) < 1e-9);
        QVERIFY(contentOf(folder.filePath("v.svg")).contains("Decision boundary"));  // live text

        // Held as it is asked: one picture, from that side, of what is wanted.
        const auto held = [&](const QStringList& view) {
            const auto path = folder.filePath("held.svg");
            QFile::remove(path);
            const auto drawn = runProgram(asked + QStringList{"--figure", path} + view);
            return drawn.status == 0 ? contentOf(path) : drawn.err;
        };
        const auto front = held({"--view-eye", "0 -1 0"}),
                   cut = held({"--view-eye", "0 -1 0", "--view-cut", "1"});
        QVERIFY2(front.contains(">Volume<"), front.left(300));
        QVERIFY(!front.contains(">Linear regions<"));
        QVERIFY(cut != front && cut.contains("</svg>"));
        QVERIFY(held({"--view-eye", "1 0 0"}) != front);
        for (const QStringList& wrong :
             {QStringList{"--figure", folder.filePath("w.svg"), "--view-eye", "here"},
              QStringList{"--view-cells", "true"}}) {
            const auto refused = runProgram(asked + wrong);
            QCOMPARE(refused.status, 2);
            QVERIFY2(refused.failedInOneLine() && refused.err.contains("view"), refused.err);
        }

        const auto few = runProgram(asked + QStringList{"--method", "exact", "--max-cells", "100"});
        QCOMPARE(few.status, 0);
        QVERIFY2(few.err.contains("budget of 100 cells reached"), few.err);
        const auto suffix = runProgram(asked + QStringList{"--mesh", folder.filePath("b.stl")});
        QCOMPARE(suffix.status, 2);
        QVERIFY2(suffix.err.contains(".vtp"), suffix.err);
        const auto flat =
            runProgram(QStringList{"probe", "volume"} + kSpiral + QStringList{"--samples", "1,2,3,4"});
        QCOMPARE(flat.status, 1);
        QVERIFY2(flat.failedInOneLine() && flat.err.contains("needs at least 3"), flat.err);
    }

    void listAndManual() {
        const auto list = runProgram({"probe", "--list"});
        QCOMPARE(list.status, 0);
        for (const char* name : {"class-map:", "counterfactual:", "evaluate:", "regions:", "local-geometry:",
                                 "path-regions:", "volume:"})
            QVERIFY2(list.out.contains(name), list.out);
        const QTemporaryDir folder;
        const auto manual = runProgram({"probe", "--manual", folder.filePath("manual")});
        QVERIFY2(manual.status == 0, manual.err);
        const auto page = contentOf(folder.filePath("manual/local-geometry.md"));
        for (const char* part :
             {"# Local geometry of samples", "| `--bisections` |", "## Source", "DeepFool"})
            QVERIFY2(page.contains(part), page);
        QVERIFY(contentOf(folder.filePath("manual/index.md")).contains("path-regions.md"));
    }

    // Ctrl-C in the middle: what was found is written, marked partial, and the status says so.
    void interruptKeepsWhatIsThere() {
        const QTemporaryDir folder;
        const auto json = folder.filePath("r.json");
        QProcess process;
        process.setProcessEnvironment(withoutDisplay());
        process.start(TESSERA_PROGRAM, QStringList{"probe", "local-geometry"} + kDigits +
                                           QStringList{"--ray-steps", "2000", "--json", json});
        process.closeWriteChannel();
        QVERIFY(process.waitForStarted());
        // Until it is computing: the data file is open or has been.
        const auto status = QString("/proc/%1/stat").arg(process.processId());
        QTRY_VERIFY_WITH_TIMEOUT(contentOf(status).split(' ').value(13).toLong() > 150, 60'000);
        QVERIFY(process.state() == QProcess::Running);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 1);
        const auto error = process.readAllStandardError();
        QVERIFY2(error.startsWith("tessera: ") && error.count('\n') == 1 && error.contains("cancelled"),
                 error);
        if (!QFileInfo::exists(json)) QSKIP("stopped before the first sample was finished");
        const auto record = QJsonDocument::fromJson(contentOf(json)).object();
        QCOMPARE(record["complete"].toBool(), false);
        QVERIFY(record["provenance"].toObject()["note"].toString().contains("cancelled"));
        QVERIFY(columnOf(record, "margin").size() > 0);
    }
};

QTEST_GUILESS_MAIN(CommandLineProbesTest)
#include "command_line_probes_test.moc"
