// SPDX-License-Identifier: GPL-3.0-or-later
// What every probe of the catalogue promises, whoever wrote it: a complete description, a run on the bundled
// samples, a stop that is heard, parameters that survive text and JSON, pictures and a view.
#include "app/catalogue.h"

#include <QElapsedTimer>
#include <QImage>
#include <QPainter>
#include <QRegularExpression>
#include <QtTest>
#include <nlohmann/json.hpp>
#include <set>

#include "app/probe_manual.h"
#include "core/session/record_csv.h"
#include "core/session/record_json.h"
#include "widgets/scenes/colours.h"

using namespace tessera;
using Json = nlohmann::ordered_json;

namespace {

ProbeInputs spiral() {
    ProbeInputs inputs;
    inputs.model = loadModel(TESSERA_SAMPLES "/spiral_mlp.pt").value();
    inputs.dataset = openDataset(TESSERA_SAMPLES "/spiral.csv").value();
    inputs.samples = {801, 802, 800, 5, 1, 90, 400};
    return inputs;
}

ProbeInputs digits() {
    ProbeInputs inputs;
    inputs.model = loadModel(TESSERA_SAMPLES "/mnist_mlp.pt").value();
    inputs.dataset = openDataset(TESSERA_SAMPLES "/mnist-images-idx3-ubyte.gz").value();
    inputs.normalisation = {{0.1307}, {0.3081}};
    inputs.samples = {2, 10, 8, 0, 1};
    return inputs;
}

SceneContext contextOf(const ProbeInputs& inputs) {
    SceneContext context;
    context.classCount = inputs.model->classCount();
    for (const auto& name : inputs.dataset->classNames())
        context.classNames.push_back(QString::fromStdString(name));
    return context;
}

bool isLargeEnough(const CatalogueEntry& entry, const ProbeInputs& inputs) {
    return elementCount(inputs.model->info().inputShape) >= entry.probe->description().minimumInputs;
}

// Probes that compare models get the same one twice, those that take few samples the first few.
ProbeInputs forProbe(const CatalogueEntry& entry, ProbeInputs inputs) {
    if (const int most = entry.probe->description().maximumSamples;
        most > 0 && inputs.samples.size() > std::size_t(most))
        inputs.samples.erase(inputs.samples.begin(), inputs.samples.end() - most);
    while (static_cast<int>(inputs.others.size()) + 1 < entry.probe->description().minimumModels)
        inputs.others.push_back(inputs.model);
    return inputs;
}

Result<std::shared_ptr<const ResultRecord>> run(const CatalogueEntry& entry, const ProbeInputs& inputs,
                                                std::stop_token stop = {}) {
    NoProgress progress;
    return runProbe(*entry.probe, forProbe(entry, inputs), {}, stop, progress);
}

// Asks for a stop as soon as the work says that it has begun.
class StopAtFirst final : public Progress {
  public:
    void report(std::int64_t, std::int64_t, std::string_view) override {
        if (source.stop_requested()) return;
        sinceStop.start();
        source.request_stop();
    }
    std::stop_source source;
    QElapsedTimer sinceStop;
};

bool isSentence(const std::string& text) {
    return !text.empty() && text.back() == '.' && text.find('\n') == std::string::npos;
}

bool isKey(const std::string& name, const char* form) {
    return QRegularExpression(form).match(QString::fromStdString(name)).hasMatch();
}

// All but what a second run may change.
Json numbersOf(const ResultRecord& record) {
    auto json = recordJson(record);
    json["provenance"].erase("seconds");
    return json;
}

}  // namespace

class CatalogueTest : public QObject {
    Q_OBJECT

    static void everyProbe() {
        QTest::addColumn<QString>("name");
        for (const auto& entry : catalogue()) {
            const auto name = QString::fromStdString(entry.probe->description().name);
            QTest::newRow(qPrintable(name)) << name;
        }
    }
    static const CatalogueEntry& chosen() {
        const QString* name = static_cast<const QString*>(QTest::qData("name", qMetaTypeId<QString>()));
        return *catalogueEntry(name->toStdString());
    }

