// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/head_sweep_form.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QGroupBox>
#include <QLineEdit>
#include <QLocale>
#include <QVBoxLayout>
#include <algorithm>

#include "core/heads/sweep_text.h"
#include "widgets/panels/field_problem.h"
#include "widgets/panels/fold.h"
#include "widgets/panels/parameter_form.h"

namespace tessera {

namespace {

constexpr std::size_t kMostHeads = 1000;

// What a sweep does not vary.
std::vector<Parameter> moreParameters() {
    const HeadRecipe standard;
    return {
        {"epochs", "Epochs", "At most so many.", "", standard.epochs, 1, 1'000'000},
        {"patience", "Patience", "Epochs without a better validation accuracy before training stops.", "",
         standard.patience, 1, 1'000'000},
        {"batch", "Batch", "Samples of one step.", "", standard.batch, 1, 1'000'000},
        {"hidden", "Hidden units", "Of an MLP.", "", standard.hidden, 1, 1'000'000},
        {"cost", "Cost C", "Of logistic regression and SVM: the weight of the data against |W|²/2.", "",
         standard.cost, 1e-12, 1e12},
        {"ridge", "Ridge penalty", "Added to the scatter matrix.", "", standard.ridge, 0, 1e12},
        {"shrinkage", "Shrinkage",
         "Of discriminant analysis: share of the mean variance added to the covariance.", "",
         standard.shrinkage, 0, 1e12},
    };
}

}  // namespace

HeadSweepForm::HeadSweepForm(QWidget* parent) : QWidget(parent) {
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(10);
    rows->addWidget(makeMethods());
    rows->addWidget(makeLists());
    rows->addWidget(makeScale());
    rows->addWidget(makeMore());
    check();
}

QWidget* HeadSweepForm::makeMethods() {
    auto* box = new QGroupBox(tr("Methods"));
    auto* grid = new QVBoxLayout(box);
    grid->setSpacing(3);
    for (const HeadMethod method : kHeadMethods) {
        auto* tick = new QCheckBox(QString::fromLatin1(headMethodTitle(method)));
        tick->setObjectName(QStringLiteral("method-") + QLatin1String(headMethodName(method)));
        tick->setToolTip(isTrainedByEpochs(method)
                             ? tr("Trained by epochs: one head for each seed, learning rate and weight decay")
                             : tr("Follows from the data: one head, whatever the seed"));
        tick->setChecked(method == HeadMethod::Softmax);
        connect(tick, &QCheckBox::toggled, this, &HeadSweepForm::check);
        methods_.push_back(tick);
        grid->addWidget(tick);
    }
    methodsProblem_ = fieldProblem("methodsProblem");
    grid->addWidget(methodsProblem_);
    return box;
}

HeadSweepForm::List HeadSweepForm::makeList(const char* name, const QString& label, const QString& text,
                                            const QString& tip) {
    List list{new QLineEdit(text), fieldProblem((std::string(name) + "Problem").c_str())};
    list.line->setObjectName(QLatin1String(name));
    list.line->setAccessibleName(label);
    list.line->setToolTip(tip);
    connect(list.line, &QLineEdit::textChanged, this, &HeadSweepForm::check);
    return list;
}

QWidget* HeadSweepForm::makeLists() {
    seeds_ = makeList("sweepSeeds", tr("Seeds"), QStringLiteral("42"),
                      tr("Of the first weights and the order of samples: 42, 43 or 42-46"));
    rates_ =
        makeList("sweepRates", tr("Learning rates"), QStringLiteral("0.001"), tr("Of Adam: 0.001, 0.01"));
    decays_ = makeList("sweepDecays", tr("Weight decays"), QStringLiteral("0.0001"),
                       tr("Coupled L2, as in PyTorch's Adam: 0, 0.0001, 0.01"));
    auto* box = new QGroupBox(tr("One head for each"));
    auto* form = new QFormLayout(box);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    for (const List* list : {&seeds_, &rates_, &decays_}) {
        form->addRow(list->line->accessibleName(), list->line);
        form->addRow(list->problem);
    }
    return lists_ = box;
}

QWidget* HeadSweepForm::makeScale() {
    scale_ = makeList("headScale", tr("Head scale"), QStringLiteral("1"),
                      tr("Factor on weights and biases of the last layer, once training is done"));
    auto* why = fieldNote(
        tr("Multiplies all logits after training: classes and boundaries stay as they are, but confidence "
           "and the steps of a gradient search do not, so heads of unequal scale differ for that reason "
           "alone."));
    auto* box = new QGroupBox(tr("Scale"));
    auto* form = new QFormLayout(box);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("Head scale"), scale_.line);
    form->addRow(scale_.problem);
    form->addRow(why);
    return box;
}

