// SPDX-License-Identifier: GPL-3.0-or-later
// Shows any record: its summary, its pictures from the catalogue, and each table with scatter and histogram.
// For probes without a view of their own.
#pragma once

#include <vector>

#include "widgets/views/result_view.h"
#include "widgets/views/table_page.h"

class QLabel;
class QTabWidget;
class QTextBrowser;

namespace tessera {

class PanelCanvas;

class RecordView : public ResultView {
    Q_OBJECT
  public:
    explicit RecordView(const ViewContext& context, RecordScenes scenes = nullptr, QWidget* parent = nullptr);

    void show(std::shared_ptr<const ResultRecord> record) override;
    std::shared_ptr<const ResultRecord> record() const override { return record_; }
    // What is in front first, then the rest.
    std::vector<std::shared_ptr<const PanelScene>> panels() const override;

    QTabWidget* tabs() const { return tabs_; }
    const std::vector<TablePage*>& pages() const { return pages_; }  // one a table
    ThumbnailCache& thumbnails() { return thumbnails_; }
    bool isSettled() const;

    // Whether the rows are samples of the data that are open; false until that is known.
    bool isOfOpenData() const { return isOfOpenData_; }
    bool isComparingData() const { return isComparing_; }

  Q_SIGNALS:
    void originFound();    // isOfOpenData() or isComparingData() is another
    void picturesShown();  // of a record that was just given, in tabs of their own

  private:
    void findOrigin();
    void setOfOpenData(bool isOfOpenData);
    void showPictures(std::vector<std::shared_ptr<const PanelScene>> pictures);

    ViewContext context_;
    RecordScenes scenes_;
    std::shared_ptr<const ResultRecord> record_;
    ThumbnailCache thumbnails_;
    QLabel* otherData_;
    QTabWidget* tabs_;
    QTextBrowser* summary_;
    std::vector<PanelCanvas*> canvases_;
    std::vector<TablePage*> pages_;
    bool isDrawing_ = false, isComparing_ = false, isOfOpenData_ = false;
};

// For the catalogue: {probe, scenes, makeRecordView<scenes>}.
template <RecordScenes scenes = nullptr>
ResultView* makeRecordView(const ViewContext& context, QWidget* parent) {
    return new RecordView(context, scenes, parent);
}

}  // namespace tessera