  private Q_SLOTS:
    void names() {
        std::set<std::string> names, titles;
        for (const auto& entry : catalogue()) {
            QVERIFY(names.insert(entry.probe->description().name).second);
            QVERIFY(titles.insert(entry.probe->description().title).second);
        }
        for (const char* name :
             {"compare-heads", "counterfactual", "local-geometry", "path-regions", "volume"})
            QVERIFY2(names.contains(name), name);
        QVERIFY(!catalogueEntry("no such probe"));
    }

    void description_data() { everyProbe(); }
    void description() {
        const auto& description = chosen().probe->description();
        QVERIFY(isKey(description.name, "^[a-z][a-z0-9-]*$"));
        QVERIFY(!description.title.empty());
        for (const auto* text :
             {&description.sentence, &description.definition, &description.cost, &description.source})
            QVERIFY2(isSentence(*text), text->c_str());
        std::set<std::string> names;
        for (const auto& parameter : description.parameters) {
            QVERIFY2(names.insert(parameter.name).second, parameter.name.c_str());
            QVERIFY2(isKey(parameter.name, "^[a-z][a-z0-9-]*$"), parameter.name.c_str());
            QVERIFY2(!parameter.label.empty() && isSentence(parameter.sentence), parameter.name.c_str());
            QVERIFY(parameter.minimum <= parameter.maximum);
        }
        QVERIFY(completeParameters(description.parameters, {}).isOk());
        const auto page = probeManualPage(description);
        for (const auto& parameter : description.parameters)
            QVERIFY(page.find("`--" + parameter.name + "`") != std::string::npos);
        QVERIFY(page.starts_with("# " + description.title) && page.find(description.source) != page.npos);
    }

    // Defaults, both ends of a range and all choices, as text and as JSON.
    void parametersRoundTrip_data() { everyProbe(); }
    void parametersRoundTrip() {
        for (const auto& parameter : chosen().probe->description().parameters) {
            std::vector<ParameterValue> values{parameter.standard};
            if (std::holds_alternative<bool>(parameter.standard)) values = {true, false};
            for (const auto& choice : parameter.choices) values.emplace_back(choice);
            if (hasRange(parameter))
                for (const double end : {parameter.minimum, parameter.maximum}) {
                    if (std::holds_alternative<double>(parameter.standard)) values.emplace_back(end);
                    if (std::holds_alternative<std::int64_t>(parameter.standard))
                        values.emplace_back(static_cast<std::int64_t>(end));
                }
            for (const auto& value : values) {
                const auto text = parseParameter(parameter, parameterText(value));
                QVERIFY2(text.isOk() && text.value() == value, parameter.name.c_str());
                const ParameterMap map{{parameter.name, value}};
                const auto json = parametersFromJson(Json::parse(parametersJson(map).dump()), "test");
                QVERIFY2(json.isOk() && json.value() == map, parameter.name.c_str());
            }
        }
    }

    void runsOnTheSamples_data() { everyProbe(); }
    void runsOnTheSamples() {
        const auto& entry = chosen();
        for (const auto& inputs : {spiral(), digits()}) {
            if (!isLargeEnough(entry, inputs)) {
                const auto refused = run(entry, inputs);
                QVERIFY(refused.isError() && isSentence(refused.error().message));
                continue;
            }
            const auto result = run(entry, inputs);
            QVERIFY2(result.isOk(), result.isError() ? result.error().message.c_str() : "cancelled");
            const auto& record = *result.value();
            const auto& description = entry.probe->description();
            QCOMPARE(record.probe, description.name);
            QCOMPARE(record.parameters.size(), description.parameters.size());
            QVERIFY(record.provenance.complete);
            QVERIFY(!record.provenance.dtype.empty() && record.provenance.files.size() >= 2);
            QVERIFY(!record.summary.empty() || !record.tables.empty());
            std::set<std::string> keys;
            for (const auto& metric : record.summary) {
                QVERIFY2(isKey(metric.name, "^[a-z][a-z0-9_]*$"), metric.name.c_str());
                QVERIFY2(keys.insert(metric.name).second, metric.name.c_str());
                QVERIFY2(!metric.label.empty() && isSentence(metric.sentence), metric.name.c_str());
            }
            for (const auto& table : record.tables) checkTable(table, inputs);
            for (const auto& note : record.notes) QVERIFY2(isSentence(note), note.c_str());

            // Kept and read back, it says the same.
            const auto back = recordFromJson(Json::parse(recordJson(record).dump()), "test");
            QVERIFY(back.isOk());
            auto again = numbersOf(back.value()), first = numbersOf(record);
            again.erase("arrays"), first.erase("arrays");
            QVERIFY(again == first);
            // Run again, it finds the same.
            QVERIFY(numbersOf(*run(entry, inputs).value()) == numbersOf(record));
        }
    }

