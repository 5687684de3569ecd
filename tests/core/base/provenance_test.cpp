// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/provenance.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

using namespace tessera;

class ProvenanceTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void hashesAsTheStandardSays();
    void hashesFilesLargerThanOneBuffer();
    void remembersNothingThatChanged();
    void namesAMissingFile();
};

// FIPS 180-4 examples.
void ProvenanceTest::hashesAsTheStandardSays() {
    QTemporaryDir folder;
    const auto path = folder.filePath("abc").toStdString();
    std::ofstream(path) << "abc";
    QCOMPARE(sha256OfFile(path).value(),
             std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    std::ofstream(path, std::ios::trunc).flush();
    QCOMPARE(sha256OfFile(path).value(),
             std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
}

void ProvenanceTest::hashesFilesLargerThanOneBuffer() {
    QTemporaryDir folder;
    const auto path = folder.filePath("million").toStdString();
    std::ofstream(path) << std::string(1'000'000, 'a') << std::string(2'000'000, 'b');
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto expected = QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha256).toHex();
    QCOMPARE(QByteArray::fromStdString(sha256OfFile(path).value()), expected);
}

// Of the same size, within one tick of the clock of the file system.
void ProvenanceTest::remembersNothingThatChanged() {
    QTemporaryDir folder;
    const auto path = folder.filePath("abc").toStdString();
    for (int i = 0; i < 50; ++i) {
        const std::string text = "abc" + std::to_string(100 + i);
        std::ofstream(path) << text;
        const auto expected =
            QCryptographicHash::hash(QByteArray::fromStdString(text), QCryptographicHash::Sha256).toHex();
        QCOMPARE(QByteArray::fromStdString(sha256OfFile(path).value()), expected);
    }
    const std::string old = TESSERA_SAMPLES "/mnist_mlp.pt";  // has not changed for a while
    QCOMPARE(sha256OfFile(old).value(), sha256OfFile(old).value());
    const auto moved = folder.filePath("moved").toStdString();
    std::filesystem::rename(path, moved);
    QVERIFY(sha256OfFile(path).isError());
}

void ProvenanceTest::namesAMissingFile() {
    const auto hash = sha256OfFile("/no/such/file");
    QVERIFY(hash.isError());
    QVERIFY(hash.error().message.find("/no/such/file") != std::string::npos);
}

QTEST_GUILESS_MAIN(ProvenanceTest)
#include "provenance_test.moc"
