// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/missing_files_dialog.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "widgets/dialogs/opened.h"

namespace tessera {

MissingFilesDialog::MissingFilesDialog(const QString& session, const ResolvedSession& resolved,
                                       QWidget* parent)
    : QDialog(parent), list_(new QTreeWidget) {
    setWindowTitle(tr("Files of the session are missing"));
    auto* text =
        new QLabel(tr("%1 was made with files that are not where they were. Show where they are now; "
                      "nothing is changed until all of them are found.")
                       .arg(session.isEmpty() ? tr("The session") : QFileInfo(session).fileName()));
    text->setWordWrap(true);
    list_->setObjectName(QStringLiteral("missingFiles"));
    list_->setRootIsDecorated(false);
    list_->setHeaderLabels({tr("File"), tr("What"), tr("Where it was"), tr("Now")});
    for (const auto& file : resolved.files) {
        if (file.status != FileStatus::Missing) continue;
        missing_.push_back(file.reference);
        const QString path = QString::fromStdString(file.reference.absolute);
        auto* item =
            new QTreeWidgetItem(list_, {QFileInfo(path).fileName(), QString::fromStdString(file.role),
                                        QFileInfo(path).absolutePath(), tr("missing")});
        item->setToolTip(2, path);
        item->setToolTip(0, QString::fromStdString(file.sentence));
    }
    if (list_->topLevelItemCount() > 0) list_->setCurrentItem(list_->topLevelItem(0));
    auto* buttons = new QDialogButtonBox;
    browse_ = buttons->addButton(tr("Show Where It Is…"), QDialogButtonBox::ActionRole);
    browse_->setObjectName(QStringLiteral("locateFile"));
    open_ = buttons->addButton(tr("Open the Session"), QDialogButtonBox::AcceptRole);
    buttons->addButton(QDialogButtonBox::Cancel);
    connect(browse_, &QPushButton::clicked, this, &MissingFilesDialog::browse);
    connect(list_, &QTreeWidget::itemDoubleClicked, this, &MissingFilesDialog::browse);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* rows = new QVBoxLayout(this);
    rows->addWidget(text);
    rows->addWidget(list_);
    rows->addWidget(buttons);
    list_->header()->setSectionResizeMode(2, QHeaderView::Stretch);
    resize(720, 320);
    update();
}

void MissingFilesDialog::locate(const QString& missing, const QString& found) {
    replacements_[missing.toStdString()] = found.toStdString();
    const QString folder = QFileInfo(found).absolutePath();
    for (const auto& reference : missing_) {
        const QString sibling =
            folder + '/' + QFileInfo(QString::fromStdString(reference.absolute)).fileName();
        if (!replacements_.contains(reference.absolute) && QFileInfo::exists(sibling))
            replacements_[reference.absolute] = sibling.toStdString();
    }
    update();
}

void MissingFilesDialog::browse() {
    const int row = list_->indexOfTopLevelItem(list_->currentItem());
    if (row < 0) return;
    const QString missing = QString::fromStdString(missing_[static_cast<std::size_t>(row)].absolute);
    auto* dialog = new QFileDialog(this, tr("Where is %1?").arg(QFileInfo(missing).fileName()));
    dialog->setFileMode(QFileInfo(missing).suffix().isEmpty() ? QFileDialog::AnyFile
                                                              : QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, missing](const QString& found) { locate(missing, found); });
    opened(dialog);
}

void MissingFilesDialog::update() {
    bool isWhole = true;
    for (std::size_t i = 0; i < missing_.size(); ++i) {
        const auto found = replacements_.find(missing_[i].absolute);
        isWhole = isWhole && found != replacements_.end();
        if (found != replacements_.end())
            list_->topLevelItem(int(i))->setText(3, QString::fromStdString(found->second.string()));
    }
    open_->setEnabled(isWhole);
}

}  // namespace tessera
