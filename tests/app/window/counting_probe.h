// SPDX-License-Identifier: GPL-3.0-or-later
// A real, small probe for the window's tests: brightness of samples, on request slow enough to be stopped.
#pragma once

#include <QLabel>
#include <QVBoxLayout>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <numeric>

#include "app/catalogue.h"

namespace tessera {

class CountingProbe : public Probe {
  public:
    static inline std::atomic<int> runs = 0;

    const ProbeDescription& description() const override {
        static const ProbeDescription text = [] {
            ProbeDescription d;
            d.name = "brightness";
            d.title = "Brightness";
            d.sentence = "How bright each sample is.";
            d.definition = "The sum of all values times the gain.";
            d.cost = "One read of each sample.";
            d.source = "Ours.";
            d.parameters = {
                {"gain", "Gain", "Factor on every value.", "", 1.0, 0.0, 100.0},
                {"rounds", "Rounds", "How often the sum is taken.", "", std::int64_t{1}, 1, 1000},
                {"absolute", "Absolute", "Sum of absolute values.", "", false},
                {"mode",
                 "Mode",
                 "Wait: until stopped.",
                 "",
                 std::string("plain"),
                 0,
                 0,
                 {"plain", "wait", "fail"}},
            };
            return d;
        }();
        return text;
    }

    Result<ResultRecord> run(const ProbeInputs& inputs, const ParameterMap& parameters, std::stop_token stop,
                             Progress& progress) const override {
        ++runs;
        const auto& mode = parameterValue<std::string>(parameters, "mode");
        if (mode == "fail") return inputError("The sample is too bright; choose a darker one.");
        const double gain = parameterValue<double>(parameters, "gain");
        auto samples = inputs.samples;
        if (samples.empty()) {
            samples.resize(static_cast<std::size_t>(inputs.dataset->size()));
            std::iota(samples.begin(), samples.end(), 0);
        }
        const auto size = static_cast<std::size_t>(elementCount(inputs.dataset->sampleShape()));
        Column index{"sample", "Sample", "", "Index.", std::vector<std::int64_t>{}};
        Column sum{"brightness", "Brightness", "", "Sum.", std::vector<double>{}};
        double total = 0;
        ResultRecord record;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            std::vector<float> values(size);
            const std::int64_t one = samples[i];
            if (auto read = inputs.dataset->read({&one, 1}, values.data()); !read.isOk())
                return std::move(read).propagate<ResultRecord>();
            double bright = 0;
            for (const float value : values) bright += gain * double(value);
            std::get<0>(sum.values).push_back(bright);
            std::get<1>(index.values).push_back(one);
            total += bright;
            progress.report(std::int64_t(i) + 1, std::int64_t(samples.size()), "summing");
            if (mode == "wait" && i == 2) {
                std::mutex mutex;
                std::condition_variable_any stopped;
                std::unique_lock lock(mutex);
                stopped.wait(lock, stop, [] { return false; });
                record.provenance.complete = false;
                record.provenance.note = "stopped after 3 samples";
                break;
            }
        }
        record.summary = {{"total", "Total brightness", "", total, "Over all samples."}};
        record.tables = {{"samples", "Samples", {index, sum}, "sample"}};
        record.provenance.dtype = "float64";
        return record;
    }
};

class BrightnessView : public ResultView {
    Q_OBJECT
  public:
    explicit BrightnessView(QWidget* parent) : ResultView(parent), text_(new QLabel) {
        (new QVBoxLayout(this))->addWidget(text_);
    }
    void show(std::shared_ptr<const ResultRecord> record) override {
        record_ = std::move(record);
        text_->setText(record_ ? QString::number(record_->summary.front().value) : QString());
    }
    std::shared_ptr<const ResultRecord> record() const override { return record_; }
    std::vector<std::shared_ptr<const PanelScene>> panels() const override { return {}; }
    QString text() const { return text_->text(); }

  private:
    QLabel* text_;
    std::shared_ptr<const ResultRecord> record_;
};

inline const std::vector<CatalogueEntry>& countingCatalogue() {
    static const std::vector<CatalogueEntry> entries{
        {std::make_shared<CountingProbe>(), nullptr,
         [](const ViewContext&, QWidget* parent) -> ResultView* { return new BrightnessView(parent); }}};
    return entries;
}

}  // namespace tessera
