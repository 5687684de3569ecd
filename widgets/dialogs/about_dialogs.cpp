// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/about_dialogs.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "core/base/provenance.h"
#include "widgets/panels/theme.h"

namespace tessera {

namespace {
QDialogButtonBox* closeButton(QDialog* dialog) {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    return buttons;
}
}  // namespace

AboutDialog::AboutDialog(QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("About Tessera"));
    auto* logo = new QLabel;
    logo->setPixmap(applicationIcon().pixmap(QSize(72, 72), devicePixelRatioF()));
    logo->setAlignment(Qt::AlignTop);
    auto* text =
        new QLabel(tr("<h2>Tessera %1</h2><p>The geometry of trained classifiers: linear regions and "
                      "decision boundaries on a slice "
                      "through your own samples, exactly where the network is piecewise linear and honestly "
                      "sampled where it is not.</p>"
                      "<p>Qt %2. Free software under the GNU General Public License, version 3 or later.</p>")
                       .arg(QString::fromLatin1(tesseraVersion()), QString::fromLatin1(qVersion())));
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextBrowserInteraction);
    text->setMinimumWidth(360);
    auto* row = new QHBoxLayout;
    row->setSpacing(16);
    row->addWidget(logo);
    row->addWidget(text, 1);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(row);
    layout->addWidget(closeButton(this));
}

ShortcutsDialog::ShortcutsDialog(const QList<Row>& rows, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Keys"));
    auto* list = new QTreeWidget;
    list->setHeaderLabels({tr("What"), tr("Key")});
    list->setAlternatingRowColors(true);
    list->setSelectionMode(QAbstractItemView::NoSelection);
    QTreeWidgetItem* group = nullptr;
    for (const Row& row : rows) {
        if (!group || group->text(0) != row.group) {
            group = new QTreeWidgetItem(list, {row.group});
            QFont bold = list->font();
            bold.setBold(true);
            group->setFont(0, bold);
            group->setFirstColumnSpanned(true);
        }
        new QTreeWidgetItem(group, {row.what, row.keys});
    }
    list->expandAll();
    list->setRootIsDecorated(false);
    list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    list->header()->setStretchLastSection(false);
    list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    auto* search = new QLineEdit;
    search->setObjectName(QStringLiteral("keySearch"));
    search->setPlaceholderText(tr("Search what or key: zoom, Ctrl+S"));
    search->setClearButtonEnabled(true);
    search->setAccessibleName(tr("Search the keys"));
    connect(search, &QLineEdit::textChanged, this, [list](const QString& text) {
        for (int g = 0; g < list->topLevelItemCount(); ++g) {
            QTreeWidgetItem* item = list->topLevelItem(g);
            bool isAnyShown = false;
            for (int i = 0; i < item->childCount(); ++i) {
                const QString row =
                    item->text(0) + ' ' + item->child(i)->text(0) + ' ' + item->child(i)->text(1);
                const bool isShown = row.contains(text.trimmed(), Qt::CaseInsensitive);
                item->child(i)->setHidden(!isShown);
                isAnyShown = isAnyShown || isShown;
            }
            item->setHidden(!isAnyShown);
        }
    });
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(search);
    layout->addWidget(list);
    layout->addWidget(closeButton(this));
    search->setFocus();
    resize(520, 600);
}

}  // namespace tessera
