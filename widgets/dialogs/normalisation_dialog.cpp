// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/normalisation_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "widgets/dialogs/value_text.h"

namespace tessera {

namespace {
// Three-channel presets make no sense for one channel.
bool fits(const Normalisation& normalisation, const Shape& shape) {
    return validateNormalisation(normalisation, shape).isOk();
}
}  // namespace

NormalisationDialog::NormalisationDialog(const Normalisation& current, const Shape& sampleShape,
                                         QWidget* parent)
    : QDialog(parent),
      sampleShape_(sampleShape),
      normalisation_(current),
      presets_(new QComboBox),
      mean_(new QLineEdit),
      std_(new QLineEdit),
      verdict_(new QLabel) {
    setWindowTitle(tr("Normalisation"));
    auto* what =
        new QLabel(tr("Samples are fed to the model as (value − mean) / std, with pixels scaled to 0–1 "
                      "first. Use the numbers that "
                      "the model was trained with; they are remembered for this model and data."));
    what->setWordWrap(true);
    const auto& presets = normalisationPresets();
    for (std::size_t i = 0; i < presets.size(); ++i)
        if (fits(presets[i].normalisation, sampleShape_)) presets_->addItem(presets[i].name, int(i));
    presets_->addItem(tr("Other"), -1);
    mean_->setPlaceholderText(tr("one number, or one per channel: 0.4914, 0.4822, 0.4465"));
    std_->setPlaceholderText(tr("as many as above"));
    verdict_->setWordWrap(true);
    verdict_->setObjectName(QStringLiteral("verdict"));
    verdict_->setMinimumHeight(2 * fontMetrics().height());
    verdict_->setAlignment(Qt::AlignTop);
    auto* form = new QFormLayout;
    form->addRow(tr("&Preset"), presets_);
    form->addRow(tr("&Mean"), mean_);
    form->addRow(tr("&Std"), std_);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    ok_ = buttons->button(QDialogButtonBox::Ok);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(what);
    layout->addLayout(form);
    layout->addWidget(verdict_);
    layout->addWidget(buttons);
    setMinimumWidth(460);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(presets_, &QComboBox::currentIndexChanged, this, &NormalisationDialog::takePreset);
    connect(mean_, &QLineEdit::textChanged, this, &NormalisationDialog::check);
    connect(std_, &QLineEdit::textChanged, this, &NormalisationDialog::check);
    mean_->setText(numbersText(current.mean));
    std_->setText(numbersText(current.std));
    check();
}

void NormalisationDialog::takePreset(int index) {
    const int preset = presets_->itemData(index).toInt();
    if (preset < 0) return;
    const Normalisation& normalisation =
        normalisationPresets()[static_cast<std::size_t>(preset)].normalisation;
    const QSignalBlocker blockMean(mean_), blockStd(std_);
    mean_->setText(numbersText(normalisation.mean));
    std_->setText(numbersText(normalisation.std));
    check();
}

void NormalisationDialog::check() {
    const auto mean = numbersFromText(mean_->text()), deviation = numbersFromText(std_->text());
    QString problem;
    if (!mean || !deviation) {
        problem =
            tr("%1 must be numbers with a point, separated by commas.").arg(mean ? tr("Std") : tr("Mean"));
    } else {
        normalisation_ = {*mean, *deviation};
        const auto valid = validateNormalisation(normalisation_, sampleShape_);
        if (valid.isError()) problem = QString::fromStdString(valid.error().message);
    }
    verdict_->setText(problem);
    ok_->setEnabled(problem.isEmpty());
    int row = presets_->findData(-1);
    for (int i = 0; i < presets_->count() && problem.isEmpty(); ++i) {
        const int preset = presets_->itemData(i).toInt();
        if (preset >= 0 &&
            normalisationPresets()[static_cast<std::size_t>(preset)].normalisation == normalisation_)
            row = i;
    }
    const QSignalBlocker block(presets_);
    presets_->setCurrentIndex(row);
}

}  // namespace tessera
