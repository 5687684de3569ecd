// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/opening.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <set>

#include "app/window/sample_catalogue.h"

using namespace tessera;

class OpeningTest : public QObject {
    Q_OBJECT

    static QString data(const char* name) {
        return QStringLiteral(TESSERA_TEST_DATA "/") + QLatin1String(name);
    }
    static QString sample(const char* name) {
        return QStringLiteral(TESSERA_SAMPLES "/") + QLatin1String(name);
    }
    static Opened open(OpenRequest request) {
        NoProgress none;
        return openSources(request, {}, none).value();
    }

  private Q_SLOTS:
    void tellsModelsAndDataApartByContent() {
        QTemporaryDir folder;
        QVERIFY(QFile::copy(sample("spiral_mlp.pt"), folder.filePath("misnamed.csv")));
        QVERIFY(QFile::copy(sample("spiral.csv"), folder.filePath("misnamed.pt")));
        const auto opened =
            open({{folder.filePath("misnamed.csv"), folder.filePath("misnamed.pt")}, {}, nullptr, nullptr});
        QVERIFY(opened.model && opened.dataset && opened.problems.isEmpty());
        QCOMPARE(opened.sources.size(), 2);
        QCOMPARE(opened.anchors.size(), 3u);
        QVERIFY(!opened.pair.isEmpty());
    }

    // safetensors hold weights or samples; the names inside say which.
    void embeddingsInSafetensorsAreData() {
        QTemporaryDir folder;
        const QByteArray table = R"({"x":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},)"
                                 R"("y":{"dtype":"U8","shape":[3],"data_offsets":[24,27]}})";
        QFile file(folder.filePath("embeddings.safetensors"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(1, static_cast<char>(table.size())) + QByteArray(7, '\0') + table +
                   QByteArray(24, '\0') + QByteArray("\0\1\1", 3));
        file.close();
        const auto opened = open({{file.fileName(), sample("spiral_mlp.pt")}, {}, nullptr, nullptr});
        QVERIFY(opened.problems.isEmpty() && opened.model && opened.dataset);
        QCOMPARE(opened.dataset->size(), 3);
        QCOMPARE(opened.dataset->label(1), 1);
    }

    void pairsWithWhatIsOpen() {
        const auto first = open({{sample("mnist_mlp.pt")}, {}, nullptr, nullptr});
        QVERIFY(first.model && !first.dataset && first.pair.isEmpty());
        const auto second = open({{sample("mnist-images-idx3-ubyte.gz")}, {}, first.model, nullptr});
        QVERIFY(!second.model && second.dataset);
        QVERIFY(!second.pair.isEmpty());
        std::set<int> labels;
        for (const qint64 anchor : second.anchors) labels.insert(second.dataset->label(anchor));
        QCOMPARE(labels.size(), 3u);  // one of each of three classes
        // The same pair has the same fingerprint, in whatever order it came to be.
        const auto third = open({{sample("mnist_mlp.pt")}, {}, nullptr, second.dataset});
        QCOMPARE(third.pair, second.pair);
        const auto other = open({{sample("mnist_cnn.pt")}, {}, nullptr, second.dataset});
        QVERIFY(other.pair != second.pair);
    }

    void misfitsGetNoAnchors() {
        const auto opened =
            open({{sample("spiral_mlp.pt"), sample("mnist-images-idx3-ubyte.gz")}, {}, nullptr, nullptr});
        QVERIFY(opened.model && opened.dataset);
        QVERIFY(opened.anchors.empty());
    }

    void guessedShapeIsAGuessNoLongerWithData() {
        const auto alone = open({{sample("mnist_cnn.pt")}, {}, nullptr, nullptr});
        QVERIFY(alone.model && alone.model->info().isShapeGuessed && !alone.model->info().notes.empty());
        const QString digits = sample("mnist-images-idx3-ubyte.gz");
        const auto later = open({{digits}, {}, alone.model, nullptr});
        QVERIFY(later.model && !later.model->info().isShapeGuessed);
        QCOMPARE(later.model->info().inputShape, alone.model->info().inputShape);
        const auto together = open({{sample("mnist_cnn.pt"), digits}, {}, nullptr, nullptr});
        QVERIFY(together.model && together.model->info().notes.empty());
    }

    void everyProblemIsOneSentenceWithTheFile_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("remedy");
        using Remedy = OpenProblem::Remedy;
        QTest::newRow("missing") << "/nowhere/net.pt" << int(Remedy::None);
        QTest::newRow("whole pickle") << data("models/refused_module.pt") << int(Remedy::None);
        QTest::newRow("bomb") << data("models/refused_bomb.pt") << int(Remedy::None);
        QTest::newRow("NaN weights") << data("models/types.pt") << int(Remedy::None);
        QTest::newRow("unknown family") << data("models/views.pt") << int(Remedy::Architecture);
        QTest::newRow("objects in npy") << data("npy/absurd_shape.npz") << int(Remedy::None);
    }
    void everyProblemIsOneSentenceWithTheFile() {
        QFETCH(QString, path);
        QFETCH(int, remedy);
        const auto opened = open({{path}, {}, nullptr, nullptr});
        QVERIFY(!opened.model && !opened.dataset);
        QCOMPARE(opened.problems.size(), 1);
        const auto& problem = opened.problems.front();
        QVERIFY2(problem.sentence.contains(QFileInfo(path).fileName()), qPrintable(problem.sentence));
        QVERIFY2(!problem.sentence.contains('\n') && !problem.sentence.contains("--"),
                 qPrintable(problem.sentence));
        QCOMPARE(int(problem.remedy), remedy);
    }

