// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/split_form.h"

#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QSpinBox>
#include <QVBoxLayout>
#include <limits>

#include "widgets/panels/field_problem.h"

namespace tessera {

namespace {

constexpr double kPercent = 100;

QDoubleSpinBox* shareBox(double percent, const char* name, const QString& accessible, const QString& tip) {
    auto* box = new QDoubleSpinBox;
    box->setObjectName(QLatin1String(name));
    box->setAccessibleName(accessible);
    box->setToolTip(tip);
    box->setRange(0.1, 99.8);
    box->setDecimals(1);
    box->setSuffix(QStringLiteral(" %"));
    box->setValue(percent);
    return box;
}

}  // namespace

SplitForm::SplitForm(QWidget* parent)
    : QWidget(parent),
      given_(new QLabel(tr("As the file says."))),
      problemText_(fieldProblem("splitProblem")),
      fields_(new QWidget),
      seed_(new QSpinBox),
      reference_(shareBox(10, "referenceShare", tr("Validation share"),
                          tr("Of each class: decides when training stops and which epoch is kept, and is the "
                             "pool of references"))),
      test_(shareBox(20, "testShare", tr("Test share"), tr("Of each class: heads are judged on it"))) {
    given_->setObjectName(QStringLiteral("splitGiven"));
    given_->setWordWrap(true);
    seed_->setObjectName(QStringLiteral("splitSeed"));
    seed_->setAccessibleName(tr("Seed of the split"));
    seed_->setToolTip(tr("The same seed puts the same samples into the same part"));
    seed_->setRange(0, std::numeric_limits<int>::max());
    auto* form = new QFormLayout(fields_);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("Validation"), reference_);
    form->addRow(tr("Test"), test_);
    form->addRow(tr("Split seed"), seed_);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->addWidget(given_);
    rows->addWidget(fields_);
    rows->addWidget(problemText_);
    for (QDoubleSpinBox* box : {reference_, test_})
        connect(box, &QDoubleSpinBox::valueChanged, this, &SplitForm::check);
    connect(seed_, &QSpinBox::valueChanged, this, &SplitForm::check);
    setGiven(false);
}

void SplitForm::setGiven(bool isGiven) {
    isGiven_ = isGiven;
    given_->setVisible(isGiven);
    fields_->setVisible(!isGiven);
    check();
}

std::uint64_t SplitForm::seed() const {
    return static_cast<std::uint64_t>(seed_->value());
}

double SplitForm::referenceShare() const {
    return reference_->value() / kPercent;
}

double SplitForm::testShare() const {
    return test_->value() / kPercent;
}

void SplitForm::check() {
    problem_.clear();
    if (const double held = reference_->value() + test_->value(); !isGiven_ && held >= kPercent)
        problem_ = tr("Validation and test take %1 % together and leave nothing to train on; choose less.")
                       .arg(held);
    showProblem(*problemText_, problem_);
    Q_EMIT changed();
}

}  // namespace tessera
