// SPDX-License-Identifier: GPL-3.0-or-later
// Zip archives made by hand: zip64, damage and lies in the directory.
#include "core/model/zip_records.h"

#include <QtTest>

#include <zlib.h>

using namespace tessera;

namespace {

void put(std::string& out, std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
}

struct Record {
    std::string name, content;
    std::uint64_t size = content.size();        // as claimed
    std::uint64_t packedSize = content.size();  // as claimed
    std::uint16_t method = 0, flags = 0;
    std::uint64_t offset = ~std::uint64_t{0};  // as claimed; by default the true one
};

std::string archive(const std::vector<Record>& records, bool zip64 = false) {
    std::string out, directory;
    for (const Record& record : records) {
        const std::uint64_t offset = record.offset == ~std::uint64_t{0} ? out.size() : record.offset;
        const auto checksum = crc32(0, reinterpret_cast<const Bytef*>(record.content.data()),
                                    static_cast<uInt>(record.content.size()));
        out += "PK\x03\x04";
        put(out, 0, 22), put(out, record.name.size(), 2), put(out, 5, 2);
        out += record.name + "extra" + record.content;
        directory += "PK\x01\x02";
        put(directory, 0, 4), put(directory, record.flags, 2), put(directory, record.method, 2),
            put(directory, 0, 4);
        put(directory, record.method ? 0 : checksum, 4);
        put(directory, zip64 ? 0xffffffff : record.packedSize, 4),
            put(directory, zip64 ? 0xffffffff : record.size, 4);
        put(directory, record.name.size(), 2), put(directory, zip64 ? 28 + 6 : 0, 2), put(directory, 0, 10);
        put(directory, zip64 ? 0xffffffff : offset, 4);
        directory += record.name;
        if (!zip64) continue;
        put(directory, 0x4246, 2), put(directory, 2, 2), put(directory, 0, 2);  // another field first
        put(directory, 1, 2), put(directory, 24, 2), put(directory, record.size, 8),
            put(directory, record.packedSize, 8), put(directory, offset, 8);
    }
    const std::uint64_t start = out.size();
    out += directory;
    if (zip64) {
        const std::uint64_t end = out.size();
        out += "PK\x06\x06";
        put(out, 44, 8), put(out, 0, 12), put(out, records.size(), 8), put(out, records.size(), 8),
            put(out, directory.size(), 8), put(out, start, 8);
        out += "PK\x06\x07";
        put(out, 0, 4), put(out, end, 8), put(out, 1, 4);
    }
    out += "PK\x05\x06";
    put(out, 0, 4), put(out, 0xffff, 4), put(out, zip64 ? 0xffffffff : directory.size(), 4),
        put(out, zip64 ? 0xffffffff : start, 4), put(out, 0, 2);
    return out;
}

std::string readOne(const std::string& bytes, const std::string& name) {
    FileBytes file = FileBytes::ofMemory(std::as_bytes(std::span(bytes)));
    const auto zip = ZipRecords::open(file);
    if (!zip.isOk()) return "error: " + zip.error().message;
    const ZipRecord* record = zip.value().find(name);
    if (!record) return "error: no record";
    const auto content = zip.value().read(file, *record);
    return content.isOk() ? std::string(asText(content.value())) : "error: " + content.error().message;
}

std::string deflated(const std::string& text) {
    std::string out(text.size() + 100, '\0');
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data())),
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data()), stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return out;
}

}  // namespace

class ZipRecordsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void readsStoredAndDeflated() {
        for (const bool zip64 : {false, true}) {
            const std::string text = "weights weights weights weights";
            const std::string packed = deflated(text);
            const std::string bytes =
                archive({{"a", "first"}, {"b/c", ""}, {"d", packed, text.size(), packed.size(), 8}}, zip64);
            QCOMPARE(readOne(bytes, "a"), std::string("first"));
            QCOMPARE(readOne(bytes, "b/c"), std::string());
            QCOMPARE(readOne(bytes, "d"), text);
        }
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("finding");
        const auto row = [](const char* name, const std::string& bytes, const char* finding) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString(finding);
        };
        const std::string packed = deflated("weights");
        row("a name twice", archive({{"a", "1"}, {"a", "2"}}), "names 'a' twice");
        row("encrypted", archive({{"a", "1", 1, 1, 0, 1}}), "encrypted");
        row("unknown method", archive({{"a", "1", 1, 1, 12}}), "method 12");
        row("two sizes", archive({{"a", "123", 4, 3}}), "two different sizes");
        row("beyond the file", archive({{"a", "123", 1000, 1000}}), "beyond the end");
        row("petabytes", archive({{"a", "123", 1ull << 50, 1ull << 50}}, true), "beyond the end");
        row("offset beyond", archive({{"a", "123", 3, 3, 0, 0, 1ull << 60}}, true), "not where");
        row("offset elsewhere", archive({{"a", "123", 3, 3, 0, 0, 4}}), "not where");
        row("bomb", archive({{"a", packed, 1u << 30, packed.size(), 8}}), "zip bomb");
        row("deflated to more", archive({{"a", packed, 3, packed.size(), 8}}), "does not unpack");
        row("deflated to less", archive({{"a", packed, 30, packed.size(), 8}}), "does not unpack");
        row("deflated rubbish", archive({{"a", "\xff\xff\xff", 3, 3, 8}}), "does not unpack");
        std::string changed = archive({{"a", "first"}});
        changed[changed.find("first")] = 'F';
        row("changed", changed, "checksum");
        row("no directory", changed.substr(0, 40), "directory at its end is missing");
        std::string outside = archive({{"a", "first"}});
        outside[outside.size() - 4] = '\x7f';
        row("directory outside", outside, "outside the file");
    }
    void refuses() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, finding);
        const QString message = QString::fromStdString(readOne(bytes.toStdString(), "a"));
        QVERIFY2(message.startsWith("error: ") && message.contains(finding), qPrintable(message));
        QVERIFY2(message.contains(';'), qPrintable(message));
    }
};

QTEST_GUILESS_MAIN(ZipRecordsTest)
#include "zip_records_test.moc"