    void stops_data() { everyProbe(); }
    void stops() {
        const auto& entry = chosen();
        auto inputs = digits();
        std::stop_source before;
        before.request_stop();
        const auto atOnce = run(entry, inputs, before.get_token());
        QVERIFY(atOnce.isCancelled() || (atOnce.isOk() && !atOnce.value()->provenance.complete));

        if (entry.probe->description().maximumSamples > 0)
            inputs = forProbe(entry, inputs);
        else if (!entry.probe->description().orderMatters)
            inputs.samples.clear();  // all of them
        else
            for (std::int64_t i = 0; i < 300; ++i) inputs.samples.push_back(i);
        StopAtFirst progress;
        const auto result =
            runProbe(*entry.probe, forProbe(entry, inputs), {}, progress.source.get_token(), progress);
        QVERIFY(progress.sinceStop.isValid());
        QVERIFY2(progress.sinceStop.elapsed() < 1000, "a cancel must be heard within 100 ms");
        QVERIFY(!result.isError());
        if (result.isOk() && !result.value()->provenance.complete) {
            QVERIFY(!result.value()->provenance.note.empty());
            QVERIFY(!result.value()->notes.empty());
        }
    }

    void refusesWhatDoesNotFit_data() { everyProbe(); }
    void refusesWhatDoesNotFit() {
        const auto& entry = chosen();
        QVERIFY(run(entry, {}).isError());
        auto crossed = spiral();
        crossed.dataset = digits().dataset;
        QVERIFY(run(entry, crossed).isError());
        auto beyond = spiral();
        beyond.samples.push_back(1 << 30);
        const auto result = run(entry, beyond);
        QVERIFY(result.isError() && isSentence(result.error().message));
    }

    void picturesAndView_data() { everyProbe(); }
    void picturesAndView() {
        const auto& entry = chosen();
        const auto inputs = isLargeEnough(entry, spiral()) ? spiral() : digits();
        const auto record = run(entry, inputs).value();
        if (entry.scenes) {
            const auto scenes = entry.scenes(record, contextOf(inputs));
            QVERIFY(!scenes.empty());
            for (const auto& scene : scenes) {
                QImage image(600, 450, QImage::Format_ARGB32_Premultiplied);
                image.fill(Qt::white);
                const QImage blank = image;
                QPainter painter(&image);
                painter.scale(2, 2);
                scene->paint(painter, PanelStyle{}, QSizeF(300, 225), {});
                painter.end();
                QVERIFY2(image != blank, qPrintable(scene->title()));
                QVERIFY(!scene->title().isEmpty());
            }
        }
        QVERIFY(entry.makeView);
        Workspace workspace;
        JobRunner jobs;
        const std::unique_ptr<ResultView> view(entry.makeView({workspace, jobs}, nullptr));
        view->show(record);
        QCOMPARE(view->record(), record);
        view->show(nullptr);
        QVERIFY(!view->record());
    }

  private:
    static void checkTable(const Table& table, const ProbeInputs& inputs) {
        QVERIFY2(isKey(table.name, "^[a-z][a-z0-9_]*$"), table.name.c_str());
        QVERIFY(!table.title.empty());
        std::set<std::string> keys;
        for (const auto& column : table.columns) {
            QCOMPARE(column.size(), table.rows());
            QVERIFY2(isKey(column.name, "^[a-z][a-z0-9_]*$"), column.name.c_str());
            QVERIFY2(keys.insert(column.name).second, column.name.c_str());
            QVERIFY2(!column.label.empty() && isSentence(column.sentence), column.name.c_str());
        }
        if (table.sampleColumn.empty()) return;
        const auto* column = table.column(table.sampleColumn);
        QVERIFY(column && std::holds_alternative<std::vector<std::int64_t>>(column->values));
        for (const auto sample : std::get<std::vector<std::int64_t>>(column->values))
            QVERIFY(sample >= 0 && sample < inputs.dataset->size());
    }
};

QTEST_MAIN(CatalogueTest)
#include "catalogue_test.moc"
