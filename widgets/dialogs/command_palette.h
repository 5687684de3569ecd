// SPDX-License-Identifier: GPL-3.0-or-later
// Every command of the window by name: type a few letters of it and press Enter.
#pragma once

#include <QDialog>
#include <QPointer>
#include <vector>

class QAction;
class QLineEdit;
class QListWidget;

namespace tessera {

inline const QString kMenuSeparator = QStringLiteral(" › ");

struct PaletteEntry {
    QString path;  // "View › Theme › Dark"
    QString keys;
    QPointer<QAction> action;
};

// Every action below the menus, with the menus that lead to it; separators and hidden ones left out.
std::vector<PaletteEntry> paletteEntries(const QList<QAction*>& menuActions);
// How well `text` matches: all letters in order, better at word beginnings and in a row; 0: not at all.
// `places` gets the matched letters.
int fuzzyScore(const QString& pattern, const QString& text, QList<int>* places = nullptr);

class CommandPalette : public QDialog {
    Q_OBJECT
  public:
    CommandPalette(std::vector<PaletteEntry> entries, QWidget* parent = nullptr);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void filter();
    void run();
    std::vector<PaletteEntry> entries_;
    QLineEdit* line_;
    QListWidget* list_;
};

}  // namespace tessera
