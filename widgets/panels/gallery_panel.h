// SPDX-License-Identifier: GPL-3.0-or-later
// The samples of the open data set: thumbnails, filter, sort, and the choice of the slice's anchors.
#pragma once

#include <QTimer>
#include <QWidget>

#include "widgets/panels/gallery_model.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QListView;
class QPushButton;
class QToolButton;

namespace tessera {

class GalleryPanel : public QWidget {
    Q_OBJECT
  public:
    GalleryPanel(Workspace& workspace, JobRunner& jobs, QWidget* parent = nullptr);

    QListView* view() const { return view_; }
    GalleryModel* model() const { return model_; }
    void focusFilter();
    void focusWrongOnly();
    // Makes the current sample anchor 1, 2 or 3; a sample that already is another anchor changes places.
    void setAnchor(int number);
    void sliceThroughSelection();          // the 1 to 3 selected samples become the anchors
    void showSubset(const QString& name);  // empty: all samples
    void selectShown();

  Q_SIGNALS:
    void problem(const QString& sentence);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QWidget* makeFilterBar();
    QWidget* makeFooter();
    void takeDataset();
    void takeSubsets();
    void takeQuery();
    void updateSummary();
    void updateSelection();
    void restoreCurrent();
    void showMenu(const QPoint& position);
    std::vector<qint64> selectedSamples() const;  // in the order of rows, the current one first
    bool handleKey(int key);
    void fitGrid();

    Workspace& workspace_;
    GalleryModel* model_;
    QListView* view_;
    QLineEdit* filter_;
    QComboBox *classes_, *subsets_;
    QToolButton* wrongOnly_;
    QComboBox* sort_;
    QToolButton* direction_;
    QLabel* summary_;
    QLabel* hint_;
    QLabel* empty_;
    QPushButton* slice_;
    QTimer typing_;
    bool isFilling_ = false;
};

}  // namespace tessera
