// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/messages_panel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "widgets/panels/theme.h"

namespace tessera {

MessagesPanel::MessagesPanel(MessageLog& log, QWidget* parent)
    : QWidget(parent), log_(log), list_(new QTreeWidget) {
    list_->setObjectName(QStringLiteral("messages"));
    list_->setAccessibleName(tr("Messages"));
    list_->setHeaderLabels({tr("Time"), tr("Kind"), tr("Message")});
    list_->setRootIsDecorated(false);
    list_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    list_->setAlternatingRowColors(true);
    list_->setWordWrap(true);
    auto* copyAction = new QAction(tr("Copy"), this);
    copyAction->setShortcut(QKeySequence::Copy);
    copyAction->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copyAction, &QAction::triggered, this, &MessagesPanel::copy);
    auto* clearAction = new QAction(tr("Clear the list"), this);
    connect(clearAction, &QAction::triggered, list_, &QTreeWidget::clear);
    list_->addActions({copyAction, clearAction});
    list_->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->addWidget(list_);
    for (const Message& message : log_.messages()) add(message);
    connect(&log_, &MessageLog::appended, this, [this] { add(log_.messages().back()); });
    connect(&log_, &MessageLog::countChanged, this, [this] {
        if (list_->topLevelItemCount() > 0)
            fill(list_->topLevelItem(list_->topLevelItemCount() - 1), log_.messages().back());
    });
}

void MessagesPanel::fill(QTreeWidgetItem* item, const Message& message) {
    item->setText(0, message.time.toString(QStringLiteral("hh:mm:ss")));
    item->setText(1, severityText(message.severity));
    item->setIcon(1, themedIcon(severityIconName(message.severity)));
    item->setText(2, message.count > 1 ? tr("%1 (%2 times)").arg(message.sentence).arg(message.count)
                                       : message.sentence);
    item->setToolTip(2, message.sentence);
}

void MessagesPanel::add(const Message& message) {
    auto* item = new QTreeWidgetItem(list_);
    fill(item, message);
    if (list_->topLevelItemCount() <= 3) {
        list_->resizeColumnToContents(0);
        list_->resizeColumnToContents(1);
    }
    list_->scrollToItem(item);
}

void MessagesPanel::copy() const {
    QStringList lines;
    const auto selected = list_->selectedItems();
    for (int row = 0; row < list_->topLevelItemCount(); ++row) {
        auto* item = list_->topLevelItem(row);
        if (selected.isEmpty() || selected.contains(item))
            lines << item->text(0) + '\t' + item->text(1) + '\t' + item->text(2);
    }
    QApplication::clipboard()->setText(lines.join('\n'));
}

}  // namespace tessera
