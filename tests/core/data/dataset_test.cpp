// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for every format: dispatch by content, size, threads, mismatches in words.
#include "core/data/dataset.h"

#include <QElapsedTimer>
#include <QtTest>
#include <thread>

#include "tests/core/data/scratch_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

std::size_t residentBytes() {
    std::ifstream in("/proc/self/statm");
    std::size_t pages = 0, resident = 0;
    in >> pages >> resident;
    return resident * 4096;
}

// A sparse file of zeros behind a header: what opening costs must not depend on it.
std::string sparse(const ScratchFolder& scratch, const std::string& name, const std::string& header,
                   std::uint64_t size) {
    const auto path = scratch.write(name, header);
    std::filesystem::resize_file(path, size);
    return path;
}

}  // namespace

class DatasetTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void hundredThousandSamplesOpenAtOnce() {
        const ScratchFolder scratch;
        const std::string images("\0\0\x08\x03\0\x01\x86\xa0\0\0\0\x1c\0\0\0\x1c", 16),
            labels("\0\0\x08\x01\0\x01\x86\xa0", 8);
        const auto idx = sparse(scratch, "big-images-idx3-ubyte", images, 16 + 100'000ull * 784);
        sparse(scratch, "big-labels-idx1-ubyte", labels, 8 + 100'000);
        const auto cifar = sparse(scratch, "big.bin", "", 100'000ull * 3073);
        for (const auto& [path, budget] : {std::pair{idx, 16u << 20}, {cifar, 16u << 20}}) {
            const auto before = residentBytes();
            QElapsedTimer timer;
            timer.start();
            const auto data = openDataset(path);
            const auto elapsed = timer.elapsed();
            QVERIFY2(data.isOk(), data.isError() ? data.error().message.c_str() : "");
            const auto grown = residentBytes() - before;
            qInfo("%s: opened in %lld ms, %zu KiB more memory", path.c_str(), elapsed, grown >> 10);
            QCOMPARE(data.value()->size(), 100'000);
            QVERIFY(grown < budget);
            std::vector<float> out(static_cast<std::size_t>(elementCount(data.value()->sampleShape())), 1.0f);
            const std::int64_t last = 99'999;
            QVERIFY(data.value()->read({&last, 1}, out.data()).isOk());
            QCOMPARE(out.back(), 0.0f);
        }
    }

    void readsFromManyThreads() {
        const auto data = openDataset(dataFile("datasets/digits-images-idx3-ubyte.gz")).value();
        const auto pictures = openDataset(dataFile("datasets/animals")).value();
        for (const auto& set : {data, pictures}) {
            const auto expected = readAll(*set);
            std::vector<std::vector<float>> got(4);
            {
                std::vector<std::jthread> threads;
                for (auto& values : got) threads.emplace_back([&] { values = readAll(*set); });
            }
            for (const auto& values : got) QVERIFY(values == expected);
        }
    }

    // The suffix does not matter.
    void decidedByContent() {
        const ScratchFolder scratch;
        const auto copy = [&](const std::string& from, const std::string& to) {
            std::filesystem::copy_file(dataFile(from), scratch.path(to));
            return scratch.path(to).string();
        };
        QCOMPARE(openDataset(copy("npy/stored.npz", "a.csv")).value()->format(),
                 std::string("NumPy archive"));
        QCOMPARE(openDataset(copy("npy/fortran2.npy", "b.gz")).value()->format(), std::string("NumPy array"));
        QCOMPARE(openDataset(copy("datasets/digits-images-idx3-ubyte.gz", "c.npy")).value()->format(),
                 std::string("IDX"));
        QCOMPARE(openDataset(scratch.write("d.png", std::string("a,label\n1,0\n"))).value()->format(),
                 std::string("CSV"));
        QCOMPARE(openDataset(scratch.write("e.txt", std::string(3073, '\x01'))).value()->format(),
                 std::string("CIFAR-10 binary"));
    }

    void refused() {
        const ScratchFolder scratch;
        QVERIFY(contains(refusal("/nowhere/at/all", "/nowhere/at/all"), "does not exist"));
        QVERIFY(contains(refusal("/dev/zero", "/dev/zero"), "regular file"));
        QVERIFY(contains(refusal(scratch.write("empty.npy", std::string()), "empty.npy"), "is empty"));
        QVERIFY(contains(refusal(scratch.write("m", std::string("\x01\x02\x03\x04\x00", 5)), "m"), "IDX"));
        QVERIFY(
            contains(refusal(scratch.write("h5", std::string("\x89HDF\r\n\x1a\n\0\0", 10)), "h5"), "HDF5"));
        QVERIFY(contains(refusal(scratch.write("j", std::string("{\n  \"a\": 1\n}\n")), "j"), "JSON"));
        QVERIFY(contains(refusal("", "No data"), "choose"));
        std::filesystem::create_directory(scratch.path("bare"));
        QVERIFY(contains(refusal(scratch.path("bare").string(), "bare"), "holds no data"));
        scratch.write("mnist/t10k-images-idx3-ubyte",
                      std::string("\0\0\x08\x03\0\0\0\0\0\0\0\0\0\0\0\0", 16));
        QVERIFY(contains(refusal(scratch.path("mnist").string(), "mnist"), "open one of them"));
    }

    void shapes() {
        const auto fits = [](const Shape& model, const Shape& sample) {
            return shapeMismatch(model, sample, "d.npz").empty();
        };
        QVERIFY(fits({784}, {1, 28, 28}));
        QVERIFY(fits({1, 28, 28}, {784}));
        QVERIFY(fits({1, 28, 28}, {28, 28}));
        QVERIFY(fits({3, 32, 32}, {3, 32, 32}));
        QVERIFY(fits({3072}, {3, 32, 32}));
        QVERIFY(fits({1, 2}, {2}));
        const auto text = [](const Shape& model, const Shape& sample) {
            return shapeMismatch(model, sample, "d.npz");
        };
        QVERIFY(contains(text({3, 32, 32}, {1, 32, 32}),
                         "grey (1 channel) and the model expects colour (3 channels)"));
        QVERIFY(contains(text({1, 28, 28}, {1, 32, 32}), "resize the images to 28 x 28"));
        QVERIFY(contains(text({3, 32, 32}, {1, 28, 28}), "from grey (1 channel) to colour (3 channels)"));
        QVERIFY(contains(text({3, 32, 48}, {32, 48, 3}), "channels are last"));
        QVERIFY(contains(text({784}, {2}), "2 values against 784"));
        QVERIFY(contains(text({4, 6}, {6, 4}), "another order"));
        for (const auto& sentence : {text({784}, {2}), text({4, 6}, {6, 4}), text({3, 32, 32}, {1, 32, 32})})
            QVERIFY(contains(sentence, "d.npz"));
    }

    void classCounts() {
        const auto digits = openDataset(dataFile("datasets/digits-images-idx3-ubyte.gz")).value();
        const auto animals = openDataset(dataFile("datasets/animals")).value();
        QVERIFY(classCountMismatch(10, *digits).empty());
        QVERIFY(classCountMismatch(12, *digits).empty());  // numbers may leave out the last classes
        QVERIFY(contains(classCountMismatch(2, *digits), "10 classes and the model tells 2 apart"));
        QVERIFY(classCountMismatch(3, *animals).empty());
        QVERIFY(contains(classCountMismatch(10, *animals), "3 classes"));  // bird would be class 0
        const ScratchFolder scratch;
        QVERIFY(classCountMismatch(5, *openDataset(scratch.write("u.csv", std::string("a,b\n1,2\n"))).value())
                    .empty());
    }

    void normalisation() {
        const Shape shape{2, 1, 3};
        const Normalisation n{{0.5, 0.25}, {0.5, 2}};
        QVERIFY(validateNormalisation(n, shape).isOk());
        std::vector<float> values{0, 0.5f, 1, 0.25f, 2.25f, -1.75f, 1, 1, 1, 1, 1, 1};
        normalise(n, shape, 2, values.data());
        QCOMPARE(values, (std::vector<float>{-1, 0, 1, 0, 1, -1, 1, 1, 1, 0.375f, 0.375f, 0.375f}));
        std::vector<double> back(values.begin(), values.begin() + 6);
        denormalise(n, shape, 1, back.data());
        QCOMPARE(back, (std::vector<double>{0, 0.5, 1, 0.25, 2.25, -1.75}));
        std::vector<float> one{2, 4};
        normalise({{1}, {}}, {2}, 1, one.data());
        QCOMPARE(one, (std::vector<float>{1, 3}));
        const auto says = [](const Normalisation& bad, const Shape& of, const char* part) {
            const auto result = validateNormalisation(bad, of);
            return result.isError() && contains(result.error().message, part);
        };
        QVERIFY(says({{1, 2}, {}}, {3, 2, 2}, "mean has 2 entries but the samples have 3 channels"));
        QVERIFY(says({{}, {0}}, {3, 2, 2}, "std holds 0"));
        QVERIFY(says({{std::nan("")}, {}}, {4}, "mean holds nan"));
    }
};

QTEST_GUILESS_MAIN(DatasetTest)
#include "dataset_test.moc"
