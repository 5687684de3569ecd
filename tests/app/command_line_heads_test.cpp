// SPDX-License-Identifier: GPL-3.0-or-later
// `tessera heads`, run as a script would: the bundled CNN's penultimate features, heads over them, and the
// heads side by side.
#include <signal.h>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include "core/data/dataset.h"
#include "core/data/npz.h"
#include "program_run.h"

namespace {

QString sample(const QString& name) {
    return QStringLiteral(TESSERA_SAMPLES "/") + name;
}

QStringList embedDigits(const QTemporaryDir& folder) {
    return {"heads",
            "embed",
            sample("mnist_cnn.pt"),
            "--data",
            sample("mnist-images-idx3-ubyte.gz"),
            "--mean",
            "0.1307",
            "--std",
            "0.3081",
            "--cache",
            folder.filePath("cache"),
            "--out",
            folder.filePath("digits.npz")};
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QJsonArray column(const QJsonObject& record, const QString& table, const QString& name) {
    for (const QJsonValue one : record["tables"].toArray())
        if (one["name"].toString() == table)
            for (const QJsonValue found : one["columns"].toArray())
                if (found["name"].toString() == name) return found["values"].toArray();
    return {};
}

// Two classes on a line, 60 samples.
bool writeLine(const QString& path) {
    std::vector<double> x;
    std::vector<std::int64_t> y;
    for (int i = 0; i < 60; ++i) x.push_back(i % 2 == 0 ? -1 - i * 0.01 : 1 + i * 0.01), y.push_back(i % 2);
    const std::vector<tessera::NpzEntry> entries{{"x", "<f8", {60, 1}, x.data()},
                                                 {"y", "<i8", {60}, y.data()}};
    return tessera::writeNpz(path.toStdString(), entries).isOk();
}

}  // namespace

class CommandLineHeadsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void fromModelToComparedHeads() {
        const QTemporaryDir folder;
        auto embedded = runProgram(embedDigits(folder) + QStringList{"--json", "-"});
        QVERIFY2(embedded.status == 0, embedded.err);
        QCOMPARE(embedded.json()["from_cache"].toBool(), false);
        QVERIFY(embedded.json()["samples"].toInt() >= 1000);
        const int dimension = embedded.json()["dimension"].toInt();
        QVERIFY(dimension >= 16);
        const auto first = contentOf(folder.filePath("digits.npz"));
        embedded = runProgram(embedDigits(folder) + QStringList{"--json", "-"});
        QCOMPARE(embedded.json()["from_cache"].toBool(), true);
        QCOMPARE(contentOf(folder.filePath("digits.npz")), first);

        // Pictures and names of the digits come along.
        const auto opened = tessera::openDataset(folder.filePath("digits.npz").toStdString()).value();
        QVERIFY(opened->items() && opened->items()->isImage());
        QCOMPARE(opened->items()->path().filename().string(), std::string("mnist-images-idx3-ubyte.gz"));
        QCOMPARE(opened->sampleName(7), opened->items()->sampleName(7));

        const auto embeddings = folder.filePath("digits.npz"), heads = folder.filePath("heads");
        const auto trained = runProgram({"heads", "train", embeddings, "--method", "softmax,lda", "--seeds",
                                         "42,43", "--lr", "0.01", "--wd", "0.0001,0.01", "--epochs", "30",
                                         "--out", heads, "--json", "-", "--csv", folder.filePath("csv")});
        QVERIFY2(trained.status == 0, trained.err);
        QCOMPARE(trained.err, QByteArray());
        QCOMPARE(trained.json()["complete"].toBool(), true);
        QCOMPARE(trained.json()["dimension"].toInt(), dimension);
        const auto accuracy = column(trained.json(), "heads", "accuracy");
        QCOMPARE(accuracy.size(), 5);
        for (const QJsonValue value : accuracy) QVERIFY2(value.toDouble() > 0.9, trained.out);
        QVERIFY(column(trained.json(), "curves", "train_loss").size() > 20);
        QVERIFY(contentOf(folder.filePath("csv/heads.csv")).startsWith("head,accuracy"));
        const auto files = QDir(heads).entryList({"*.safetensors"}, QDir::Files, QDir::Name);
        QCOMPARE(files.size(), 5);
        QVERIFY(files.contains("softmax-seed-43-lr-0.01-wd-0.0001.safetensors"));

        QStringList compare{"heads", "compare", embeddings};
        for (const QJsonValue file : column(trained.json(), "heads", "file"))
            compare << heads + "/" + file.toString();
        const auto compared = runProgram(compare + QStringList{"--json", "-"});
        QVERIFY2(compared.status == 0, compared.err);
        const auto again = column(compared.json(), "heads", "accuracy");
        for (int i = 0; i < 5; ++i) QCOMPARE(again[i].toDouble(), accuracy[i].toDouble());
        const auto angle = column(compared.json(), "heads", "angle");
        QCOMPARE(angle[0].toDouble(), 0.0);
        QVERIFY(angle[1].toDouble() > 0 && angle[4].toDouble() > 1);
        QCOMPARE(column(compared.json(), "ranges", "quantity")[0].toString(), QString("accuracy"));
        QVERIFY(column(compared.json(), "ranges", "range")[0].toDouble() < 0.1);

        const auto flips =
            runProgram(compare + QStringList{"--json", "-", "--counterfactual", "--set", "steps=50"});
        QVERIFY2(flips.status == 0, flips.err);
        const auto success = column(flips.json(), "heads", "success_rate"),
                   none = column(flips.json(), "heads", "no_flip_rate");
        QCOMPARE(success.size(), 5);
        for (int i = 0; i < 5; ++i) QVERIFY(std::abs(success[i].toDouble() + none[i].toDouble() - 1) < 1e-12);
        const auto text = runProgram(compare);
        QVERIFY2(text.out.contains("Accuracy") && text.out.contains("Range over seeds"), text.out);

