// SPDX-License-Identifier: GPL-3.0-or-later
// A model cut in two is the model again; embeddings on disk are the layer's values, served from the cache the
// second time and continued after a stop.
#include "core/heads/embed.h"

#include <QtTest>
#include <cmath>
#include <fstream>

#include "core/data/npy_texts.h"
#include "core/data/npz.h"
#include "core/data/splits.h"
#include "core/model/model_cut.h"
#include "tests/core/data/scratch_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

std::string sample(const char* name) {
    return std::string(TESSERA_SAMPLES "/") + name;
}

EmbedRequest digits() {
    EmbedRequest request;
    request.model = loadModel(sample("mnist_cnn.pt")).value();
    request.data = openDataset(sample("mnist-images-idx3-ubyte.gz")).value();
    request.normalisation = {{0.1307}, {0.3081}};
    return request;
}

class StopAt final : public Progress {
  public:
    StopAt(std::stop_source& stop, std::int64_t at) : stop_(stop), at_(at) {}
    void report(std::int64_t done, std::int64_t, std::string_view) override {
        if (done >= at_ && done > 0) stop_.request_stop();
    }

  private:
    std::stop_source& stop_;
    std::int64_t at_;
};

std::vector<std::filesystem::path> filesIn(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
    return files;
}

}  // namespace

class EmbedTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void cutModelsComposeToTheWhole_data() {
        QTest::addColumn<QString>("file");
        for (const char* file : {"mnist_mlp.pt", "mnist_cnn.pt", "spiral_mlp.pt"})
            QTest::newRow(file) << file;
    }
    void cutModelsComposeToTheWhole() {
        QFETCH(QString, file);
        const auto model = loadModel(sample(qPrintable(file))).value();
        const auto width = elementCount(model->info().inputShape);
        std::vector<double> inputs(static_cast<std::size_t>(3 * width));
        for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] = std::sin(static_cast<double>(i));
        std::vector<double> whole(static_cast<std::size_t>(3 * model->info().outputs)),
            composed(whole.size());
        QVERIFY(model->logits(inputs.data(), 3, whole.data()).isOk());
        int cuts = 0;
        for (const auto& layer : model->info().layers) {
            if (layer.node == 0 || layer.node == static_cast<int>(model->info().layers.size()) - 1) continue;
            const auto before = modelUpTo(*model, layer.name), after = modelFrom(*model, layer.name);
            QVERIFY2(before.isOk(), layer.name.c_str());
            if (after.isError()) {  // inside a residual block the shortcut leads round it
                QVERIFY(layer.name.starts_with("block."));
                QVERIFY(contains(after.error().message, "way round"));
                continue;
            }
            QCOMPARE(before.value()->info().outputs, elementCount(layer.outputShape));
            QCOMPARE(after.value()->info().inputShape, (Shape{elementCount(layer.outputShape)}));
            std::vector<double> values(static_cast<std::size_t>(3 * before.value()->info().outputs));
            QVERIFY(before.value()->logits(inputs.data(), 3, values.data()).isOk());
            QVERIFY(after.value()->logits(values.data(), 3, composed.data()).isOk());
            for (std::size_t i = 0; i < whole.size(); ++i) QVERIFY(std::abs(whole[i] - composed[i]) < 1e-12);
            ++cuts;
        }
        QVERIFY(cuts > 2);
        QVERIFY(!isAffine(*model));
        const auto head = modelFrom(*model, penultimateLayer(*model)).value();
        QVERIFY(isAffine(*head));
        QCOMPARE(head->info().outputs, model->info().outputs);
    }

    void refusedCuts() {
        const auto model = loadModel(sample("mnist_cnn.pt")).value();
        const auto unknown = modelUpTo(*model, "layer9");
        QVERIFY(contains(unknown.error().message, "no layer 'layer9'"));
        QVERIFY(contains(unknown.error().message, penultimateLayer(*model)));
        QVERIFY(
            contains(modelFrom(*model, model->info().layers.back().name).error().message, "no head follows"));
    }

    void valuesAreTheLayersAndKeepLabels() {
        const ScratchFolder scratch;
        auto request = digits();
        NoProgress progress;
        const EmbedCache cache{scratch.path("cache")};
        const auto made = embed(request, cache, {}, progress).value();
        QCOMPARE(made.layer, penultimateLayer(*request.model));
        QCOMPARE(made.samples, request.data->size());
        QVERIFY(!made.isFromCache);
        QCOMPARE(filesIn(cache.folder).size(), std::size_t{1});
        const auto data = openDataset(made.file.string()).value();
        QCOMPARE(data->size(), request.data->size());
        QCOMPARE(data->sampleShape(), (Shape{made.dimension}));
        const auto head = modelFrom(*request.model, made.layer).value();
        const auto values = readAll(*data);
        std::vector<float> logits(static_cast<std::size_t>(10 * data->size())), whole(logits.size());
        QVERIFY(head->logits(values.data(), data->size(), logits.data()).isOk());
        auto inputs = readAll(*request.data);
        normalise(request.normalisation, request.data->sampleShape(), request.data->size(), inputs.data());
        QVERIFY(request.model->logits(inputs.data(), data->size(), whole.data()).isOk());
        for (std::size_t i = 0; i < logits.size(); ++i) QVERIFY(std::abs(logits[i] - whole[i]) < 1e-3f);
        for (std::int64_t i = 0; i < data->size(); ++i) QCOMPARE(data->label(i), request.data->label(i));
        const auto splits = splitsOf(*data, 99).value();
        QVERIFY(splits.isGiven);
        QCOMPARE(splits.test, splitsOf(*request.data, 0).value().test);
    }

    // The file says what its rows were computed from, in the cache and wherever it is copied.
    void itemsAndNamesGoWithTheNumbers() {
        const ScratchFolder scratch;
        // A few digits in a folder of their own, which then moves together with the embeddings.
        std::filesystem::create_directories(scratch.path("home/data"));
        for (const char* name : {"digits-images-idx3-ubyte.gz", "digits-labels-idx1-ubyte.gz"})
            std::filesystem::copy(dataFile(std::string("datasets/") + name), scratch.path("home/data"));
        auto request = digits();
        request.data = openDataset(scratch.path("home/data/digits-images-idx3-ubyte.gz").string()).value();
        NoProgress progress;
        const auto made = embed(request, {scratch.path("cache")}, {}, progress).value();
        std::filesystem::create_directories(scratch.path("home/out"));
        QVERIFY(copyEmbeddings(made, *request.data, scratch.path("home/out/e.npz")).isOk());
        const auto digits = readAll(*request.data);
        for (const auto& file : {made.file, scratch.path("home/out/e.npz")}) {
            const auto data = openDataset(file.string()).value();
            QVERIFY2(data->notes().empty(), data->notes().empty() ? "" : data->notes()[0].c_str());
            QCOMPARE(readAll(*data->items()), digits);
            QCOMPARE(data->sampleName(3), request.data->sampleName(3));
            QCOMPARE(data->classNames(), request.data->classNames());
        }
        std::filesystem::rename(scratch.path("home"), scratch.path("moved"));
        const auto moved = openDataset(scratch.path("moved/out/e.npz").string()).value();
        QCOMPARE(readAll(*moved->items()), digits);
        // The cache has the old place: only the pictures are gone.
        const auto cached = openDataset(made.file.string()).value();
        QVERIFY(!cached->items());
        QCOMPARE(cached->sampleName(3), moved->sampleName(3));
        QCOMPARE(readAll(*cached), readAll(*moved));
    }

    void embeddingsOfEmbeddingsKeepTheFirstItems() {
        const ScratchFolder scratch;
        NoProgress progress;
        const auto first = digits();
        const auto made = embed(first, {scratch.path("cache")}, {}, progress).value();
        EmbedRequest second;
        second.model = modelFrom(*first.model, made.layer).value();
        second.data = openDataset(made.file.string()).value();
        if (const auto layer = penultimateLayer(*second.model); layer.empty())
            second.layer = second.model->info().layers.back().name;
        const auto again = embed(second, {scratch.path("cache")}, {}, progress).value();
        const auto data = openDataset(again.file.string()).value();
        QCOMPARE(data->items()->path(), first.data->path());
        QCOMPARE(data->sampleName(5), first.data->sampleName(5));
    }

    // Over data with a file for each sample: those files, also once everything has moved.
    void listedItemsStayListed() {
        const ScratchFolder scratch;
        std::filesystem::create_directories(scratch.path("home/out"));
        std::filesystem::copy(dataFile("datasets/animals"), scratch.path("home/animals"),
                              std::filesystem::copy_options::recursive);
        const float points[] = {1, 2, 3, 4, 5, 6};
        const PackedTexts items("items", {{"animals/dog/0001.jpg", "gone.jpg", "animals/cat/0002.jpg"}});
        const NpzEntry entries[] = {{"x", "<f4", {3, 2}, points}, items.entry()};
        QVERIFY(writeNpz(scratch.path("home/points.npz"), entries).isOk());
        EmbedRequest request;
        request.model = loadModel(sample("spiral_mlp.pt")).value();
        request.data = openDataset(scratch.path("home/points.npz").string()).value();
        NoProgress progress;
        const auto made = embed(request, {scratch.path("cache")}, {}, progress).value();
        QVERIFY(copyEmbeddings(made, *request.data, scratch.path("home/out/e.npz")).isOk());
        const auto picture = [](const Dataset& data, std::int64_t index) {
            std::vector<float> values(static_cast<std::size_t>(elementCount(data.items()->sampleShape())));
            const std::int64_t one[] = {index};
            return data.items()->read(one, values.data()).isOk() ? values : std::vector<float>();
        };
        const auto dog = picture(*request.data, 0), cat = picture(*request.data, 2);
        QVERIFY(!dog.empty() && !cat.empty() && dog != cat);
        const auto cached = openDataset(made.file.string()).value();
        QCOMPARE(picture(*cached, 0), dog);
        std::filesystem::rename(scratch.path("home"), scratch.path("moved"));
        const auto moved = openDataset(scratch.path("moved/out/e.npz").string()).value();
        QCOMPARE(picture(*moved, 0), dog);
        QVERIFY(picture(*moved, 1).empty());
        QCOMPARE(picture(*moved, 2), cat);
        QCOMPARE(moved->sampleName(1), request.data->sampleName(1));
    }

    void generatedSetsHaveNoItems() {
        const ScratchFolder scratch;
        EmbedRequest request;
        request.model = loadModel(sample("spiral_mlp.pt")).value();
        request.data = openDataset("generate:moons?samples=20").value();
        NoProgress progress;
        const auto made = embed(request, {scratch.path("cache")}, {}, progress).value();
        QVERIFY(copyEmbeddings(made, *request.data, scratch.path("e.npz")).isOk());
        const auto data = openDataset(scratch.path("e.npz").string()).value();
        QVERIFY(!data->items());
        QVERIFY(data->notes().empty());
        QCOMPARE(data->sampleName(3), request.data->sampleName(3));
    }

    // Class names, file names and the folder's contents count.
    void imageFolders() {
        const ScratchFolder scratch;
        std::filesystem::copy(dataFile("datasets/animals"), scratch.path("animals"),
                              std::filesystem::copy_options::recursive);
        EmbedRequest request;
        const auto folder = openDataset(scratch.path("animals").string()).value();
        const auto width = elementCount(folder->sampleShape());
        request.model = loadModel(dataFile("models/resnet8_b.pt")).value();
        QCOMPARE(elementCount(request.model->info().inputShape), width);
        request.data = folder;
        NoProgress progress;
        const auto made = embed(request, {scratch.path("cache")}, {}, progress).value();
        const auto data = openDataset(made.file.string()).value();
        QCOMPARE(data->classNames(), (std::vector<std::string>{"bird", "cat", "dog"}));
        QCOMPARE(data->sampleName(0), std::string("bird/0000.jpg"));
        QCOMPARE(readAll(*data->items()), readAll(*folder));
        std::filesystem::copy_file(scratch.path("animals/dog/0001.jpg"), scratch.path("animals/cat/0001.jpg"),
                                   std::filesystem::copy_options::overwrite_existing);
        request.data = openDataset(scratch.path("animals").string()).value();
        QVERIFY(embedKey(request, {}).value() != made.key);
    }

    void equalRequestsComeFromTheCache() {
        const ScratchFolder scratch;
        auto request = digits();
        NoProgress progress;
        const EmbedCache cache{scratch.path("cache")};
        const auto first = embed(request, cache, {}, progress).value();
        const auto second = embed(request, cache, {}, progress).value();
        QVERIFY(second.isFromCache);
        QCOMPARE(second.file, first.file);
        request.normalisation.mean = {0.13};
        QVERIFY(embedKey(request, {}).value() != first.key);
        request = digits();
        request.splitSeed = 1;
        QVERIFY(embedKey(request, {}).value() != first.key);
        request = digits();
        request.layer = request.model->info().layers.at(2).name;
        QVERIFY(embedKey(request, {}).value() != first.key);
        // A damaged entry is made again.
        std::ofstream(first.file, std::ios::trunc) << "no";
        request = digits();
        const auto third = embed(request, cache, {}, progress).value();
        QVERIFY(!third.isFromCache);
        QVERIFY(openDataset(third.file.string()).isOk());
    }

    void continuesAfterAStop() {
        const ScratchFolder scratch;
        const auto request = digits();
        NoProgress progress;
        const auto whole = embed(request, {scratch.path("a")}, {}, progress).value();
        std::stop_source stop;
        StopAt stopper(stop, 130);
        const EmbedCache cache{scratch.path("b")};
        QVERIFY(embed(request, cache, stop.get_token(), stopper).isCancelled());
        const auto held = filesIn(cache.folder);
        QCOMPARE(held.size(), std::size_t{1});
        std::ofstream(held[0], std::ios::app) << "half a row";  // as a killed process leaves it
        const auto resumed = embed(request, cache, {}, progress).value();
        QVERIFY(resumed.resumedAt >= 128 && resumed.resumedAt < resumed.samples);
        QCOMPARE(readAll(*openDataset(resumed.file.string()).value()),
                 readAll(*openDataset(whole.file.string()).value()));
        QCOMPARE(filesIn(cache.folder).size(), std::size_t{1});
    }

    void cacheIsBounded() {
        const ScratchFolder scratch;
        auto request = digits();
        NoProgress progress;
        EmbedCache cache{scratch.path("cache")};
        const auto first = embed(request, cache, {}, progress).value();
        cache.mostBytes = std::filesystem::file_size(first.file) * 3 / 2;
        request.splitSeed = 5;
        const auto second = embed(request, cache, {}, progress).value();
        QVERIFY(!std::filesystem::exists(first.file));
        QVERIFY(std::filesystem::exists(second.file));
    }

    void valuesThatAreNotFiniteAreSaid() {
        const ScratchFolder scratch;
        auto request = digits();
        request.normalisation = {{0}, {1e-44}};
        NoProgress progress;
        const auto made = embed(request, {scratch.path("cache")}, {}, progress);
        QVERIFY(made.isError());
        QVERIFY(contains(made.error().message, "not finite"));
    }
};

QTEST_GUILESS_MAIN(EmbedTest)
#include "embed_test.moc"
