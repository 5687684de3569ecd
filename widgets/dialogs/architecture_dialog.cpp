// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/architecture_dialog.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/dialogs/opened.h"

namespace tessera {

ArchitectureDialog::ArchitectureDialog(const QString& modelPath, const QString& reason, QWidget* parent)
    : QDialog(parent),
      folder_(QFileInfo(modelPath).absolutePath()),
      path_(new QLineEdit),
      verdict_(new QLabel) {
    setWindowTitle(tr("Architecture of %1").arg(QFileInfo(modelPath).fileName()));
    auto* what = new QLabel(tr("%1\n\nThe file has weights but not the network they belong to. Choose the "
                               "JSON file that describes its layers, "
                               "or save the whole model in Python with torch.jit.script(model).save(…).")
                                .arg(reason));
    what->setWordWrap(true);
    what->setTextInteractionFlags(Qt::TextSelectableByMouse);
    path_->setPlaceholderText(tr("description.json"));
    path_->setAccessibleName(tr("Description file"));
    auto* browseButton = new QPushButton(tr("Browse…"));
    browseButton->setAutoDefault(false);
    auto* row = new QHBoxLayout;
    row->addWidget(path_, 1);
    row->addWidget(browseButton);
    verdict_->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Open | QDialogButtonBox::Cancel);
    ok_ = buttons->button(QDialogButtonBox::Open);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(what);
    layout->addLayout(row);
    layout->addWidget(verdict_);
    layout->addWidget(buttons);
    setMinimumWidth(520);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(browseButton, &QPushButton::clicked, this, &ArchitectureDialog::browse);
    connect(path_, &QLineEdit::textChanged, this, &ArchitectureDialog::check);
    check();
}

QString ArchitectureDialog::path() const {
    const QFileInfo info(path_->text());
    return info.isAbsolute() ? info.filePath() : folder_ + '/' + path_->text();
}

void ArchitectureDialog::browse() {
    auto* dialog = new QFileDialog(this, tr("Choose the description"), folder_,
                                   tr("Descriptions (*.json);;All files (*)"));
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, path_, &QLineEdit::setText);
    opened(dialog);
}

void ArchitectureDialog::check() {
    const bool exists = !path_->text().isEmpty() && QFileInfo(path()).isFile();
    ok_->setEnabled(exists);
    verdict_->setText(path_->text().isEmpty() || exists ? QString() : tr("There is no file %1.").arg(path()));
}

}  // namespace tessera
