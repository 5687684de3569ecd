// SPDX-License-Identifier: GPL-3.0-or-later
// One result of "compare-heads" or "counterfactual": its heads side by side from the current sample, and the
// tables below.
#pragma once

#include "widgets/views/head_columns.h"
#include "widgets/views/record_view.h"

class QSplitter;

namespace tessera {

class CompareView : public ResultView {
    Q_OBJECT
  public:
    explicit CompareView(const ViewContext& context, RecordScenes scenes, QWidget* parent = nullptr);

    void show(std::shared_ptr<const ResultRecord> record) override;
    std::shared_ptr<const ResultRecord> record() const override { return record_; }
    std::vector<std::shared_ptr<const PanelScene>> panels() const override;

    HeadColumns& columns() const { return *columns_; }
    RecordView& tables() const { return *tables_; }
    bool isSettled() const;

  private:
    struct WantedHead {
        ComparedColumn column;  // without its model, which is found by the file
        std::string file, sha256;
    };
    std::vector<WantedHead> wantedHeads() const;
    void findHeads();
    void goToNext();

    ViewContext context_;
    std::shared_ptr<const ResultRecord> record_;
    ThumbnailCache thumbnails_;
    HeadColumns* columns_;
    RecordView* tables_;
    QSplitter* splitter_;
    std::vector<ComparedColumn> shownBefore_;
};

// For the catalogue: {probe, scenes, makeCompareView<scenes>}.
template <RecordScenes scenes>
ResultView* makeCompareView(const ViewContext& context, QWidget* parent) {
    return new CompareView(context, scenes, parent);
}

}  // namespace tessera