    void oneBadFileDoesNotSpoilTheOthers() {
        const auto opened =
            open({{sample("spiral_mlp.pt"), "/nowhere/x.csv", sample("spiral.csv")}, {}, nullptr, nullptr});
        QVERIFY(opened.model && opened.dataset);
        QCOMPARE(opened.problems.size(), 1);
        QCOMPARE(opened.sources.size(), 2);
    }

    void stops() {
        std::stop_source stop;
        stop.request_stop();
        NoProgress none;
        QVERIFY(openSources({{sample("mnist_mlp.pt")}, {}, nullptr, nullptr}, stop.get_token(), none)
                    .isCancelled());
    }

    void anchorsOfDataWithFewClassesOrNone() {
        const auto two = openDataset("generate:moons?samples=50&noise=0.1&seed=1").value();
        const auto anchors = proposeAnchors(*two);
        QCOMPARE(anchors.size(), 3u);
        QCOMPARE(std::set<qint64>(anchors.begin(), anchors.end()).size(), 3u);
    }

    void hintsOfTheCommandLineAreDropped() {
        QCOMPARE(sentenceForWindow("give the shape of one sample (--input-shape 1,28,28)."),
                 QString("give the shape of one sample."));
    }

    void catalogueListsTheBundledSamples() {
        const auto samples = readSamples(TESSERA_SAMPLES).value();
        QVERIFY(samples.size() >= 3);
        for (const BundledSample& bundled : samples) {
            QVERIFY(!bundled.title.isEmpty() && !bundled.description.isEmpty());
            QCOMPARE(bundled.anchors.size(), 3u);
            LoadOptions options;
            options.inputShape = bundled.inputShape;
            const auto opened = open({{bundled.model, bundled.data}, options, nullptr, nullptr});
            QVERIFY(opened.model && opened.dataset);
            QVERIFY(opened.problems.isEmpty());
            QVERIFY(
                shapeMismatch(opened.model->info().inputShape, opened.dataset->sampleShape(), "").empty());
            QVERIFY(validateNormalisation(bundled.normalisation, opened.dataset->sampleShape()).isOk());
        }
        QTemporaryDir folder;
        QVERIFY(readSamples(folder.path()).isError());
        QFile broken(folder.filePath("samples.json"));
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("{");
        broken.close();
        QVERIFY(readSamples(folder.path()).isError());
    }
};

QTEST_GUILESS_MAIN(OpeningTest)
#include "opening_test.moc"
