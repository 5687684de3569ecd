// SPDX-License-Identifier: GPL-3.0-or-later
// From a request to head files: sweep texts, folders of their own, stopping, and cutting a model.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "core/heads/head_maker.h"
#include "core/heads/sweep_text.h"
#include "core/model/layered_model.h"
#include "core/model/model_cut.h"
#include "head_data.h"

using namespace tessera;

namespace {

// By the opened file, sample by sample.
double accuracyOf(const Model& model, const Dataset& data, const std::vector<std::int64_t>& samples) {
    int right = 0;
    for (const auto sample : samples) {
        std::vector<float> point(static_cast<std::size_t>(elementCount(data.sampleShape())));
        std::vector<float> logits(static_cast<std::size_t>(model.classCount()));
        if (!data.read(std::span(&sample, 1), point.data()).isOk()) return -1;
        if (!model.logits(point.data(), 1, logits.data()).isOk()) return -1;
        right += std::max_element(logits.begin(), logits.end()) - logits.begin() == data.label(sample);
    }
    return double(right) / double(samples.size());
}

QStringList filesIn(const QString& folder) {
    return QDir(folder).entryList(QDir::Files, QDir::Name);
}

}  // namespace

class HeadMakerTest : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::shared_ptr<const Dataset> data_;
    NoProgress progress_;

    MakeHeadsRequest request(const char* name) {
        MakeHeadsRequest request;
        request.on.data = data_;
        HeadSweep sweep;
        sweep.seeds = {1, 2};
        sweep.base.epochs = 3;
        sweep.base.learningRate = 0.05;
        request.recipes = recipesOf(sweep);
        sweep.base.method = HeadMethod::Lda;
        request.recipes.push_back(recipesOf(sweep).front());
        request.folder = folder_.filePath(name).toStdString();
        return request;
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(test::writeClasses(folder_.filePath("classes.npz").toStdString(), 300, 5, 3, 4));
        data_ = openDataset(folder_.filePath("classes.npz").toStdString()).value();
    }

    void seedsAreListsAndRanges() {
        using Seeds = std::vector<std::uint64_t>;
        QCOMPARE(seedsFromText("42-46", "Seeds").value(), (Seeds{42, 43, 44, 45, 46}));
        QCOMPARE(seedsFromText(" 7, 42;43 43 6-8", "Seeds").value(), (Seeds{7, 42, 43, 6, 8}));
        QCOMPARE(seedsFromText("18446744073709551615", "Seeds").value(), (Seeds{18446744073709551615ULL}));
        for (const char* bad : {"", " , ", "a", "1.5", "-3", "5-", "9-3", "0-100000", "18446744073709551616",
                                "0-18446744073709551615"}) {
            const auto seeds = seedsFromText(bad, "Seeds");
            QVERIFY2(seeds.isError(), bad);
            const auto sentence = QString::fromStdString(seeds.error().message);
            QVERIFY2(sentence.startsWith("Seeds ") && sentence.endsWith(".") && sentence.contains("; give"),
                     qPrintable(sentence));
        }
    }
    void ratesAreNumbers() {
        QCOMPARE(ratesFromText("0.001, 1e-2 0.01", "Rates").value(), (std::vector<double>{0.001, 0.01}));
        for (const char* bad : {"", "x", "0,001x", "nan", "inf"})
            QVERIFY2(ratesFromText(bad, "Rates").isError(), bad);
        QVERIFY(ratesFromText("0.1, fast", "Rates").error().message.find("'fast'") != std::string::npos);
    }

    void headsAreFilesAndModels() {
        const auto made = makeHeads(request("heads"), {}, progress_);
        QVERIFY2(made.isOk(), made.isError() ? made.error().message.c_str() : "");
        QCOMPARE(made.value().heads.size(), std::size_t(3));
        QCOMPARE(filesIn(folder_.filePath("heads")),
                 (QStringList{"lda.safetensors", "softmax-seed-1-lr-0.05-wd-0.0001.safetensors",
                              "softmax-seed-2-lr-0.05-wd-0.0001.safetensors"}));
        const auto splits = splitsOf(*data_, 0, 0.1, 0.2).value();
        QCOMPARE(
            static_cast<std::int64_t>(splits.train.size() + splits.reference.size() + splits.test.size()),
            data_->size());
        for (const auto& head : made.value().heads) {
            QVERIFY(head.trained.isComplete);
            QVERIFY(head.model && head.model->info().path == head.file);
            QVERIFY(head.test.accuracy > 0.6);
            QCOMPARE(head.test.accuracy, accuracyOf(*head.model, *data_, splits.test));
            // The file is the head that was trained.
            const double at[] = {0.5, -1, 2, 0, 1};
            double logits[3];
            QVERIFY(head.model->logits(at, 1, logits).isOk());
            const Rows own = logitsOf(head.trained.head, Eigen::Map<const Rows>(at, 1, 5));
            for (int c = 0; c < 3; ++c) QVERIFY(std::abs(own(0, c) - logits[c]) < 1e-12);
        }
    }

    void whatIsThereIsLeftAlone() {
        QVERIFY(QDir(folder_.path()).mkpath("taken"));
        QFile file(folder_.filePath("taken/notes.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const auto made = makeHeads(request("taken"), {}, progress_);
        QVERIFY(made.isOk());
        QCOMPARE(QString::fromStdString(made.value().folder.filename().string()), QString("taken-2"));
        QCOMPARE(filesIn(folder_.filePath("taken")), QStringList{"notes.txt"});
        QVERIFY(makeFreshFolder(folder_.filePath("classes.npz/below").toStdString()).isError());
    }

    void stoppingKeepsWhatIsTrained() {
        auto wanted = request("stopped");
        wanted.recipes.front().epochs = 1;  // is done before the stop
        wanted.recipes[1].epochs = wanted.recipes[1].patience = 1'000'000;
        std::stop_source source;
        const auto made =
            makeHeads(wanted, source.get_token(), progress_, [&](std::size_t head, const EpochPoint& point) {
                if (head == 1 && point.epoch == 2) source.request_stop();
            });
        QVERIFY(made.isOk());
        const auto& heads = made.value().heads;
        QVERIFY(heads[0].trained.isComplete && heads[0].model);
        QVERIFY(!heads[1].trained.isComplete && heads[1].model);
        QCOMPARE(heads[1].trained.curve.size(), std::size_t(3));
        QCOMPARE(QString::fromStdString(heads[1].file.filename().string()),
                 QString("softmax-seed-2-lr-0.05-wd-0.0001-stopped.safetensors"));
        QCOMPARE(readHeadMetadata(heads[1].file).at("tessera.complete"), std::string("false"));
        QVERIFY(!heads[2].model && heads[2].file.empty());  // it was never begun
    }
    void stoppedAtOnceLeavesNothing() {
        std::stop_source source;
        source.request_stop();
        QVERIFY(makeHeads(request("nothing"), source.get_token(), progress_).isCancelled());
        QVERIFY(!QDir(folder_.filePath("nothing")).exists());
    }
    void failuresAreSentences() {
        QVERIFY(test::writeClasses(folder_.filePath("one.npz").toStdString(), 40, 2, 1, 4));
        auto wanted = request("failed");
        wanted.on.data = openDataset(folder_.filePath("one.npz").toStdString()).value();
        const auto made = makeHeads(wanted, {}, progress_);
        QVERIFY(made.isError());
        QVERIFY2(made.error().message.find("one class") != std::string::npos, made.error().message.c_str());
        QVERIFY(!QDir(folder_.filePath("failed")).exists());
    }
    void aHeadThatDivergesAtOnceIsNotKept() {
        auto wanted = request("diverged");
        wanted.recipes.resize(1);
        wanted.recipes.front().learningRate = 1e300;
        const auto made = makeHeads(wanted, {}, progress_);
        QVERIFY(made.isError());
        QVERIFY2(made.error().message.find("smaller learning rate") != std::string::npos,
                 made.error().message.c_str());
    }

    void theEndOfAModelIsLayers() {
        // D-7-4-3 in one piece, cut after the first ReLU: what follows is 7-4-3.
        Random random(3);
        const std::vector<AffineLayer> whole{initialLayer(random, 5, 7), initialLayer(random, 7, 4),
                                             initialLayer(random, 4, 3)};
        const auto model = modelOfLayers(whole, {}).value();
        QCOMPARE(penultimateLayer(*model), std::string("3"));
        const auto after = layersAfter(*model, "1");
        QVERIFY(after && after->size() == 2);
        QVERIFY(after->front().weight == whole[1].weight && after->back().bias == whole[2].bias);
        QVERIFY(isLayeredAfter(*model, "3"));
        QVERIFY(!isLayeredAfter(*model, "0"));  // a ReLU comes first
        QVERIFY(!isLayeredAfter(*model, "4") && !isLayeredAfter(*model, "nowhere"));
    }

    void aCutModelIsDataAndAHead() {
        const auto model = loadModel(TESSERA_SAMPLES "/mnist_cnn.pt").value();
        const auto digits = openDataset(TESSERA_SAMPLES "/mnist-images-idx3-ubyte.gz").value();
        CutModelRequest wanted;
        wanted.embed = {model, penultimateLayer(*model), digits, {{0.1307}, {0.3081}}};
        wanted.cache.folder = folder_.filePath("cache").toStdString();
        wanted.file = folder_.filePath("cut.npz").toStdString();
        wanted.keepHead = true;
        const auto cut = cutModel(wanted, {}, progress_);
        QVERIFY2(cut.isOk(), cut.isError() ? cut.error().message.c_str() : "");
        const auto& [embedded, file, headFile, embeddings, head] = cut.value();
        QCOMPARE(QString::fromStdString(headFile.filename().string()), QString("cut-head.safetensors"));
        // Through the cut the logits are the model's own.
        const std::vector<std::int64_t> some{0, 17, 400};
        std::vector<float> pixels(some.size() * 784), values(some.size() * std::size_t(embedded.dimension)),
            whole(some.size() * 10), parts(some.size() * 10);
        QVERIFY(digits->read(some, pixels.data()).isOk());
        normalise(wanted.embed.normalisation, digits->sampleShape(), 3, pixels.data());
        QVERIFY(embeddings->read(some, values.data()).isOk());
        QVERIFY(model->logits(pixels.data(), 3, whole.data()).isOk());
        QVERIFY(head->logits(values.data(), 3, parts.data()).isOk());
        for (std::size_t i = 0; i < whole.size(); ++i)
            QVERIFY2(std::abs(whole[i] - parts[i]) < 1e-4,
                     qPrintable(QString("%1 %2").arg(whole[i]).arg(parts[i])));
        const auto again = cutModel(wanted, {}, progress_);
        QVERIFY(again.isOk() && again.value().embedded.isFromCache);
        QCOMPARE(QString::fromStdString(again.value().file.filename().string()), QString("cut-2.npz"));

        wanted.embed.layer = model->info().layers[1].name;  // a convolution
        const auto refused = cutModel(wanted, {}, progress_);
        QVERIFY(refused.isError());
        QVERIFY(refused.error().message.find("cut at a later layer") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(HeadMakerTest)
#include "head_maker_test.moc"