QWidget* HeadSweepForm::makeMore() {
    more_ = new ParameterForm;
    more_->setParameters(moreParameters());
    connect(more_, &ParameterForm::changed, this, &HeadSweepForm::check);
    return folded(tr("More"), "moreHeadSettings", more_);
}

template <typename T, typename Read>
std::vector<T> HeadSweepForm::read(const List& list, const Read& reader) {
    Result<std::vector<T>> values = list.line->isEnabled() ? reader(list.line->text().toStdString(),
                                                                    list.line->accessibleName().toStdString())
                                                           : Result<std::vector<T>>(std::vector<T>());
    const QString sentence = values.isError() ? QString::fromStdString(values.error().message) : QString();
    showProblem(*list.problem, sentence);
    if (problem_.isEmpty()) problem_ = sentence;
    return values.isOk() ? std::move(values).value() : std::vector<T>();
}

void HeadSweepForm::check() {
    problem_.clear();
    recipes_.clear();
    std::vector<HeadMethod> chosen;
    for (std::size_t i = 0; i < methods_.size(); ++i)
        if (methods_[i]->isChecked()) chosen.push_back(kHeadMethods[i]);
    const QString noMethod = chosen.empty() ? tr("Choose at least one method.") : QString();
    showProblem(*methodsProblem_, noMethod);
    problem_ = noMethod;
    lists_->setEnabled(std::any_of(chosen.begin(), chosen.end(), isTrainedByEpochs));

    HeadSweep sweep;
    sweep.seeds = read<std::uint64_t>(seeds_, seedsFromText);
    // The values themselves are judged as the command line does.
    const auto judged = [&](double HeadRecipe::*field) {
        return [field](const std::string& text, const std::string& what) -> Result<std::vector<double>> {
            auto values = ratesFromText(text, what);
            if (!values.isOk()) return values;
            for (const double value : values.value()) {
                HeadRecipe recipe;
                recipe.*field = value;
                if (auto valid = validateRecipe(recipe); !valid.isOk())
                    return std::move(valid).propagate<std::vector<double>>();
            }
            return values;
        };
    };
    sweep.learningRates = read<double>(rates_, judged(&HeadRecipe::learningRate));
    sweep.weightDecays = read<double>(decays_, judged(&HeadRecipe::weightDecay));
    const auto scales = read<double>(scale_, judged(&HeadRecipe::scale));
    if (scales.size() > 1) {
        const QString sentence = tr("Head scale holds %1 numbers; give one.").arg(scales.size());
        showProblem(*scale_.problem, sentence);
        if (problem_.isEmpty()) problem_ = sentence;
    }
    if (problem_.isEmpty()) {
        const ParameterMap more = more_->values();
        HeadRecipe& base = sweep.base;
        base.scale = scales.front();
        base.epochs = parameterValue<std::int64_t>(more, "epochs");
        base.patience = parameterValue<std::int64_t>(more, "patience");
        base.batch = parameterValue<std::int64_t>(more, "batch");
        base.hidden = parameterValue<std::int64_t>(more, "hidden");
        base.cost = parameterValue<double>(more, "cost");
        base.ridge = parameterValue<double>(more, "ridge");
        base.shrinkage = parameterValue<double>(more, "shrinkage");
        const std::size_t each = std::max<std::size_t>(1, sweep.seeds.size()) *
                                 std::max<std::size_t>(1, sweep.learningRates.size()) *
                                 std::max<std::size_t>(1, sweep.weightDecays.size());
        const auto swept =
            static_cast<std::size_t>(std::count_if(chosen.begin(), chosen.end(), isTrainedByEpochs));
        if (const std::size_t heads = each * swept + chosen.size() - swept; heads > kMostHeads)
            problem_ =
                tr("This would make %1 heads; shorten the lists to at most %2.")
                    .arg(QLocale().toString(qulonglong(heads)), QLocale().toString(qulonglong(kMostHeads)));
        for (const HeadMethod method : chosen) {
            if (!problem_.isEmpty()) break;
            sweep.base.method = method;
            for (const auto& recipe : recipesOf(sweep)) recipes_.push_back(recipe);
        }
    }
    Q_EMIT changed();
}

}  // namespace tessera
