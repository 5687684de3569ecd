// SPDX-License-Identifier: GPL-3.0-or-later
// Weights-only files against what PyTorch 1.13 wrote (tests/golden/make_state_files.py) and against damage.
#include "core/model/state_file.h"

#include <QtTest>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/model/state_file_parts.h"

using namespace tessera;

namespace {

const std::filesystem::path kModels = std::filesystem::path(TESSERA_TEST_DATA) / "models";

nlohmann::json expectations() {
    std::ifstream file(kModels / "states.json");
    return nlohmann::json::parse(file);
}

std::vector<std::byte> bytesOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto* data = reinterpret_cast<const std::byte*>(text.data());
    return {data, data + text.size()};
}

double number(const nlohmann::json& value) {
    return value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>();
}

bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

}  // namespace

class StateFileTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void readsWhatTorchWrote_data() {
        QTest::addColumn<QString>("file");
        const nlohmann::json expected = expectations();
        QVERIFY(expected.size() >= 18);
        for (const auto& [name, state] : expected.items())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void readsWhatTorchWrote() {
        QFETCH(QString, file);
        const nlohmann::json expected = expectations()[file.toStdString()];
        const auto state = readStateFile(kModels / file.toStdString());
        QVERIFY2(state.isOk(), state.isError() ? state.error().message.c_str() : "");
        QCOMPARE(state.value().format, expected["format"].get<std::string>());
        QCOMPARE(state.value().foundUnder, expected["found_under"].get<std::string>());
        QCOMPARE(state.value().strippedPrefixes, expected["stripped"].get<std::vector<std::string>>());
        QCOMPARE(state.value().tensors.size(), expected["tensors"].size());
        for (std::size_t i = 0; i < expected["tensors"].size(); ++i) {
            const nlohmann::json& want = expected["tensors"][i];
            const StateTensor* tensor = state.value().find(want["name"].get<std::string>());
            QVERIFY2(tensor, want["name"].get<std::string>().c_str());
            if (file != "types.safetensors") QCOMPARE(tensor, &state.value().tensors[i]);  // file order
            QCOMPARE(tensor->dtype, want["dtype"].get<std::string>());
            QCOMPARE(tensor->shape, want["shape"].get<Shape>());
            QCOMPARE(tensor->values.size(), want["values"].size());
            for (std::size_t k = 0; k < tensor->values.size(); ++k)
                QVERIFY(same(tensor->values[k], number(want["values"][k])));
        }
    }