        // A head is a model like any other.
        const auto judged =
            runProgram({"evaluate", heads + "/" + files.first(), "--data", embeddings, "--json", "-"});
        QVERIFY2(judged.status == 0, judged.err);
    }

    void sameSeedSameBytes() {
        const QTemporaryDir folder;
        QVERIFY(writeLine(folder.filePath("line.npz")));
        const auto head = [&](const QString& out, const QString& threads) {
            const auto run = runProgram({"heads", "train", folder.filePath("line.npz"), "--method",
                                         "softmax,mlp", "--hidden", "8", "--epochs", "5", "--seeds", "7,8",
                                         "--out", folder.filePath(out), "--threads", threads});
            return run.status == 0
                       ? contentOf(folder.filePath(out + "/softmax-seed-7-lr-0.001-wd-0.0001.safetensors")) +
                             contentOf(folder.filePath(out + "/mlp-8-seed-8-lr-0.001-wd-0.0001.safetensors"))
                       : QByteArray();
        };
        const auto one = head("a", "1");
        QVERIFY(one.size() > 500);
        QCOMPARE(head("b", "1"), one);
        QCOMPARE(head("c", "3"), one);
    }

    void wrongUsageIsTwo_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("part");
        const QStringList train{"heads", "train", "e.npz", "--out", "o"};
        QTest::newRow("no command") << QStringList{"heads"} << QByteArray("subcommand");
        QTest::newRow("no out") << QStringList{"heads", "train", "e.npz"} << QByteArray("--out");
        QTest::newRow("unknown method") << train + QStringList{"--method", "tree"} << QByteArray("tree");
        QTest::newRow("bad rate") << train + QStringList{"--lr", "0"} << QByteArray("learning rate is 0");
        QTest::newRow("bad seeds") << train + QStringList{"--seeds", "a,b"} << QByteArray("--seeds");
        QTest::newRow("no heads") << QStringList{"heads", "compare", "e.npz"} << QByteArray("HEAD");
        QTest::newRow("unknown setting")
            << QStringList{"heads", "compare", "e.npz", "h.pt", "--counterfactual", "--set", "speed=9"}
            << QByteArray("speed=9");
        QTest::newRow("setting out of range")
            << QStringList{"heads", "compare", "e.npz", "h.pt", "--counterfactual", "--set", "quantile=2"}
            << QByteArray("quantile");
    }
    void wrongUsageIsTwo() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, part);
        const auto run = runProgram(arguments);
        QVERIFY2(run.status == 2, QByteArray::number(run.status) + run.err);
        QVERIFY2(run.failedInOneLine() && run.err.contains(part), run.err);
    }

    void failuresAreOneSentence() {
        const QTemporaryDir folder;
        QVERIFY(writeLine(folder.filePath("line.npz")));
        const auto fails = [](const QStringList& arguments, const char* part) {
            const auto run = runProgram(arguments);
            if (run.status == 1 && run.failedInOneLine() && run.err.contains(part)) return true;
            qWarning("%d: %s", run.status, run.err.constData());
            return false;
        };
        const auto out = folder.filePath("o"), line = folder.filePath("line.npz");
        QVERIFY(fails({"heads", "train", folder.filePath("none.npz"), "--out", out}, "none.npz"));
        QVERIFY(fails({"heads", "train", line, "--out", line}, "line.npz"));
        QVERIFY(fails({"heads", "train", sample("spiral_mlp.pt"), "--out", out}, "spiral_mlp.pt"));
        QVERIFY(fails({"heads", "compare", line, sample("spiral_mlp.pt")}, "takes 2 values"));
        QVERIFY(
            fails({"heads", "embed", sample("mnist_cnn.pt"), "--data", sample("mnist-images-idx3-ubyte.gz"),
                   "--layer", "nowhere", "--out", out, "--cache", folder.filePath("cache")},
                  "no layer 'nowhere'"));
    }

    void interruptKeepsFinishedHeads() {
        const QTemporaryDir folder;
        QVERIFY(writeLine(folder.filePath("line.npz")));
        QProcess process;
        process.setProcessEnvironment(withoutDisplay());
        process.start(TESSERA_PROGRAM, {"heads", "train", folder.filePath("line.npz"), "--epochs", "1000000",
                                        "--patience", "1000000", "--batch", "1", "--out",
                                        folder.filePath("o"), "--json", folder.filePath("r.json")});
        QVERIFY(process.waitForStarted());
        // Interrupted in the middle of work, which lasts far longer than this: once it has caught signals.
        // Until it is that program, it is a copy of this one, which catches and blocks signals as this does.
        const auto catches = [&] {
            const auto of = QString("/proc/%1/").arg(process.processId());
            if (QFileInfo(of + "exe").symLinkTarget() != QFileInfo(TESSERA_PROGRAM).canonicalFilePath())
                return false;
            for (const auto& line : contentOf(of + "status").split('\n'))
                if (line.startsWith("SigCgt:"))
                    if (line.split('\t').last().toULongLong(nullptr, 16) & (1ULL << (SIGINT - 1)))
                        return true;
            return false;
        };
        QTRY_VERIFY(catches());
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(30'000));
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(process.readAllStandardError().contains("cancelled"));
    }
};

QTEST_GUILESS_MAIN(CommandLineHeadsTest)
#include "command_line_heads_test.moc"
