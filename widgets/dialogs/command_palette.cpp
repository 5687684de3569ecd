// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/command_palette.h"

#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

namespace tessera {

namespace {

constexpr std::size_t kMostShown = 60;

QString plain(QString text) {
    text.replace(QLatin1String("&&"), QLatin1String("\x01"));
    return text.remove('&').replace('\x01', '&').remove(QStringLiteral("…")).section('\t', 0, 0);
}

void collect(const QList<QAction*>& actions, const QString& path, std::vector<PaletteEntry>& entries) {
    for (QAction* action : actions) {
        if (action->isSeparator() || !action->isVisible() || action->text().isEmpty()) continue;
        const QString name =
            path.isEmpty() ? plain(action->text()) : path + kMenuSeparator + plain(action->text());
        if (action->menu()) {
            collect(action->menu()->actions(), name, entries);
            continue;
        }
        QStringList keys;
        for (const QKeySequence& key : action->shortcuts()) keys << key.toString(QKeySequence::NativeText);
        entries.push_back({name, keys.join(QStringLiteral(", ")), action});
    }
}

// The letters that matched, bold.
QString marked(const QString& text, const QList<int>& places) {
    QString html;
    for (int i = 0; i < text.size(); ++i) {
        const QString letter = QString(text[i]).toHtmlEscaped();
        html += places.contains(i) ? QStringLiteral("<b>%1</b>").arg(letter) : letter;
    }
    return html;
}

}  // namespace

std::vector<PaletteEntry> paletteEntries(const QList<QAction*>& menuActions) {
    std::vector<PaletteEntry> entries;
    collect(menuActions, {}, entries);
    return entries;
}

int fuzzyScore(const QString& pattern, const QString& text, QList<int>* places) {
    if (places) places->clear();
    int score = 1, last = -2;
    int from = 0;
    for (const QChar letter : pattern) {
        if (letter.isSpace()) continue;
        const auto isStart = [&](int at) {
            return at == 0 || !text[at - 1].isLetterOrNumber() ||
                   (text[at].isUpper() && text[at - 1].isLower());
        };
        // In a row if possible, else at the next beginning of a word, else anywhere.
        int at = -1;
        if (last + 1 >= from && last + 1 < text.size() && last >= 0 &&
            text[last + 1].toLower() == letter.toLower())
            at = last + 1;
        for (int i = from; at < 0 && i < text.size(); ++i)
            if (text[i].toLower() == letter.toLower() && isStart(i)) at = i;
        for (int i = from; at < 0 && i < text.size(); ++i)
            if (text[i].toLower() == letter.toLower()) at = i;
        if (at < 0) return 0;
        score += at == last + 1 ? 12 : isStart(at) ? 10 : 1;
        if (places) places->append(at);
        last = at;
        from = at + 1;
    }
    return score * 100 - static_cast<int>(text.size());  // the shorter of equals
}

CommandPalette::CommandPalette(std::vector<PaletteEntry> entries, QWidget* parent)
    : QDialog(parent, Qt::Popup), entries_(std::move(entries)), line_(new QLineEdit), list_(new QListWidget) {
    setObjectName(QStringLiteral("commandPalette"));
    line_->setObjectName(QStringLiteral("paletteLine"));
    line_->setPlaceholderText(tr("Type a command: “dup sl” for Duplicate the Slice"));
    line_->setAccessibleName(tr("Command"));
    line_->installEventFilter(this);
    list_->setObjectName(QStringLiteral("paletteList"));
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setUniformItemSizes(true);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(6, 6, 6, 6);
    rows->setSpacing(4);
    rows->addWidget(line_);
    rows->addWidget(list_);
    connect(line_, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(line_, &QLineEdit::returnPressed, this, &CommandPalette::run);
    connect(list_, &QListWidget::itemClicked, this, &CommandPalette::run);
    setFixedSize(560, 380);
    if (parent) {
        const QPoint top = parent->mapToGlobal(QPoint((parent->width() - width()) / 2, 60));
        move(top);
    }
    filter();
    line_->setFocus();
}

void CommandPalette::filter() {
    const QString pattern = line_->text().trimmed();
    struct Match {
        int score;
        std::size_t index;
        QList<int> places;
    };
    std::vector<Match> matches;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (!entries_[i].action) continue;
        QList<int> places;
        int score = fuzzyScore(pattern, entries_[i].path, &places);
        if (score == 0 && !pattern.isEmpty()) continue;
        if (!entries_[i].action->isEnabled()) score -= 100000;  // last, but there: greyed out
        matches.push_back({score, i, places});
    }
    if (!pattern.isEmpty())
        std::stable_sort(matches.begin(), matches.end(),
                         [](const Match& a, const Match& b) { return a.score > b.score; });
    if (matches.size() > kMostShown) matches.resize(kMostShown);
    list_->clear();
    for (const Match& match : matches) {
        const PaletteEntry& entry = entries_[match.index];
        auto* item = new QListWidgetItem(list_);
        item->setData(Qt::UserRole, int(match.index));
        item->setData(Qt::AccessibleTextRole, entry.path);
        auto* row = new QWidget;
        row->setAttribute(Qt::WA_TransparentForMouseEvents);
        row->setEnabled(entry.action->isEnabled());
        auto* line = new QHBoxLayout(row);
        line->setContentsMargins(6, 2, 8, 2);
        auto* name = new QLabel(marked(entry.path, match.places));
        name->setTextFormat(Qt::RichText);
        auto* keys = new QLabel(entry.keys);
        keys->setForegroundRole(QPalette::PlaceholderText);
        line->addWidget(name, 1);
        line->addWidget(keys);
        item->setSizeHint({0, fontMetrics().height() + 10});
        list_->setItemWidget(item, row);
    }
    list_->setCurrentRow(0);
}

void CommandPalette::run() {
    QListWidgetItem* item = list_->currentItem();
    if (!item) return;
    const QPointer<QAction> action = entries_[item->data(Qt::UserRole).toUInt()].action;
    if (!action || !action->isEnabled()) return;
    close();
    // After this dialog is gone: the action may open one of its own.
    QTimer::singleShot(0, action, [action] {
        if (action) action->trigger();
    });
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == line_ && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int step = key == Qt::Key_Down       ? 1
                         : key == Qt::Key_Up       ? -1
                         : key == Qt::Key_PageDown ? 10
                         : key == Qt::Key_PageUp   ? -10
                                                   : 0;
        if (step != 0 && list_->count() > 0) {
            list_->setCurrentRow(std::clamp(list_->currentRow() + step, 0, list_->count() - 1));
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

}  // namespace tessera
