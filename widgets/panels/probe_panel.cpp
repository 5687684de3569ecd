// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/probe_panel.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>
#include <limits>

#include "widgets/panels/fold.h"
#include "widgets/panels/parameter_form.h"
#include "widgets/panels/theme.h"

namespace tessera {

namespace {

const char* const kAll = "all";
const char* const kSelection = "selection";
const char* const kAnchors = "anchors";
const char* const kBefore = "before";
const char* const kSubset = "subset:";

QLabel* wrapped(bool isQuiet = false) {
    auto* label = new QLabel;
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    if (isQuiet) label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

std::vector<std::int64_t> asInt64(const std::vector<qint64>& samples) {
    return {samples.begin(), samples.end()};
}

}  // namespace

ProbePanel::ProbePanel(Workspace& workspace, std::vector<ProbeDescription> probes, QWidget* parent)
    : QWidget(parent), workspace_(workspace), probes_(std::move(probes)) {
    probe_ = new QComboBox;
    probe_->setObjectName(QStringLiteral("probe"));
    probe_->setAccessibleName(tr("Probe"));
    for (const auto& description : probes_)
        probe_->addItem(QString::fromStdString(description.title), QString::fromStdString(description.name));
    sentence_ = wrapped();
    scope_ = new QComboBox;
    scope_->setObjectName(QStringLiteral("probeScope"));
    scope_->setAccessibleName(tr("Samples to run on"));
    form_ = new ParameterForm;
    seed_ = new QSpinBox;
    seed_->setObjectName(QStringLiteral("probeSeed"));
    seed_->setRange(0, std::numeric_limits<int>::max());
    seed_->setToolTip(tr("Of everything random in it: the same seed gives the same numbers"));
    problemText_ = wrapped();
    problemText_->setObjectName(QStringLiteral("probeProblem"));
    run_ = new QPushButton(themedIcon(QStringLiteral("run")), tr("Run"));
    run_->setObjectName(QStringLiteral("runProbe"));
    run_->setToolTip(tr("Run this probe in the background (Ctrl+Return)"));
    reset_ = new QPushButton(tr("Defaults"));
    reset_->setToolTip(tr("All parameters back to their defaults"));

    auto* content = new QWidget;
    auto* rows = new QVBoxLayout(content);
    rows->setContentsMargins(8, 8, 8, 8);
    rows->setSpacing(8);
    rows->addWidget(probe_);
    rows->addWidget(sentence_);
    auto* on = new QFormLayout;
    on->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    on->addRow(tr("On"), scope_);
    rows->addLayout(on);
    rows->addWidget(form_);
    auto* last = new QFormLayout;
    last->addRow(tr("Seed"), seed_);
    rows->addLayout(last);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(run_, 1);
    buttons->addWidget(reset_);
    rows->addLayout(buttons);
    rows->addWidget(problemText_);
    rows->addWidget(makeAbout());
    rows->addStretch();
    auto* scroll = new QScrollArea;
    scroll->setAccessibleName(tr("Probe settings"));
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(content);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);

