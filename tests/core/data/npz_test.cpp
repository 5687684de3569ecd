// SPDX-License-Identifier: GPL-3.0-or-later
// Golden files come from NumPy (tests/golden/make_npy_files.py); round trips and truncation are properties.
#include "core/data/npz.h"

#include <rapidcheck.h>
#include <zip.h>

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <fstream>
#include <limits>

#include "core/data/byte_store.h"
#include "core/data/npz_archive.h"

using namespace tessera;

namespace {

std::filesystem::path golden(const std::string& name) {
    return std::filesystem::path(TESSERA_TEST_DATA) / "npy" / name;
}

std::vector<unsigned char> contentOf(const std::filesystem::path& path) {
    return readWhole(path).value();
}

void writeBytes(const std::filesystem::path& path, std::span<const unsigned char> bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

// The rule by which make_npy_files.py fills its arrays.
double goldenValue(const std::string& dtype, std::int64_t i) {
    switch (dtype[1]) {
        case 'f':
            return static_cast<double>(i) * 1.5 - 4;
        case 'i':
            return static_cast<double>(i * 7 - 20);
        case 'u':
            return static_cast<double>(i * 9);
        default:
            return i % 3 == 0 ? 1 : 0;
    }
}

bool followsRule(const NpyArray& array) {
    for (std::size_t i = 0; i < array.values.size(); ++i)
        if (array.values[i] != goldenValue(array.dtype, static_cast<std::int64_t>(i))) return false;
    return static_cast<std::int64_t>(array.values.size()) == elementCount(array.shape);
}

// One sentence that names the file, without line breaks.
bool isSentence(const Error& error, const std::string& file) {
    return error.message.find(file) != std::string::npos && error.message.find('\n') == std::string::npos &&
           error.message.ends_with('.');
}

}  // namespace

class NpzTest : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    std::filesystem::path scratch(const char* name) const {
        return std::filesystem::path(folder_.path().toStdString()) / name;
    }

