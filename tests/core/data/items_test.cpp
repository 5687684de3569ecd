// SPDX-License-Identifier: GPL-3.0-or-later
// Names, class names and raw items of npz, safetensors and CSV: what is read, what is missing, what is
// refused.
#include <sys/stat.h>

#include <QImage>
#include <QtTest>

#include "core/data/item_files.h"
#include "core/data/npy_texts.h"
#include "tests/core/data/scratch_folder.h"
#include "tests/core/data/tensor_file.h"

using namespace tessera;
using namespace tessera::test;

namespace {

const std::string kAnimals = dataFile("datasets/animals");

bool hasNote(const Dataset& data, const std::string& part) {
    const auto notes = data.notes();
    if (std::any_of(notes.begin(), notes.end(),
                    [&](const auto& note) { return note.find(part) != std::string::npos; }))
        return true;
    for (const auto& note : notes) qWarning("note: %s", note.c_str());
    return false;
}

// Three rows with labels, and texts.
std::string embeddings(const ScratchFolder& scratch, const std::vector<PackedTexts>& texts) {
    static const float x[] = {1, 2, 3, 4, 5, 6};
    static const std::int32_t y[] = {2, 0, 1};
    std::vector<NpzEntry> entries{{"x", "<f4", {3, 2}, x}, {"y", "<i4", {3}, y}};
    for (const auto& text : texts) entries.push_back(text.entry());
    const auto path = scratch.path("set.npz");
    return writeNpz(path, entries).isOk() ? path.string() : "not written";
}

std::string quoted(const std::string& text) {
    std::string json = "\"";
    for (const char c : text) json += c == '"' ? std::string("\\\"") : std::string(1, c);
    return json + "\"";
}

void writeImage(const std::filesystem::path& path, int width, int height, QRgb colour) {
    std::filesystem::create_directories(path.parent_path());
    QImage image(width, height, QImage::Format_RGB32);
    image.fill(colour);
    QVERIFY(image.save(QString::fromStdString(path.string())));
}

std::vector<float> item(const Dataset& data, std::int64_t index) {
    std::vector<float> values(static_cast<std::size_t>(elementCount(data.items()->sampleShape())));
    const std::int64_t one[] = {index};
    if (!data.items()->read(one, values.data()).isOk()) values.clear();
    return values;
}

}  // namespace

class ItemsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void namesAndClassNames() {
        const ScratchFolder scratch;
        const std::vector<std::string> names{"plain", "grün \xf0\x9f\xa6\x89", "", "  two\nlines "};
        const auto data = openDataset(embeddings(scratch, {{"names", std::span(names).first(3)},
                                                           {"class_names", {{"cat", "dog", "Eule", ""}}}}))
                              .value();
        QCOMPARE(data->sampleName(0), names[0]);
        QCOMPARE(data->sampleName(1), names[1]);
        QCOMPARE(data->sampleName(2), std::string("set #2"));  // an empty text is no name
        QCOMPARE(data->classNames(), (std::vector<std::string>{"cat", "dog", "Eule", "3"}));
        QCOMPARE(data->label(0), 2);
        QVERIFY(!data->items());
        QCOMPARE(nameText(names[3]), std::string("two lines"));
    }

    void textsSurviveWriting() {
        const ScratchFolder scratch;
        // Both kinds: UTF-32, and bytes where a path is not UTF-8.
        for (const std::vector<std::string>& texts :
             {std::vector<std::string>{"a", "", "ß€\xf0\x9f\xa6\x89", "long enough to be the widest"},
              std::vector<std::string>{"b\xff.png", "", "c"}}) {
            const PackedTexts packed("texts", texts);
            QCOMPARE(packed.entry().dtype[1], isUtf8(texts[0]) ? 'U' : 'S');
            QVERIFY(writeNpy(scratch.path("t.npy"), packed.entry()).isOk());
            QCOMPARE(arrayTexts(*FileStore::open(scratch.path("t.npy")).value(), "t").value(), texts);
        }
    }

    // By NumPy's definition: four bytes a character in the order of the type, filled up with zeros.
    void textsOfBothByteOrders() {
        for (const std::string order : {"<", ">"}) {
            std::string bytes("\x93NUMPY\x01\x00", 8);
            std::string header = "{'descr': '" + order + "U2', 'fortran_order': False, 'shape': (3,), }";
            header.append(63 - (10 + header.size()) % 64, ' ');
            bytes += static_cast<char>(header.size() + 1);
            bytes += '\0';
            bytes += header + "\n";
            for (const std::uint32_t c : {0x41u, 0x20acu, 0x1f989u, 0u, 0xd800u, 0x110000u})
                for (int i = 0; i < 4; ++i)
                    bytes += static_cast<char>(c >> (order == "<" ? 8 * i : 24 - 8 * i));
            const MemoryStore store({bytes.begin(), bytes.end()}, "t");
            QCOMPARE(arrayTexts(store, "t").value(),
                     (std::vector<std::string>{"A€", "\xf0\x9f\xa6\x89", "\xef\xbf\xbd\xef\xbf\xbd"}));
        }
    }

    void utf8() {
        for (const char* good : {"", "a", "ä", "€", "\xf0\x9f\xa6\x89", "\xf4\x8f\xbf\xbf"})
            QVERIFY2(isUtf8(good), good);
        for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                                "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "a\xff", "\xe2\x82"})
            QVERIFY2(!isUtf8(bad), bad);
        QCOMPARE(nameText("a\xff"), std::string("a\xef\xbf\xbd"));
        const std::string longest = nameText(std::string(1000, 'x'));
        QVERIFY(longest.size() <= 200 && isUtf8(longest) && longest.ends_with("…"));
    }

    void itemsAreImageFiles() {
        const ScratchFolder scratch;
        writeImage(scratch.path("pictures/a.png"), 4, 2, qRgb(255, 0, 51));
        writeImage(scratch.path("b.png"), 4, 2, qRgb(0, 255, 0));
        const auto path = embeddings(
            scratch, {{"items", {{"pictures/a.png", scratch.path("b.png").string(), "gone.png"}}}});
        const auto data = openDataset(path).value();
        QVERIFY(hasNote(*data, "1 of 3 files is missing ('gone.png')"));
        const auto items = data->items();
        QCOMPARE(items->size(), 3);
        QCOMPARE(items->sampleShape(), (Shape{3, 2, 4}));
        QVERIFY(items->isImage());
        const auto first = item(*data, 0), second = item(*data, 1);
        QCOMPARE(first[0], 1.0f);
        QCOMPARE(first[8], 0.0f);
        QCOMPARE(first[16], 0.2f);
        QCOMPARE(second[8], 1.0f);
        QVERIFY(item(*data, 2).empty());
        QCOMPARE(data->sampleName(0), std::string("pictures/a.png"));
        QCOMPARE(data->sampleName(1), scratch.path("b.png").parent_path().filename().string() + "/b.png");
        QCOMPARE(readAll(*data), (std::vector<float>{1, 2, 3, 4, 5, 6}));  // the numbers stay
        // What a session or a result depends on: a folder of pictures that moves breaks neither.
        QCOMPARE(data->sourceFiles(), std::vector<std::filesystem::path>{path});
        // What comes back later is read.
        writeImage(scratch.path("gone.png"), 4, 2, qRgb(0, 0, 255));
        QCOMPARE(item(*data, 2)[16], 1.0f);
        DataOptions options;
        options.withItems = false;
        QVERIFY(!openDataset(path, options).value()->items());
    }

    void onlyFilesWithSomethingInThemAreThere() {
        const ScratchFolder scratch;
        writeImage(scratch.path("a.png"), 4, 2, qRgb(255, 0, 0));
        std::filesystem::create_directory(scratch.path("folder"));
        QCOMPARE(::mkfifo(scratch.path("pipe").c_str(), 0600), 0);  // to read it would last for ever
        scratch.write("empty.png", std::string());
        const auto none =
            openDataset(embeddings(scratch, {{"items", {{"folder", "pipe", "empty.png"}}}})).value();
        QVERIFY(!none->items());
        QVERIFY(hasNote(*none, "3 of 3 files are missing ('folder' is the first)"));
        const auto some =
            openDataset(embeddings(scratch, {{"items", {{"a.png", "pipe", "folder"}}}})).value();
        QVERIFY(hasNote(*some, "2 of 3 files are missing ('pipe' is the first)"));
        QCOMPARE(item(*some, 0)[0], 1.0f);
        QVERIFY(item(*some, 1).empty() && item(*some, 2).empty());
        const auto device =
            openDataset(embeddings(scratch, {{"items", {{"/dev/zero", "a.png", "a.png"}}}})).value();
        QVERIFY(hasNote(*device, "1 of 3 files is missing ('/dev/zero')"));
    }

    void itemsOfSeveralSizesAreFitted() {
        const ScratchFolder scratch;
        writeImage(scratch.path("wide.png"), 600, 300, qRgb(255, 255, 255));
        writeImage(scratch.path("high.png"), 10, 20, qRgb(255, 255, 255));
        const auto data =
            openDataset(embeddings(scratch, {{"items", {{"wide.png", "high.png", "wide.png"}}}})).value();
        QCOMPARE(data->items()->sampleShape(), (Shape{3, 256, 256}));
        const auto wide = item(*data, 0), high = item(*data, 1);
        const auto at = [](const std::vector<float>& values, int x, int y) {
            return values[static_cast<std::size_t>(y * 256 + x)];
        };
        QCOMPARE(at(wide, 128, 128), 1.0f);
        QCOMPARE(at(wide, 2, 128), 1.0f);
        QCOMPARE(at(wide, 128, 10), 0.0f);  // around it
        QCOMPARE(at(high, 128, 2), 1.0f);
        QCOMPARE(at(high, 10, 128), 0.0f);
    }

    void itemsOfAnotherSource() {
        const ScratchFolder scratch;
        static const float x[18] = {};
        std::vector<std::int32_t> y{0, 0, 0, 1, 1, 1, 2, 2, 2};
        const auto relative =
            std::filesystem::path(kAnimals).lexically_relative(std::filesystem::canonical(scratch.path()));
        const auto open = [&](const std::string& source) {
            const PackedTexts text("items_source", std::vector{source}),
                classes("class_names", {{"bird", "cat", "dog"}});
            const NpzEntry entries[] = {
                {"x", "<f4", {9, 2}, x}, {"y", "<i4", {9}, y.data()}, text.entry(), classes.entry()};
            return writeNpz(scratch.path("e.npz"), entries).isOk()
                       ? openDataset(scratch.path("e.npz").string()).value()
                       : nullptr;
        };
        const auto folder = openDataset(kAnimals).value();
        for (const std::string& source : {kAnimals, relative.string()}) {
            const auto data = open(source);
            QVERIFY2(data->notes().empty(), data->notes().empty() ? "" : data->notes()[0].c_str());
            QCOMPARE(readAll(*data->items()), readAll(*folder));
            QCOMPARE(data->sampleName(4), folder->sampleName(4));
        }
        y[4] = 2;
        QVERIFY(hasNote(*open(kAnimals), "labels 1 sample otherwise"));
        // Moved, of another size, or nothing at all: that costs the pictures only.
        for (const auto& [source, note] :
             {std::pair<std::string, std::string>{"moved", "it is not there"},
              {dataFile("datasets/digits-images-idx3-ubyte.gz"), "samples for 9 rows"},
              {"generate:moons?samples=9", "it is not there"},
              {scratch.path().string(), "no images in folders"},
              {dataFile("npy/le_f4.npy"), "for 9 rows"},
              {dataFile("models/mlp.pt"), "cannot be opened"}}) {
            const auto data = open(source);
            QVERIFY2(!data->items(), source.c_str());
            QVERIFY2(hasNote(*data, note), source.c_str());
            QCOMPARE(data->size(), 9);
        }
        QCOMPARE(open("e.npz")->items()->items(), nullptr);  // itself, but no further
    }

    void aWholeDiskIsNotSearched() {
        const ScratchFolder scratch;
        QElapsedTimer clock;
        clock.start();
        const auto data = openDataset(embeddings(scratch, {{"items_source", {{"/"}}}})).value();
        QVERIFY(!data->items());
        QVERIFY2(clock.elapsed() < 10'000, qPrintable(QString::number(clock.elapsed())));
    }

    void refused() {
        const ScratchFolder scratch;
        const auto sentence = [&](const std::vector<PackedTexts>& texts) {
            return refusal(embeddings(scratch, texts), "set.npz");
        };
        QVERIFY(contains(sentence({{"items", {{"a"}}}}), "'items' has 1 text for 3 samples"));
        QVERIFY(contains(sentence({{"items_source", {{"a", "b"}}}}), "2 texts; give one"));
        QVERIFY(contains(sentence({{"class_names", {{"a", "b"}}}}), "'class_names'"));
        QVERIFY(contains(sentence({{"class_names", std::vector<std::string>(65'537, "a")}}),
                         "'class_names' has 65537 texts; give at most 65536,"));
        QVERIFY(contains(sentence({{"items_source", {{"a\nb"}}}}), "control characters"));
        QVERIFY(contains(sentence({{"items", {{"a", std::string(5000, 'x'), "b"}}}}), "5000 bytes"));
        const float x[] = {1, 2, 3};
        const PackedTexts four("class_names", {{"a", "b", "c", "d"}});
        NpzEntry square = four.entry();
        square.shape = {2, 2};
        const NpzEntry withSquare[] = {{"x", "<f4", {3}, x}, square};
        QVERIFY(writeNpz(scratch.path("square.npz"), withSquare).isOk());
        QVERIFY(contains(refusal(scratch.path("square.npz").string(), "square.npz"),
                         "'class_names' has the shape (2, 2); give an array of one dimension"));
        // Numbers of that name are something else.
        QVERIFY(hasNote(*openDataset(embeddings(scratch, {{"names", {{"a", "b"}}}})).value(),
                        "2 texts for 3 samples"));
        QVERIFY(hasNote(*openDataset(dataFile("npy/objects.npz")).value(), "'items' holds Python objects"));
        const NpzEntry numbers[] = {{"x", "<f4", {3}, x}, {"items", "<f4", {1}, x}, {"names", "<f4", {2}, x}};
        QVERIFY(writeNpz(scratch.path("n.npz"), numbers).isOk());
        QVERIFY(openDataset(scratch.path("n.npz").string()).isOk());
    }

    void safetensorsHeader() {
        const ScratchFolder scratch;
        writeImage(scratch.path("a.png"), 4, 2, qRgb(255, 0, 0));
        const Tensor x{"x", "F32", "[2,1]", tensorBytes<float>({1, 2})},
            y{"y", "I64", "[2]", tensorBytes<std::int64_t>({1, 0})};
        const auto write = [&](const std::vector<std::pair<std::string, std::string>>& texts) {
            std::string metadata;
            for (const auto& [key, value] : texts)
                metadata += (metadata.empty() ? "" : ",") + quoted(key) + ":" + quoted(value);
            return scratch.write("e.safetensors", tensorFile({x, y}, metadata));
        };
        const auto data = openDataset(write({{"names", "[\"one\", \"zwölf\"]"},
                                             {"class_names", "[\"cat\",\"dog\"]"},
                                             {"items", "[\"a.png\",\"b.png\"]"}}))
                              .value();
        QCOMPARE(data->sampleName(1), std::string("zwölf"));
        QCOMPARE(data->classNames()[1], std::string("dog"));
        QCOMPARE(item(*data, 0)[0], 1.0f);
        QVERIFY(item(*data, 1).empty());
        QVERIFY(hasNote(*data, "1 of 2 files is missing"));
        QVERIFY(hasNote(*openDataset(write({{"items_source", "away"}})).value(), "it is not there"));
        for (const std::string broken :
             {"[1]", "[[\"a\"]]", "{\"a\":\"b\"}", "\"a\"", "[", "cat, dog", "[\"a\"] [\"b\"]"})
            QVERIFY2(
                contains(refusal(write({{"names", broken}}), "e.safetensors"), "not a JSON list of texts"),
                broken.c_str());
        QVERIFY(contains(refusal(write({{"items", "[\"a\"]"}}), "e.safetensors"), "1 text for 2 samples"));
    }

    void csvColumns() {
        const ScratchFolder scratch;
        writeImage(scratch.path("a.png"), 4, 2, qRgb(255, 0, 0));
        const auto open = [&](const std::string& text) {
            auto opened = openDataset(scratch.write("t.csv", text));
            if (opened.isError()) qWarning("%s", opened.error().message.c_str());
            return opened.value();
        };
        for (const std::string column : {"item", "Path"}) {
            const auto data = open(column + ",v,Name,label,w\na.png,1,one,cat,2\nb.png,3,two,dog,4\n");
            QCOMPARE(readAll(*data), (std::vector<float>{1, 2, 3, 4}));
            QCOMPARE(data->sampleName(1), std::string("two"));
            QCOMPARE(data->classNames()[1], std::string("dog"));
            QCOMPARE(item(*data, 0)[0], 1.0f);
        }
        // Names are no labels, unless they repeat and there are no others.
        QVERIFY(open("v,name\n1,a\n2,b\n3,c\n")->classNames().empty());
        QCOMPARE(open("v,name\n1,a\n2,b\n3,a\n4,b\n")->classNames().size(), std::size_t{2});
        QCOMPARE(open("v,kind,name\n1,p,a\n2,p,b\n")->classNames(), std::vector<std::string>{"p"});
        DataOptions options;
        options.labelColumn = "name";
        const auto named = openDataset(scratch.write("t.csv", "v,name\n1,a\n2,b\n3,c\n"), options).value();
        QCOMPARE(named->classNames().size(), std::size_t{3});
        // Numbers of that name are values.
        QCOMPARE(open("path,name,label\n1,2,0\n3,4,1\n")->sampleShape(), (Shape{2}));
    }

    void hundredThousandOpenWithoutReading() {
        const ScratchFolder scratch;
        writeImage(scratch.path("p.png"), 32, 32, qRgb(9, 9, 9));
        constexpr std::int64_t kCount = 100'000;
        const std::vector<float> x(kCount);
        const std::vector<std::string> paths(kCount, "p.png");
        const PackedTexts items("items", paths);
        const NpzEntry entries[] = {{"x", "<f4", {kCount, 1}, x.data()}, items.entry()};
        QVERIFY(writeNpz(scratch.path("big.npz"), entries).isOk());
        QElapsedTimer clock;
        clock.start();
        const auto data = openDataset(scratch.path("big.npz").string()).value();
        qInfo("opening 100,000 items: %lld ms", clock.elapsed());
        QVERIFY(clock.elapsed() < 5000);
        QCOMPARE(data->items()->size(), kCount);
    }

    void copiesReplaceArrays() {
        const ScratchFolder scratch;
        const auto from = embeddings(scratch, {{"items_source", {{"/a"}}}, {"names", {{"p", "q", "r"}}}});
        const PackedTexts other("items_source", {{"../b"}});
        const NpzEntry replaced[] = {other.entry()};
        QVERIFY(copyNpz(from, scratch.path("copy.npz"), replaced).isOk());
        const auto data = openDataset(scratch.path("copy.npz").string()).value();
        QVERIFY(hasNote(*data, "'../b'"));
        QCOMPARE(data->sampleName(2), std::string("r"));
        QCOMPARE(readAll(*data), readAll(*openDataset(from).value()));
        QVERIFY(contains(copyNpz(from, scratch.path("no/such/copy.npz"), replaced).error().message,
                         "cannot be written"));
        QVERIFY(copyNpz(scratch.path("gone.npz"), scratch.path("copy.npz"), {}).isError());
    }
};

QTEST_GUILESS_MAIN(ItemsTest)
#include "items_test.moc"
