// SPDX-License-Identifier: GPL-3.0-or-later
// Asks which open views become panels of a figure, how large it is, and where it goes.
#pragma once

#include <QDialog>

#include "widgets/scenes/figure_sheet.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QSpinBox;

namespace tessera {

class SheetPreview;

class SheetDialog : public QDialog {
    Q_OBJECT
  public:
    struct Panel {
        QString title;
        bool isChosen = false;
        std::shared_ptr<const PanelScene> scene;
    };
    explicit SheetDialog(std::vector<Panel> panels, QWidget* parent = nullptr);

    FigureSheet sheet() const;        // with the chosen panels
    std::vector<int> chosen() const;  // places in the list given, in the order of the figure
    QString path() const;             // with a suffix
    void setPath(const QString& path);

  public Q_SLOTS:
    void accept() override;

  private:
    QWidget* makePanelList();
    QWidget* makeForm();
    void browse();
    void move(int by);
    void update();
    void redraw();
    std::vector<Panel> panels_;
    QListWidget* list_;
    QLineEdit *path_, *title_;
    QComboBox *width_, *theme_;
    QDoubleSpinBox *widthMm_, *heightMm_, *fontPt_, *linePt_;
    QSpinBox *columns_, *dpi_;
    QCheckBox *titles_, *axes_, *legend_, *colourBar_, *shared_, *numbers_;
    QLabel *size_, *problem_;
    SheetPreview* preview_;
    QPushButton* ok_;
};

}  // namespace tessera