  private Q_SLOTS:
    void golden_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("shape");
        for (const char* order : {"le", "be"})
            for (const char* type : {"f2", "f4", "f8", "i2", "i4", "i8", "u2", "u4", "u8"}) {
                const QString name = QString("%1_%2.npy").arg(order, type);
                QTest::newRow(qPrintable(name)) << name << "2 x 3";
            }
        for (const char* name :
             {"i1.npy", "u1.npy", "b1.npy", "version2.npy", "version3.npy", "python2.npy", "fortran2.npy"})
            QTest::newRow(name) << name << "2 x 3";
        QTest::newRow("3-D Fortran, big endian") << "fortran3.npy"
                                                 << "2 x 3 x 4";
        QTest::newRow("4-D Fortran") << "fortran4.npy"
                                     << "2 x 3 x 1 x 5";
    }
    void golden() {
        QFETCH(QString, file);
        QFETCH(QString, shape);
        const auto array = readNpy(::golden(file.toStdString()));
        QVERIFY2(array.isOk(), array.isError() ? array.error().message.c_str() : "");
        QCOMPARE(QString::fromStdString(shapeText(array.value().shape)), shape);
        QVERIFY(followsRule(array.value()));
    }

    void specialValues() {
        QCOMPARE(readNpy(::golden("scalar.npy")).value().values, std::vector<double>{2.5});
        QVERIFY(readNpy(::golden("scalar.npy")).value().shape.empty());
        QCOMPARE(readNpy(::golden("empty.npy")).value().shape, (Shape{0, 3}));
        const auto half = readNpy(::golden("special_f2.npy")).value().values;
        QCOMPARE(half[0], 0.0);
        QVERIFY(std::signbit(half[1]));
        QCOMPARE(half[2], std::ldexp(1.0, -24));  // the smallest subnormal
        QCOMPARE(half[3], 1023 * std::ldexp(1.0, -24));
        QCOMPARE(half[4], 65504.0);
        QCOMPARE(half[5], std::numeric_limits<double>::infinity());
        QCOMPARE(half[6], -std::numeric_limits<double>::infinity());
        QVERIFY(std::isnan(half[7]));
        QCOMPARE(half[8], 0.333251953125);
    }

    void refused_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("word");
        QTest::newRow("objects") << "object.npy"
                                 << "Python objects";
        QTest::newRow("records") << "structured.npy"
                                 << "records";
        QTest::newRow("unicode") << "unicode.npy"
                                 << "text";
        QTest::newRow("bytes") << "bytes.npy"
                               << "text";
        QTest::newRow("complex") << "complex.npy"
                                 << "complex";
        QTest::newRow("dates") << "date.npy"
                               << "dates";
        QTest::newRow("beyond 2^53") << "huge_u8.npy"
                                     << "2^53";
        QTest::newRow("absurd shape") << "absurd_shape.npz"
                                      << "shape";
        QTest::newRow("overflowing shape") << "overflowing_shape.npz"
                                           << "absurd shape";
        QTest::newRow("short data") << "short_data.npz"
                                    << "holds only";
        QTest::newRow("no arrays") << "no_arrays.npz"
                                   << "without .npy arrays";
        QTest::newRow("a string array") << "with_names.npz"
                                        << "names";
        QTest::newRow("missing") << "nowhere.npz"
                                 << "does not exist";
        QTest::newRow("a folder") << "../npy"
                                  << "folder";
    }
    void refused() {
        QFETCH(QString, file);
        QFETCH(QString, word);
        const auto path = ::golden(file.toStdString());
        const Error error = file.endsWith(".npy") ? readNpy(path).error() : readNpz(path).error();
        QVERIFY2(isSentence(error, path.string()), error.message.c_str());
        QVERIFY2(error.message.find(word.toStdString()) != std::string::npos, error.message.c_str());
    }

    void npzStoredAndDeflatedAgree() {
        for (const char* file : {"stored.npz", "deflated.npz"}) {
            const auto arrays = readNpz(::golden(file));
            QVERIFY2(arrays.isOk(), arrays.isError() ? arrays.error().message.c_str() : "");
            QCOMPARE(arrays.value().size(), std::size_t{3});
            QCOMPARE(arrays.value()[0].name, std::string("x"));
            QCOMPARE(arrays.value()[2].name, std::string("weights"));
            QCOMPARE(arrays.value()[2].shape, (Shape{3, 2}));
            for (const auto& array : arrays.value()) QVERIFY(followsRule(array));
        }
    }

    void unreadableMemberLeavesOthersReadable() {
        const auto archive = NpzArchive::open(::golden("with_names.npz")).value();
        QVERIFY(archive.find("names") != nullptr);
        QVERIFY(followsRule(archive.array(*archive.find("x")).value()));
    }

    // Every prefix of a valid file is refused with a sentence (or, past the needed bytes, read).
    void truncationAtEveryByte_data() {
        QTest::addColumn<QString>("file");
        for (const char* file : {"le_f8.npy", "version2.npy", "fortran3.npy", "stored.npz", "deflated.npz"})
            QTest::newRow(file) << file;
    }
    void truncationAtEveryByte() {
        QFETCH(QString, file);
        const auto bytes = contentOf(::golden(file.toStdString()));
        const auto path = scratch(qPrintable("cut_" + file));
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            const std::span<const unsigned char> start(bytes.data(), length);
            if (file.endsWith(".npy")) {
                const auto array = parseNpy(start, "cut.npy");
                QVERIFY(array.isError());
                QVERIFY2(isSentence(array.error(), "cut.npy"), array.error().message.c_str());
            } else {
                writeBytes(path, start);
                const auto arrays = readNpz(path);
                // minizip does not miss the last three bytes (the length of an empty comment); nothing else
                // may be lost.
                if (arrays.isOk()) {
                    QVERIFY2(length + 3 >= bytes.size(), std::to_string(length).c_str());
                    for (const auto& array : arrays.value()) QVERIFY(followsRule(array));
                    continue;
                }
                QVERIFY2(isSentence(arrays.error(), path.string()), arrays.error().message.c_str());
            }
        }
    }

    void damageNeverCrashes() {
        QVERIFY(rc::check("one changed byte is an error or a value", [this] {
            const auto file =
                *rc::gen::element<std::string>("deflated.npz", "stored.npz", "version3.npy", "fortran3.npy");
            auto bytes = contentOf(::golden(file));
            const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
            bytes[at] = *rc::gen::arbitrary<unsigned char>();
            const auto path = scratch("damaged");
            writeBytes(path, bytes);
            if (file.ends_with(".npy"))
                (void)readNpy(path).isOk();
            else
                (void)readNpz(path).isOk();
        }));
    }

    void roundTrip() {
        QVERIFY(rc::check("what is written is read", [this] {
            Shape shape = *rc::gen::container<Shape>(rc::gen::inRange<std::int64_t>(0, 5));
            if (shape.size() > 4) shape.resize(4);
            const auto count = static_cast<std::size_t>(elementCount(shape));
            const auto doubles =
                *rc::gen::container<std::vector<double>>(count, rc::gen::arbitrary<double>());
            const auto ints =
                *rc::gen::container<std::vector<std::int32_t>>(count, rc::gen::arbitrary<std::int32_t>());
            const auto longs = *rc::gen::container<std::vector<std::int64_t>>(
                count, rc::gen::inRange<std::int64_t>(-(std::int64_t{1} << 53), std::int64_t{1} << 53));
            const std::vector<float> floats(doubles.begin(), doubles.end());
            const NpzEntry entries[] = {{"d", "<f8", shape, doubles.data()},
                                        {"i", "<i4", shape, ints.data()},
                                        {"l", "<i8", shape, longs.data()},
                                        {"f", "<f4", shape, floats.data()}};
            const auto path = scratch("round.npz");
            RC_ASSERT(writeNpz(path, entries).isOk());
            const auto arrays = readNpz(path).value();
            RC_ASSERT(arrays.size() == 4u);
            const auto same = [&](const NpyArray& array, const auto& values) {
                return array.shape == shape &&
                       std::equal(values.begin(), values.end(), array.values.begin(), array.values.end(),
                                  [](auto a, double b) { return static_cast<double>(a) == b; });
            };
            RC_ASSERT(same(arrays[0], doubles) && same(arrays[1], ints) && same(arrays[2], longs) &&
                      same(arrays[3], floats));
            RC_ASSERT(writeNpy(scratch("round.npy"), entries[0]).isOk());
            RC_ASSERT(readNpy(scratch("round.npy")).value().values == arrays[0].values);
        }));
    }

    // The uncompressed size in the zip directory is a claim, not a fact.
    void lyingDirectory() {
        auto bytes = contentOf(::golden("deflated.npz"));
        const unsigned char central[] = {'P', 'K', 1, 2};
        const auto at = std::search(bytes.begin(), bytes.end(), std::begin(central), std::end(central));
        QVERIFY(at != bytes.end());
        at[24 + 3] = 0x7f;  // 2 GB announced
        writeBytes(scratch("lying.npz"), bytes);
        QVERIFY(readNpz(scratch("lying.npz")).isError());
    }

    void zipBomb() {
        const auto path = scratch("bomb.npz");
        zipFile zip = zipOpen64(path.c_str(), APPEND_STATUS_CREATE);
        QVERIFY(zip != nullptr);
        QCOMPARE(
            zipOpenNewFileInZip64(zip, "x.npy", nullptr, nullptr, 0, nullptr, 0, nullptr, Z_DEFLATED, 1, 0),
            ZIP_OK);
        const auto header = contentOf(::golden("le_f8.npy"));
        zipWriteInFileInZip(zip, header.data(), static_cast<unsigned>(header.size()));
        const std::vector<unsigned char> zeros(30 << 20, 0);
        for (int i = 0; i < 10; ++i)
            zipWriteInFileInZip(zip, zeros.data(), static_cast<unsigned>(zeros.size()));
        zipCloseFileInZip(zip);
        zipClose(zip, nullptr);
        QVERIFY(std::filesystem::file_size(path) < 4'000'000);
        const auto arrays = readNpz(path);
        QVERIFY(arrays.isError());
        QVERIFY2(arrays.error().message.find("zip bomb") != std::string::npos,
                 arrays.error().message.c_str());
    }

    void failedWriteKeepsTheOldFile() {
        const auto path = scratch("kept.npz");
        const double one = 1;
        const NpzEntry good[] = {{"x", "<f8", {1}, &one}};
        const NpzEntry bad[] = {{"x", "<f8", {1}, &one}, {"y", "<f8", {2}, nullptr}};
        QVERIFY(writeNpz(path, good).isOk());
        QVERIFY(writeNpz(path, bad).isError());
        QCOMPARE(readNpz(path).value().size(), std::size_t{1});
        const auto nowhere = writeNpz("/nonexistent/folder/x.npz", good);
        QVERIFY(nowhere.isError());
        QVERIFY2(isSentence(nowhere.error(), "/nonexistent/folder/x.npz"), nowhere.error().message.c_str());
        for (const auto& entry : std::filesystem::directory_iterator(path.parent_path()))
            QVERIFY(entry.path().string().find(".part") == std::string::npos);
    }

    void equalContentGivesEqualFiles() {
        const double values[] = {1, 2, 3};
        const NpzEntry entries[] = {{"x", "<f8", {3}, values}};
        QVERIFY(writeNpz(scratch("a.npz"), entries).isOk() && writeNpz(scratch("b.npz"), entries).isOk());
        QCOMPARE(contentOf(scratch("a.npz")), contentOf(scratch("b.npz")));
    }
};

QTEST_GUILESS_MAIN(NpzTest)
#include "npz_test.moc"
