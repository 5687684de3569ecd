// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/opener.h"

#include <QFileInfo>
#include <QLocale>

#include "widgets/dialogs/value_text.h"

namespace tessera {

namespace {
const char* const kOpenKey = "open";
const char* const kEvaluateKey = "evaluate";

QString fileName(const std::filesystem::path& path) {
    return QString::fromStdString(path.filename().string());
}
}  // namespace

Opener::Opener(Workspace& workspace, JobRunner& jobs, MessageLog& log, Settings& settings, QObject* parent)
    : QObject(parent), workspace_(workspace), jobs_(jobs), log_(log), settings_(settings) {}

OpenRequest Opener::request(const QStringList& sources, LoadOptions options) const {
    options.device = device_;
    return {sources, std::move(options), workspace_.model(), workspace_.dataset()};
}

void Opener::open(const QStringList& sources, LoadOptions options) {
    if (sources.isEmpty()) return;
    const QString title = sources.size() == 1 ? tr("Opening %1").arg(QFileInfo(sources.front()).fileName())
                                              : tr("Opening %1 files").arg(sources.size());
    jobs_.start<Opened>(
        this, kOpenKey, title, JobLane::Background,
        [wanted = request(sources, options)](std::stop_token stop, Progress& progress) {
            return openSources(wanted, stop, progress);
        },
        [this](Result<Opened> result) {
            if (result.isOk()) take(std::move(result).value(), std::nullopt);
        });
}

void Opener::takeSession(std::shared_ptr<const Model> model, std::shared_ptr<const Dataset> dataset,
                         const Normalisation& normalisation, std::vector<qint64> anchors,
                         const QString& pair) {
    std::erase_if(anchors,
                  [&](qint64 anchor) { return !dataset || anchor < 0 || anchor >= dataset->size(); });
    jobs_.cancelKey(this, kEvaluateKey);
    pair_ = pair;
    workspace_.open(std::move(model), std::move(dataset), normalisation, std::move(anchors));
    evaluate();
}

void Opener::openSample(const BundledSample& sample) {
    LoadOptions options;
    options.inputShape = sample.inputShape;
    OpenRequest wanted = request({sample.model, sample.data}, options);
    wanted.model.reset();  // a sample is a pair of its own
    wanted.dataset.reset();
    jobs_.start<Opened>(
        this, kOpenKey, tr("Opening %1").arg(sample.title), JobLane::Background,
        [wanted](std::stop_token stop, Progress& progress) { return openSources(wanted, stop, progress); },
        [this, sample](Result<Opened> result) {
            if (result.isOk()) take(result.value(), sample);
        });
}

void Opener::switchModel(const std::shared_ptr<const Model>& model) {
    // The pair's fingerprint reads files: not on this thread.
    jobs_.start<Opened>(
        this, kOpenKey, {}, JobLane::Background,
        [model, dataset = workspace_.dataset()](std::stop_token, Progress&) -> Result<Opened> {
            Opened opened;
            opened.model = model;
            if (dataset) preparePair(opened, model.get(), *dataset);
            return opened;
        },
        [this](Result<Opened> result) {
            if (result.isOk()) take(result.value(), std::nullopt);
        });
}

void Opener::closeModel(const std::shared_ptr<const Model>& model) {
    const bool isCurrent = model == workspace_.model();
    jobs_.cancelKey(this, kEvaluateKey);
    workspace_.closeModel(model);
    if (isCurrent && workspace_.model()) switchModel(workspace_.model());
}

void Opener::take(Opened opened, const std::optional<BundledSample>& sample) {
    // The same file again is the same model.
    for (const auto& held : workspace_.models())
        if (opened.model && held != opened.model && held->info().path == opened.model->info().path &&
            held->info().sha256 == opened.model->info().sha256 &&
            held->info().inputShape == opened.model->info().inputShape &&
            held->info().device == opened.model->info().device &&
            held->info().architectureFile == opened.model->info().architectureFile)
            opened.model = held;
    // A sample is a pair: models that do not take its data would only be in the way.
    if (sample && opened.model && opened.dataset) {
        const auto models = workspace_.models();
        for (const auto& held : models)
            if (held != workspace_.model() &&
                !shapeMismatch(held->info().inputShape, opened.dataset->sampleShape(), "").empty())
                workspace_.closeModel(held);
    }
    const auto former = workspace_.model();
    const bool isBroken = sample && (!opened.model || !opened.dataset);
    if ((opened.model || opened.dataset) && !isBroken) {
        const auto model = opened.model ? opened.model : workspace_.model();
        const auto dataset = opened.dataset ? opened.dataset : workspace_.dataset();
        const auto remembered = settings_.normalisation(opened.pair);
        Normalisation normalisation = remembered.value_or(Normalisation{});
        if (sample && !remembered) normalisation = sample->normalisation;
        // Settings may be of another version of the file.
        if (dataset && !validateNormalisation(normalisation, dataset->sampleShape()).isOk())
            normalisation = {};
        // The user's own choice of anchors outlives a change of model.
        auto anchors = sample ? sample->anchors : opened.anchors;
        if (!opened.dataset && !workspace_.anchors().empty() && !opened.anchors.empty())
            anchors = workspace_.anchors();
        std::erase_if(anchors,
                      [&](qint64 anchor) { return !dataset || anchor < 0 || anchor >= dataset->size(); });
        jobs_.cancelKey(this, kEvaluateKey);
        pair_ = opened.pair;
        workspace_.open(model, dataset, normalisation, std::move(anchors));
        if (sample && former && former != model &&
            !shapeMismatch(former->info().inputShape, dataset->sampleShape(), "").empty())
            workspace_.closeModel(former);
        evaluate();
        if (model && dataset && workspace_.mismatch().isEmpty() && !sample && !remembered &&
            dataset->isImage()) {
            const QString sentence = tr("%1 gets the pixels of %2 as 0 to 1; if it was trained on normalised "
                                        "inputs, set mean and std.")
                                         .arg(fileName(model->info().path), fileName(dataset->path()));
            log_.warn(sentence);
            Q_EMIT normalisationQuestion(sentence);
        }
    }
    report(opened);
    if (!opened.sources.isEmpty()) Q_EMIT this->opened(opened.sources);
}

void Opener::adopt(std::vector<std::shared_ptr<const Model>> models, Opened data) {
    const auto dataset = data.dataset;
    const bool isNewData = dataset != workspace_.dataset();
    // So that the pair that was open comes back as it was held.
    if (!pair_.isEmpty() && !workspace_.normalisation().isIdentity())
        settings_.setNormalisation(pair_, workspace_.normalisation());
    if (!isNewData && !workspace_.anchors().empty()) data.anchors = workspace_.anchors();
    auto all = workspace_.models();
    all.insert(all.end(), models.begin(), models.end());
    jobs_.cancelKey(this, kEvaluateKey);
    pair_ = data.pair;
    workspace_.setModels(std::move(all));
    workspace_.open(models.empty() ? nullptr : models.front(), dataset, {}, std::move(data.anchors));
    evaluate();
    if (!isNewData) data.dataset = nullptr;  // there is nothing to say of it
    report(data);
    if (isNewData) Q_EMIT opened({QString::fromStdString(dataset->path().string())});
}

void Opener::report(const Opened& opened) {
    if (opened.model && !opened.sources.isEmpty()) {
        const ModelInfo& info = opened.model->info();
        log_.note(tr("Opened model %1: %2, %3 parameters.")
                      .arg(fileName(info.path), QString::fromStdString(info.architecture),
                           QLocale().toString(qlonglong(info.parameters))));
    }
    if (opened.dataset) {
        log_.note(tr("Opened data %1: %2 samples of %3 (%4).")
                      .arg(fileName(opened.dataset->path()),
                           QLocale().toString(qlonglong(opened.dataset->size())),
                           QString::fromStdString(shapeText(opened.dataset->sampleShape())),
                           QString::fromStdString(opened.dataset->format())));
        for (const auto& note : opened.dataset->notes()) log_.note(QString::fromStdString(note));
    }
    if (opened.model || opened.dataset) {
        log_.warn(workspace_.mismatch());
        if (workspace_.model() && workspace_.dataset() && workspace_.mismatch().isEmpty())
            log_.warn(QString::fromStdString(
                classCountMismatch(workspace_.model()->classCount(), *workspace_.dataset())));
    }
    for (const OpenProblem& problem : opened.problems) {
        log_.problem(problem.sentence);
        if (problem.remedy != OpenProblem::Remedy::None) Q_EMIT remedyOffered(problem);
    }
}

void Opener::setNormalisation(const Normalisation& normalisation) {
    settings_.setNormalisation(pair_, normalisation);
    workspace_.setEvaluation(nullptr);
    workspace_.setNormalisation(normalisation);
    log_.note(tr("Normalisation: %1.").arg(normalisationText(normalisation)));
    evaluate();
}

void Opener::proposeAnchors() {
    if (workspace_.dataset() && workspace_.mismatch().isEmpty())
        workspace_.setAnchors(tessera::proposeAnchors(*workspace_.dataset()));
}

void Opener::evaluate() {
    const auto model = workspace_.model();
    const auto dataset = workspace_.dataset();
    if (!model || !dataset || !workspace_.mismatch().isEmpty()) return;
    using Evaluated = std::shared_ptr<const Evaluation::Output>;
    Evaluation::Options options;
    options.normalisation = workspace_.normalisation();
    jobs_.start<Evaluated>(
        this, kEvaluateKey, tr("Evaluating %1").arg(fileName(model->info().path)), JobLane::Background,
        [model, dataset, options](std::stop_token stop, Progress& progress) -> Result<Evaluated> {
            auto output = Evaluation::run(*model, *dataset, options, stop, progress);
            if (!output.isOk()) return std::move(output).propagate<Evaluated>();
            return Evaluated(std::make_shared<const Evaluation::Output>(std::move(output).value()));
        },
        [this, model, dataset](Result<Evaluated> result) {
            if (!result.isOk() || model != workspace_.model() || dataset != workspace_.dataset()) return;
            const Evaluation::Output& output = *result.value();
            workspace_.setEvaluation(result.value());
            if (output.labelled > 0)
                log_.note(tr("%1 is right on %2 % of %3 samples; cross-entropy %4, calibration error %5.")
                              .arg(fileName(model->info().path),
                                   QLocale().toString(100 * output.accuracy, 'f', 2),
                                   QLocale().toString(qlonglong(output.labelled)),
                                   QLocale().toString(output.crossEntropy, 'f', 4),
                                   QLocale().toString(output.ece, 'f', 4)));
        });
}

}  // namespace tessera