    void tellsKindsByContent_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("kind");
        QTest::newRow("scripted") << "scripted.pt" << int(ModelFileKind::TorchScript);
        QTest::newRow("zip") << "mlp_ordered.pth" << int(ModelFileKind::StateDictZip);
        QTest::newRow("deflated zip") << "mlp_deflated.pt" << int(ModelFileKind::StateDictZip);
        QTest::newRow("legacy") << "mlp_legacy.pth" << int(ModelFileKind::StateDictLegacy);
        QTest::newRow("legacy, protocol 4")
            << "mlp_legacy_protocol4.pth" << int(ModelFileKind::StateDictLegacy);
        QTest::newRow("safetensors") << "mlp.safetensors" << int(ModelFileKind::Safetensors);
    }
    void tellsKindsByContent() {
        QFETCH(QString, file);
        QFETCH(int, kind);
        const auto found = modelFileKind(kModels / file.toStdString());
        QVERIFY2(found.isOk(), found.isError() ? found.error().message.c_str() : "");
        QCOMPARE(int(found.value()), kind);
    }

    void refusesInOneSentence_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("finding");
        QTest::newRow("module") << "refused_module.pt"
                                << "whole Python object (__main__.Net)";
        QTest::newRow("module in a dict") << "refused_module_legacy.pt"
                                          << "entry 'model' is a whole Python object (__main__.Net)";
        QTest::newRow("os.system") << "refused_hostile.pt"
                                   << "names posix.system";
        QTest::newRow("os.system, legacy") << "refused_hostile_legacy.pt"
                                           << "names posix.system";
        QTest::newRow("tensor") << "refused_tensor.pt"
                                << "one tensor";
        QTest::newRow("list") << "refused_list.pt"
                              << "a list";
        QTest::newRow("no tensors") << "refused_no_tensors.pt"
                                    << "no named tensors (entries: 'epoch', 'lr')";
        QTest::newRow("deep") << "refused_deep.pt"
                              << "no named tensors (entries: 'version', 'runs')";
        QTest::newRow("two tables") << "refused_two_tables.pt"
                                    << "several tables of tensors ('generator', 'discriminator')";
        QTest::newRow("sparse") << "refused_sparse.pt"
                                << "'w' is sparse";
        QTest::newRow("complex") << "refused_complex.pt"
                                 << "'w' has the type ComplexFloatStorage";
        QTest::newRow("object") << "refused_object.pt"
                                << "entry 'codec' of its state dict is built by argparse.Namespace";
        QTest::newRow("bomb") << "refused_bomb.pt"
                              << "zip bomb";
        QTest::newRow("pickle") << "refused_pickle.pkl"
                                << "plain Python pickle";
        QTest::newRow("scripted") << "scripted.pt"
                                  << "TorchScript module, not a state_dict";
        QTest::newRow("missing") << "no such file.pt"
                                 << "no such file";
        QTest::newRow("folder") << "."
                                << "is a folder";
    }
    void refusesInOneSentence() {
        QFETCH(QString, file);
        QFETCH(QString, finding);
        const auto state = readStateFile(kModels / file.toStdString());
        QVERIFY(state.isError());
        const QString message = QString::fromStdString(state.error().message);
        QVERIFY2(message.contains(finding), qPrintable(message));
        QVERIFY2(message.startsWith(QString::fromStdString((kModels / file.toStdString()).string())),
                 qPrintable(message));
        QVERIFY2(message.contains(';') && !message.contains('\n'), qPrintable(message));
        QVERIFY(!std::filesystem::exists("tessera-was-attacked"));
    }

    void saysWhatOtherFilesAre_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("finding");
        const auto row = [](const char* name, QByteArray content, const char* finding) {
            QTest::newRow(name) << content << QString(finding);
        };
        row("empty", "", "is empty");
        row("web page", "\n<!DOCTYPE html><html><body>404</body></html>", "web page");
        row("LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n", "git lfs pull");
        row("JSON", "{\"layers\": []}", "JSON text");
        row("index", "{\"metadata\": {}, \"weight_map\": {\"a\": \"b.safetensors\"}}",
            "split over several files");
        row("Keras", QByteArray("\x89HDF\r\n\x1a\n\0\0", 10), "HDF5");
        row("TFLite", QByteArray("\x1c\0\0\0TFL3", 8), "TensorFlow Lite");
        row("ONNX", QByteArray("\x08\x07\x12\x07pytorch\x1a\x05"), "ONNX");
        row("TensorRT", "ptrt0000", "TensorRT");
        row("gzip", QByteArray("\x1f\x8b\x08\0", 4), "gzip");
        row("numpy", "\x93NUMPY\x01", "NumPy array");
        row("GGUF", "GGUF\x03", "GGUF");
        row("zip begins", QByteArray("PK\x03\x04\x14\0\0\0", 8), "truncated");
        row("zip of nothing", QByteArray("PK\x05\x06") + QByteArray(18, '\0'), "empty zip");
        row("zeros", QByteArray(4096, '\0'), "zeros");
        row("old tar", QByteArray("sys_info") + QByteArray(249, '\0') + "ustar" + QByteArray(250, '\0'),
            "before 0.1.10");
        row("tar", QByteArray("photos/a.png") + QByteArray(245, '\0') + "ustar" + QByteArray(250, '\0'),
            "tar archive");
        row("text", "hello", "not a model file");
        row("one byte", "\x80", "not a model file");
    }
    void saysWhatOtherFilesAre() {
        QFETCH(QByteArray, content);
        QFETCH(QString, finding);
        FileBytes file =
            FileBytes::ofMemory(std::as_bytes(std::span(content.constData(), std::size_t(content.size()))));
        const auto kind = kindOfBytes(file);
        QVERIFY(kind.isError());
        QVERIFY2(QString::fromStdString(kind.error().message).contains(finding),
                 kind.error().message.c_str());
        QVERIFY(readStateBytes(file).isError());
    }

    // Cut anywhere, a file is refused; it never reads as a smaller model.
    void refusesEveryTruncation_data() {
        QTest::addColumn<QString>("file");
        for (const char* name : {"mlp_ordered.pth", "mlp_legacy.pth", "mlp_legacy_protocol4.pth",
                                 "mlp.safetensors", "mlp_deflated.pt", "views_legacy.pt"})
            QTest::newRow(name) << name;
    }
    void refusesEveryTruncation() {
        QFETCH(QString, file);
        const std::vector<std::byte> whole = bytesOf(kModels / file.toStdString());
        QVERIFY(!whole.empty());
        for (std::size_t size = 0; size < whole.size(); ++size) {
            FileBytes cut = FileBytes::ofMemory(std::span(whole).first(size));
            const auto state = readStateBytes(cut);
            QVERIFY2(state.isError(), std::to_string(size).c_str());
            QVERIFY(!state.error().message.empty());
        }
        FileBytes all = FileBytes::ofMemory(whole);
        QVERIFY(readStateBytes(all).isOk());
    }

    // One byte changed anywhere: read or refused, and a zip's values are never silently different.
    void survivesEveryChangedByte_data() { refusesEveryTruncation_data(); }
    void survivesEveryChangedByte() {
        QFETCH(QString, file);
        std::vector<std::byte> bytes = bytesOf(kModels / file.toStdString());
        FileBytes whole = FileBytes::ofMemory(bytes);
        const auto original = readStateBytes(whole);
        QVERIFY(original.isOk());
        for (std::size_t at = 0; at < bytes.size(); ++at)
            for (const unsigned flip : {0x01u, 0x80u, 0xffu}) {
                bytes[at] ^= std::byte(flip);
                FileBytes changed = FileBytes::ofMemory(bytes);
                const auto state = readStateBytes(changed);
                if (state.isOk() && original.value().format == "state_dict (zip)")
                    for (const StateTensor& tensor : original.value().tensors) {
                        const StateTensor* found = state.value().find(tensor.name);
                        QVERIFY2(found && found->values == tensor.values, std::to_string(at).c_str());
                    }
                bytes[at] ^= std::byte(flip);
            }
    }

    void namesNonFiniteTensors() {
        const auto types = readStateFile(kModels / "types.pt");
        QVERIFY(types.isOk());
        QCOMPARE(nonFiniteTensor(types.value()), std::string("tiny"));
        const auto mlp = readStateFile(kModels / "mlp_half.pth");
        QVERIFY(mlp.isOk());
        QCOMPARE(nonFiniteTensor(mlp.value()), std::string());
    }

    void refusesTwoTensorsOfOneName() {
        StateFile state;
        state.tensors = {{"a._orig_mod.w", "float32", {1}, {1}}, {"a.w", "float32", {1}, {2}}};
        QVERIFY(withoutPrefixes(state).isError());
        state.tensors.pop_back();
        const auto alone = withoutPrefixes(state);
        QVERIFY(alone.isOk());
        QCOMPARE(alone.value().tensors[0].name, std::string("a.w"));
    }
};

QTEST_GUILESS_MAIN(StateFileTest)
#include "state_file_test.moc"