    connect(probe_, &QComboBox::currentIndexChanged, this, &ProbePanel::takeProbe);
    connect(scope_, &QComboBox::currentIndexChanged, this, &ProbePanel::check);
    connect(scope_, &QComboBox::currentIndexChanged, this, [this] { isScopeChosen_ = true; });
    connect(form_, &ParameterForm::changed, this, &ProbePanel::check);
    connect(run_, &QPushButton::clicked, this, &ProbePanel::run);
    connect(reset_, &QPushButton::clicked, form_, &ParameterForm::reset);
    for (const auto changed :
         {&Workspace::modelChanged, &Workspace::modelsChanged, &Workspace::datasetChanged,
          &Workspace::anchorsChanged, &Workspace::selectionChanged, &Workspace::subsetsChanged})
        connect(&workspace_, changed, this, &ProbePanel::fillScopes);
    takeProbe();
}

QWidget* ProbePanel::makeAbout() {
    about_ = wrapped(true);
    about_->setTextFormat(Qt::PlainText);
    return folded(tr("What is computed"), "probeAbout", about_);
}

const ProbeDescription* ProbePanel::current() const {
    const int index = probe_->currentIndex();
    return index < 0 ? nullptr : &probes_[static_cast<std::size_t>(index)];
}

void ProbePanel::takeProbe() {
    const ProbeDescription* description = current();
    if (before_ && (!description || before_->probe != description->name)) before_.reset();
    if (!description) {
        sentence_->setText(tr("No probe is built into this program."));
        form_->setParameters({});
        return check();
    }
    const auto text = [](const std::string& utf8) { return QString::fromStdString(utf8); };
    sentence_->setText(text(description->sentence));
    about_->setText(
        tr("%1\n\nCost: %2\n\nSource: %3")
            .arg(text(description->definition), text(description->cost), text(description->source)));
    setWhatsThis(QStringLiteral("<p><b>%1</b></p><p>%2</p><p>%3</p><p>%4</p><p>%5</p>")
                     .arg(text(description->title).toHtmlEscaped(),
                          text(description->sentence).toHtmlEscaped(),
                          text(description->definition).toHtmlEscaped(),
                          tr("Cost: %1").arg(text(description->cost)).toHtmlEscaped(),
                          tr("Source: %1").arg(text(description->source)).toHtmlEscaped()));
    form_->setParameters(description->parameters);
    fillScopes();
}

void ProbePanel::fillScopes() {
    const ProbeDescription* description = current();
    const QString held = scope_->currentData().toString();
    const QLocale locale;
    const auto count = [&](std::size_t samples) { return locale.toString(qulonglong(samples)); };
    {
        const QSignalBlocker quiet(scope_);
        scope_->clear();
        if (description && workspace_.model() && takesWholeSpace(*description, *workspace_.model()))
            scope_->addItem(tr("The whole input space"), QLatin1String(kAll));
        else if (description && description->minimumSamples == 0)
            scope_->addItem(
                workspace_.dataset()
                    ? tr("All %1 samples").arg(count(static_cast<std::size_t>(workspace_.dataset()->size())))
                    : tr("All samples"),
                QLatin1String(kAll));
        scope_->addItem(tr("Selected samples (%1)").arg(count(workspace_.selection().size())),
                        QLatin1String(kSelection));
        scope_->addItem(tr("Anchors of the slice (%1)").arg(count(workspace_.anchors().size())),
                        QLatin1String(kAnchors));
        for (const auto& [name, samples] : workspace_.subsets())
            scope_->addItem(tr("%1 (%2)").arg(name, count(samples.size())), QLatin1String(kSubset) + name);
        if (before_) scope_->addItem(tr("As before (%1)").arg(before_->scope), QLatin1String(kBefore));
        // What nobody chose does not follow from one probe to the next.
        int index = isScopeChosen_ || held == QLatin1String(kBefore) ? scope_->findData(held) : -1;
        // At first what is there: a path through the anchors, or everything.
        if (index < 0 && description && description->minimumSamples > 0 &&
            scope_->findData(QLatin1String(kAll)) < 0)
            index = scope_->findData(QLatin1String(workspace_.selection().empty() ? kAnchors : kSelection));
        scope_->setCurrentIndex(std::max(0, index));
    }
    check();
}

std::vector<std::int64_t> ProbePanel::samplesOf(const QString& scope) const {
    if (scope == QLatin1String(kSelection)) return asInt64(workspace_.selection());
    if (scope == QLatin1String(kAnchors)) return asInt64(workspace_.anchors());
    if (scope == QLatin1String(kBefore) && before_) return before_->samples;
    if (scope.startsWith(QLatin1String(kSubset))) {
        const auto found = workspace_.subsets().find(scope.mid(qsizetype(qstrlen(kSubset))));
        if (found != workspace_.subsets().end()) return asInt64(found->second);
    }
    return {};
}

std::optional<ProbeRequest> ProbePanel::request() const {
    if (!problem_.isEmpty() || !current()) return std::nullopt;
    const QString scope = scope_->currentData().toString();
    ProbeRequest request;
    request.probe = current()->name;
    request.parameters = form_->values();
    request.samples = samplesOf(scope);
    request.scope = scope == QLatin1String(kBefore) && before_ ? before_->scope : scope_->currentText();
    request.seed = static_cast<std::uint64_t>(seed_->value());
    return request;
}

// The same checks that a run makes first, so that Run is only offered when it can begin.
void ProbePanel::check() {
    problem_.clear();
    if (const ProbeDescription* description = current()) {
        ProbeInputs inputs;
        inputs.model = workspace_.model();
        inputs.dataset = workspace_.dataset();
        inputs.normalisation = workspace_.normalisation();
        const QString scope = scope_->currentData().toString();
        inputs.samples = samplesOf(scope);
        if (description->minimumModels > 1) inputs.others = workspace_.comparableModels();
        auto fits = checkInputs(*description, inputs);
        if (fits.isError()) problem_ = QString::fromStdString(fits.error().message);
        if (problem_.isEmpty() && scope != QLatin1String(kAll) && inputs.samples.empty())
            problem_ = scope == QLatin1String(kAnchors)
                           ? tr("The slice goes through no sample; choose anchors first.")
                           : tr("No sample is selected; select some in the list of samples, in a table or "
                                "with a lasso.");
    } else {
        problem_ = tr("Choose a probe.");
    }
    problemText_->setText(problem_);
    problemText_->setVisible(!problem_.isEmpty());
    run_->setEnabled(problem_.isEmpty());
    reset_->setEnabled(!form_->isStandard());
}

void ProbePanel::run() {
    if (const auto wanted = request()) Q_EMIT runRequested(*wanted);
}

void ProbePanel::choose(const std::string& probe) {
    const int index = probe_->findData(QString::fromStdString(probe));
    if (index >= 0) probe_->setCurrentIndex(index);
}

void ProbePanel::fill(const ProbeRequest& request) {
    choose(request.probe);
    before_ = request;
    form_->setValues(request.parameters);
    seed_->setValue(static_cast<int>(
        std::min<std::uint64_t>(request.seed, std::uint64_t(std::numeric_limits<int>::max()))));
    fillScopes();
    scope_->setCurrentIndex(std::max(0, scope_->findData(QLatin1String(kBefore))));
    check();
}

}  // namespace tessera
