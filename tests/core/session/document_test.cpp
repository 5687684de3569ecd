// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/document.h"

#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/session/base64.h"
#include "core/session/migration.h"
#include "tests/core/data/scratch_folder.h"
#include "tests/core/session/session_generators.h"

using namespace tessera;
using namespace tessera::test;
using Json = nlohmann::ordered_json;

namespace {

const std::string kFile = "moons.tessera";

// The sentence with which a text is refused; one line that names the file.
std::string refused(const std::string& text) {
    const auto read = parseSession(text, kFile);
    if (read.isOk()) return "accepted";
    const auto& message = read.error().message;
    if (!message.starts_with(kFile) || !message.ends_with('.') || message.find('\n') != std::string::npos)
        return "not a sentence about the file: " + message;
    return message;
}

Json minimal() {
    return {{"tessera_session", {{"major", kSessionMajor}, {"minor", 0}}}};
}

std::string withField(const char* name, Json value) {
    auto json = minimal();
    json[name] = std::move(value);
    return json.dump();
}

}  // namespace

class DocumentTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // Text to struct to text again loses nothing: the text holds every field.
    void anyDocumentReturns() {
        QVERIFY(rc::check("what is written is read", [] {
            auto document = anyDocument();
            const auto text = sessionText(document);
            std::vector<std::string> notes;
            const auto read = parseSession(text, kFile, &notes);
            if (!read.isOk()) RC_LOG(read.error().message);
            RC_ASSERT(read.isOk());
            RC_ASSERT(notes.empty());
            RC_ASSERT(sessionText(read.value()) == text);
            const auto& back = read.value();
            RC_ASSERT(back.selection == document.selection);
            RC_ASSERT(back.subsets == document.subsets);
            RC_ASSERT(back.windowLayout == document.windowLayout);
            RC_ASSERT(back.slices[0].moved == document.slices[0].moved);
            RC_ASSERT(back.slices[1].seed == document.slices[1].seed);
            RC_ASSERT(back.results[0].parameters == document.results[0].parameters);
            RC_ASSERT(sameSummary(back.results[0].summary, document.results[0].summary));
            RC_ASSERT(sameProvenance(back.results[1].provenance, document.results[1].provenance));
            RC_ASSERT(back.results[1].outcome == document.results[1].outcome);
            RC_ASSERT(back.results[0].view == document.results[0].view);
            RC_ASSERT(back.figures[0].panels[0].view == document.figures[0].panels[0].view);
            RC_ASSERT(back.figures[0].panels[1].slice == "s1");
            RC_ASSERT(back.slices[0].plane.has_value() == document.slices[0].plane.has_value());
            if (back.slices[0].plane)
                RC_ASSERT(back.slices[0].plane->origin == document.slices[0].plane->origin);
        }));
    }

    void isReadable() {
        SessionDocument document;
        document.selection = {1, 2, 3};
        const auto text = sessionText(document);
        QVERIFY(contains(text, "\n  \"selection\": [1, 2, 3],\n"));
        QVERIFY(contains(text, "\"major\": 1"));
    }

    void unknownFieldsAreLeftOut() {
        auto json = minimal();
        json["tessera_session"]["minor"] = kSessionMinor + 1;
        json["tessera_session"]["program"] = "9.9";
        json["hologram"] = {1, 2};
        std::vector<std::string> notes;
        QVERIFY(parseSession(json.dump(), kFile, &notes).isOk());
        QCOMPARE(notes.size(), std::size_t{1});
        QVERIFY(contains(notes[0], "9.9"));
    }

    void brokenViewIsRefused() {
        Json json = minimal();
        json["results"] = {{{"id", "r1"}, {"view", {{"cells", {1, 2}}}}}};
        const auto sentence = refused(json.dump());
        QVERIFY2(contains(sentence, "results[0].view"), sentence.c_str());
        json["results"][0]["view"] = {{"cells", true}, {"explode", 0.5}, {"colour-by", "class"}, {"step", 3}};
        const auto read = parseSession(json.dump(), kFile);
        QVERIFY(read.isOk());
        const ParameterMap expected{{"cells", true},
                                    {"explode", 0.5},
                                    {"colour-by", std::string("class")},
                                    {"step", std::int64_t{3}}};
        QVERIFY(read.value().results.at(0).view == expected);
    }

    void newerVersionsAreRefused() {
        auto json = minimal();
        json["tessera_session"]["major"] = kSessionMajor + 1;
        json["tessera_session"]["program"] = "7.0\nevil";
        const auto sentence = refused(json.dump());
        QVERIFY(contains(sentence, "newer Tessera"));
        QVERIFY(contains(sentence, "7.0"));
        json["tessera_session"]["major"] = -4;
        QVERIFY(contains(refused(json.dump()), "never in use"));
    }

    void migrationsRunInOrder() {
        const Migration steps[] = {
            {2, [](Json& session) { session["trail"].push_back("2"); }},
            {1, [](Json& session) { session["trail"] = {"1"}; }},
        };
        auto json = minimal();
        json["tessera_session"]["major"] = 1;
        QVERIFY(migrateSession(json, steps, 3, kFile).isOk());
        QCOMPARE(json["trail"], (Json{"1", "2"}));
        QCOMPARE(json["tessera_session"]["major"], 3);
        QVERIFY(migrateSession(json, steps, 3, kFile).isOk());
        QCOMPARE(json["trail"].size(), std::size_t{2});
        const Migration failing[] = {{3, [](Json& session) { session.at("not there"); }}};
        QVERIFY(migrateSession(json, failing, 4, kFile).isError());
    }

    void wrongFieldsAreNamed_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("named");
        const auto row = [](const char* tag, const std::string& text, const char* named) {
            QTest::newRow(tag) << QString::fromStdString(text) << named;
        };
        row("not JSON", "{", "not valid JSON");
        row("list", "[]", "names no version");
        row("no version", "{}", "names no version");
        row("samples", withField("anchors", {-3}), "anchors");
        row("text for number", withField("current_sample", "x"), "current_sample");
        row("fraction", withField("current_sample", 1.5), "current_sample");
        row("huge", withField("selection", {18446744073709551615U}), "selection");
        row("no id", withField("models", {Json::object()}), "models[0].id");
        row("twice", withField("figures", {{{"id", "f"}}, {{"id", "f"}}}), "figures[1].id");
        row("not an object", withField("slices", {7}), "slices[0]");
        row("choice", withField("slices", {{{"id", "s"}, {"shown", {{"fill", "pink"}}}}}), "pink");
        row("deep field", withField("slices", {{{"id", "s"}, {"turn", {{"tilt", "steep"}}}}}),
            "slices[0].turn.tilt");
        row("record", withField("results", {{{"id", "r"}, {"record", 3}}}), "results[0].record");
        row("layout", withField("window_layout", "***"), "window_layout");
        row("binary list", withField("normalisation", {{"mean", "f8:AAAA"}}), "normalisation.mean");
        row("infinite",
            withField("normalisation",
                      {{"mean", "f8:" + base64Text(std::string("\0\0\0\0\0\0\xf0\x7f", 8))}}),
            "normalisation.mean");
    }
    void wrongFieldsAreNamed() {
        QFETCH(QString, text);
        QFETCH(QString, named);
        const auto sentence = refused(text.toStdString());
        QVERIFY2(contains(sentence, named.toStdString()), sentence.c_str());
    }

    void hostileNestingIsRefused() {
        for (const std::size_t depth : {100u, 1000000u}) {
            QVERIFY(contains(refused(std::string(depth, '[')), "nests deeper"));
            std::string objects;
            for (std::size_t i = 0; i < depth; ++i) objects += "{\"a\":";
            QVERIFY(contains(refused(objects), "nests deeper"));
        }
        QVERIFY(contains(refused(std::string("\"") + std::string(1000, '[')), "not valid JSON"));
    }

    void cutAnywhereIsAnError() {
        SessionDocument document;
        document.subsets["a"] = {1, 2};
        document.slices.push_back({});
        document.slices[0].id = "s1";
        const auto text = sessionText(document);
        for (std::size_t length = 0; length + 2 < text.size(); ++length)
            QVERIFY2(contains(refused(text.substr(0, length)), "not valid JSON"),
                     std::to_string(length).c_str());
    }

    void deadLinksAreDroppedWithANote() {
        SessionDocument document;
        document.currentModel = "m9";
        document.slices.push_back({});
        document.slices[0].id = "s1";
        document.slices[0].results = {"r8"};
        document.slices[0].plane = planeOf(3, 1);
        document.slices[0].plane->v = document.slices[0].plane->u;
        SessionFigure figure;
        figure.id = "f1", figure.panels = {{"r7", "", 0, ""}};
        document.figures = {figure};
        std::vector<std::string> notes;
        const auto read = parseSession(sessionText(document), kFile, &notes);
        QVERIFY(read.isOk());
        QCOMPARE(notes.size(), std::size_t{4});
        QVERIFY(read.value().currentModel.empty());
        QVERIFY(read.value().slices[0].results.empty());
        QVERIFY(!read.value().slices[0].plane);
        QVERIFY(read.value().figures[0].panels.empty());
    }

    void base64Returns() {
        QCOMPARE(base64Text("Tessera"), std::string("VGVzc2VyYQ=="));
        QVERIFY(rc::check("bytes return", [] {
            const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
            RC_ASSERT(bytesFromBase64(base64Text(bytes)) == bytes);
        }));
        QVERIFY(!bytesFromBase64("A"));
        QVERIFY(!bytesFromBase64("A=AA"));
    }
};

QTEST_GUILESS_MAIN(DocumentTest)
#include "document_test.moc"
