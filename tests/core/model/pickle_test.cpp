// SPDX-License-Identifier: GPL-3.0-or-later
// The pickle machine on hand-made programs: every value comes out as data, nothing can be made to run, loop
// or grow.
#include "core/model/pickle.h"

#include <QtTest>

#include "core/model/pickle_state.h"

using namespace tessera;
using namespace std::string_literals;

namespace {

// Keeps the bytes alive beside what points into them.
struct Parsed {
    std::string bytes;
    Result<Pickle> pickle;
    explicit Parsed(std::string program, PickleLimits limits = {})
        : bytes(std::move(program)), pickle(parsePickle(std::as_bytes(std::span(bytes)), limits)) {}
    const PickleValue& root() const { return pickle.value().at(pickle.value().root); }
    std::string message() const { return pickle.isError() ? pickle.error().message : ""; }
};

std::string binText(const std::string& text) {
    std::string out = "X";
    for (int i = 0; i < 4; ++i) out += static_cast<char>(text.size() >> (8 * i) & 0xff);
    return out + text;
}

// A float tensor of `count` values in storage "0", as torch.save writes it.
std::string tensorProgram(const std::string& shape, const std::string& strides, const std::string& offset,
                          const std::string& count) {
    return "ctorch._utils\n_rebuild_tensor_v2\n((" + binText("storage") + "ctorch\nFloatStorage\n" +
           binText("0") + binText("cpu") + count + "tQ" + offset + shape + strides +
           "\x89"
           "Nt"
           "R";
}

std::string stateOf(const std::string& tensor) {
    return "}" + binText("w") + tensor + "s.";
}

Result<std::vector<StateTensor>> readAll(const Pickle& pickle, std::size_t storageBytes = 64) {
    const auto state = findState(pickle);
    if (!state.isOk()) return state.error();
    const StorageReader storage = [&](std::string_view, std::uint64_t) -> Result<std::vector<std::byte>> {
        return std::vector<std::byte>(storageBytes);
    };
    return readTensors(state.value(), storage, false, {1000, 1000});
}

}  // namespace

class PickleTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void readsNumbers_data() {
        QTest::addColumn<QByteArray>("program");
        QTest::addColumn<qlonglong>("value");
        QTest::newRow("BININT1") << QByteArray("K\xff.") << 255LL;
        QTest::newRow("BININT2") << QByteArray("M\xff\xff.") << 65535LL;
        QTest::newRow("BININT") << QByteArray("J\xfe\xff\xff\xff.") << -2LL;
        QTest::newRow("INT") << QByteArray("I-77\n.") << -77LL;
        QTest::newRow("LONG") << QByteArray("L9000000000L\n.") << 9000000000LL;
        QTest::newRow("LONG1 of nothing") << QByteArray("\x8a\0.", 3) << 0LL;
        QTest::newRow("LONG1 positive") << QByteArray("\x8a\x02\xff\0.", 5) << 255LL;
        QTest::newRow("LONG1 negative") << QByteArray("\x8a\x01\xff.") << -1LL;
        QTest::newRow("LONG4") << QByteArray("\x8b\x03\0\0\0\0\0\x80.", 9) << -8388608LL;
    }
    void readsNumbers() {
        QFETCH(QByteArray, program);
        QFETCH(qlonglong, value);
        const Parsed parsed(program.toStdString());
        QVERIFY2(parsed.pickle.isOk(), parsed.message().c_str());
        QVERIFY(parsed.root().kind == PickleKind::Int);
        QCOMPARE(parsed.root().integer, value);
    }

    void readsRealsAndTexts() {
        QCOMPARE(Parsed("G\x3f\xf8\0\0\0\0\0\0."s).root().real, 1.5);
        QCOMPARE(Parsed("F-2.5e3\n.").root().real, -2500.0);
        QVERIFY(Parsed("\x8a\x09\1\2\3\4\5\6\7\x08\x09."s).root().kind == PickleKind::BigInt);
        QCOMPARE(Parsed("S'conv1.weight'\n.").root().text, std::string_view("conv1.weight"));
        QCOMPARE(Parsed("Vname\n.").root().text, std::string_view("name"));
        QCOMPARE(Parsed("\x8c\x02hi.").root().text, std::string_view("hi"));
        QVERIFY(Parsed("I01\n.").root().kind == PickleKind::Bool);
    }

    void keepsOrderedDictsAsDicts() {
        // OrderedDict(), then items; and Python 2's OrderedDict([["a", 1]]).
        const Parsed added("ccollections\nOrderedDict\n)R(" + binText("a") + "K\x01" + binText("a") +
                           "K\x02u}" + binText("_metadata") + "Nsb.");
        QVERIFY2(added.pickle.isOk(), added.message().c_str());
        QVERIFY(added.root().kind == PickleKind::Dict);
        QCOMPARE(added.pickle.value().field(added.root(), "a")->integer, 2);
        QVERIFY(!added.pickle.value().field(added.root(), "b"));
        const Parsed pairs("ccollections\nOrderedDict\n(((" + binText("a") +
                           "K\x05"
                           "ltttR.");
        QVERIFY(pairs.pickle.isError());  // one bracket too many: refused, not guessed
        const Parsed good("ccollections\nOrderedDict\n]](" + binText("a") +
                          "K\x05"
                          "ea\x85R.");
        QVERIFY2(good.pickle.isOk(), good.message().c_str());
        QCOMPARE(good.pickle.value().field(good.root(), "a")->integer, 5);
    }

    void refusesHostileGlobals_data() {
        QTest::addColumn<QString>("module");
        QTest::addColumn<QString>("name");
        for (const char* full : {"os system",
                                 "posix system",
                                 "nt system",
                                 "subprocess Popen",
                                 "builtins eval",
                                 "__builtin__ exec",
                                 "builtins open",
                                 "builtins __import__",
                                 "builtins compile",
                                 "sys modules",
                                 "importlib import_module",
                                 "runpy _run_code",
                                 "ctypes CDLL",
                                 "socket socket",
                                 "shutil rmtree",
                                 "pty spawn",
                                 "pickle loads",
                                 "_pickle loads",
                                 "marshal loads",
                                 "types CodeType",
                                 "types FunctionType",
                                 "operator attrgetter",
                                 "webbrowser open",
                                 "torch load",
                                 "torch.hub load",
                                 "urllib.request urlopen",
                                 "dill._dill _create_code",
                                 "cloudpickle.cloudpickle _make_function",
                                 "asyncio.subprocess create_subprocess_shell",
                                 "io open",
                                 "code InteractiveInterpreter",
                                 "os.path join",
                                 "bdb Bdb"}) {
            const QStringList words = QString(full).split(' ');
            QTest::newRow(full) << words[0] << words[1];
        }
    }
    void refusesHostileGlobals() {
        QFETCH(QString, module);
        QFETCH(QString, name);
        const std::string m = module.toStdString(), n = name.toStdString();
        const std::string full = m + "." + n;
        for (const std::string& program : {"c" + m + "\n" + n + "\n" + binText("x") + "\x85R.",
                                           binText(m) + binText(n) + "\x93" + binText("x") + "\x85R.",
                                           "(" + binText("x") + "i" + m + "\n" + n + "\n.",
                                           "}" + binText("w") + "c" + m + "\n" + n + "\ns."}) {
            const Parsed parsed(program);
            QVERIFY(parsed.pickle.isError());
            QVERIFY2(parsed.message().find(full) != std::string::npos, parsed.message().c_str());
        }
    }

    void keepsOtherGlobalsInert() {
        for (const char* global :
             {"argparse\nNamespace", "pathlib\nPosixPath", "builtins\nset",
              "numpy.core.multiarray\n_reconstruct", "myproject.code\nNet", "builtins\nValueError"}) {
            const Parsed parsed("c"s + global + "\n)R.");
            QVERIFY2(parsed.pickle.isOk(), parsed.message().c_str());
            QVERIFY(parsed.root().kind == PickleKind::Object);
        }
    }

    void refusesMalformedPrograms_data() {
        QTest::addColumn<QByteArray>("program");
        const auto row = [](const char* name, const std::string& program) {
            QTest::newRow(name) << QByteArray::fromStdString(program);
        };
        row("nothing", "");
        row("no stop", "N");
        row("empty stack", ".");
        row("two values", "NN.");
        row("pop of nothing", "0.");
        row("mark left", "(N.");
        row("append to a number",
            "K\x01K\x02"
            "a.");
        row("append across a mark",
            "](K\x01"
            "a.");
        row("odd dict", "(Nd.");
        row("odd items", "}(Nu.");
        row("unknown memo", "h\x05.");
        row("text longer than the file", "X\xff\xff\xff\x7f.");
        row("text of 2^63", "\x8d\xff\xff\xff\xff\xff\xff\xff\xff.");
        row("protocol 9", "\x80\x09N.");
        row("unknown instruction", "\xee.");
        row("extension", "\x82\x01.");
        row("out-of-band buffer", "\x97.");
        row("global named by numbers", "K\x01K\x02\x93.");
        row("endless global", "c" + std::string(2000, 'a') + "\nb\n.");
        row("state for a number", "K\x01Nb.");
        row("bad integer", "Ix\n.");
        row("bad float", "Fx\n.");
        row("string without quotes", "Sx\n.");
        row("object without class", "(o.");
    }
    void refusesMalformedPrograms() {
        QFETCH(QByteArray, program);
        const Parsed parsed(program.toStdString());
        QVERIFY(parsed.pickle.isError());
        QVERIFY2(parsed.message().find(';') != std::string::npos, parsed.message().c_str());
    }

    void boundsDepthAndSize() {
        // A million nested lists, and their destruction, need no stack.
        const Parsed deep(std::string(1'000'000, ']') + std::string(999'999, 'a') + ".");
        QVERIFY(deep.pickle.isOk());
        QVERIFY(Parsed(std::string(1000, 'N') + ".", {100}).message().find("more than 100") !=
                std::string::npos);
        // Copies of one list of a hundred: items are counted, not only values.
        std::string copies = "](" + std::string(100, 'N') + "eq\0"s;
        for (int i = 0; i < 100; ++i) copies += "0ccollections\nOrderedDict\nh\0\x85R"s;
        QVERIFY(Parsed(copies + ".", {5000}).pickle.isError());
        // A list that contains itself.
        const Parsed cycle("]q\0h\0a."s);
        QVERIFY(cycle.pickle.isOk());
        QVERIFY(findState(cycle.pickle.value()).isError());
        const Parsed cyclicDict("}q\0"s + binText("model") + "h\0s"s + binText("net") + "h\0s."s);
        QVERIFY(cyclicDict.pickle.isOk());
        QVERIFY(findState(cyclicDict.pickle.value()).isError());
    }

    void readsTensors() {
        const Parsed parsed(stateOf(tensorProgram("K\x02K\x03\x86", "K\x03K\x01\x86", "K\x01", "K\x10")));
        QVERIFY2(parsed.pickle.isOk(), parsed.message().c_str());
        const auto tensors = readAll(parsed.pickle.value());
        QVERIFY2(tensors.isOk(), tensors.isError() ? tensors.error().message.c_str() : "");
        QCOMPARE(tensors.value().at(0).shape, (Shape{2, 3}));
        QCOMPARE(tensors.value().at(0).values.size(), 6u);
    }

    // The legacy stream's views into a storage, and the untyped storages of newer PyTorch.
    void readsViewsAndUntypedStorages() {
        const auto valuesOf = [](const std::string& tensor) {
            const Parsed parsed(stateOf(tensor));
            const StorageReader counting = [](std::string_view,
                                              std::uint64_t) -> Result<std::vector<std::byte>> {
                std::vector<float> numbers(16);
                for (int i = 0; i < 16; ++i) numbers[static_cast<std::size_t>(i)] = static_cast<float>(i);
                const auto bytes = std::as_bytes(std::span(numbers));
                return std::vector<std::byte>(bytes.begin(), bytes.end());
            };
            if (!parsed.pickle.isOk()) return std::vector<double>();
            const auto state = findState(parsed.pickle.value());
            if (!state.isOk()) return std::vector<double>();
            const auto tensors = readTensors(state.value(), counting, false, {1000, 1000});
            return tensors.isOk() ? tensors.value().at(0).values : std::vector<double>();
        };
        const auto view = [](const std::string& count) {
            return "ctorch._utils\n_rebuild_tensor_v2\n((" + binText("storage") + "ctorch\nFloatStorage\n" +
                   binText("0") + binText("cpu") + "K\x10(" + binText("view") + "K\x02K\x06ttQK\x01" + count +
                   "\x85K\x01\x85\x89NtR";
        };
        QCOMPARE(valuesOf(view("K\x03")), (std::vector<double>{3, 4, 5}));
        QCOMPARE(valuesOf(view("K\x06")),
                 std::vector<double>());  // one beyond the view, though not beyond the storage
        const auto untyped = [](const std::string& dtype) {
            return "ctorch._utils\n_rebuild_tensor_v3\n((" + binText("storage") +
                   "ctorch.storage\nUntypedStorage\n" + binText("0") + binText("cpu") +
                   "K\x40tQK\x02K\x02\x85K\x03\x85\x89Nctorch\n" + dtype + "\ntR";
        };
        QCOMPARE(valuesOf(untyped("float32")), (std::vector<double>{2, 5}));
        QCOMPARE(valuesOf(untyped("float8_e4m3fn")), std::vector<double>());
    }

    void boundsTensors_data() {
        QTest::addColumn<QByteArray>("tensor");
        const auto row = [](const char* name, const std::string& tensor) {
            QTest::newRow(name) << QByteArray::fromStdString(tensor);
        };
        const std::string one = "K\x01\x85", huge = "\x8a\x07\0\0\0\0\0\0\x40"s;
        row("beyond the storage", tensorProgram("K\x11\x85", one, "K\0"s, "K\x10"));
        row("offset beyond", tensorProgram("K\x01\x85", one, "K\x10", "K\x10"));
        row("stride beyond", tensorProgram("K\x02\x85", "K\x10\x85", "K\0"s, "K\x10"));
        row("negative offset", tensorProgram(one, one, "J\xff\xff\xff\xff", "K\x10"));
        row("negative stride", tensorProgram("K\x02\x85", "J\xff\xff\xff\xff\x85", "K\x05", "K\x10"));
        row("negative extent", tensorProgram("J\xff\xff\xff\xff\x85", one, "K\0"s, "K\x10"));
        row("absurd shape", tensorProgram("(" + huge + huge + huge + "t", "(K\0K\0K\0t"s, "K\0"s, "K\x10"));
        row("expanded to a bomb", tensorProgram("J\0\0\0\x7f\x85"s, "K\0\x85"s, "K\0"s, "K\x10"));
        row("strides that overflow", tensorProgram(huge + huge + "\x86", huge + huge + "\x86", "K\0"s, huge));
        row("strides missing", tensorProgram("K\x01K\x01\x86", one, "K\0"s, "K\x10"));
        row("storage shorter than it says", tensorProgram("K\x20\x85", one, "K\0"s, "K\x20"));
        row("storage of nothing", tensorProgram(one, one, "K\0"s, "J\xff\xff\xff\xff"));
        row("unknown builder", "ctorch._utils\n_rebuild_qtensor\n)R");
        row("too few arguments", "ctorch._utils\n_rebuild_tensor_v2\n)R");
        row("arguments not a tuple", "ctorch._utils\n_rebuild_tensor_v2\nK\x01R");
        row("wrapped in itself", "ctorch._utils\n_rebuild_parameter\n]R");
    }
    void boundsTensors() {
        QFETCH(QByteArray, tensor);
        const Parsed parsed(stateOf(tensor.toStdString()));
        QVERIFY2(parsed.pickle.isOk(), parsed.message().c_str());
        const auto tensors = readAll(parsed.pickle.value());
        QVERIFY(tensors.isError());
        QVERIFY2(tensors.error().message.find(';') != std::string::npos, tensors.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(PickleTest)
#include "pickle_test.moc"
