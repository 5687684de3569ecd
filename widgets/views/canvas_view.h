// SPDX-License-Identifier: GPL-3.0-or-later
// What results with a picture that one can turn have in common: controls beside it and what lies under the
// pointer below it, in front of the record's summary and tables; a held camera, and a mesh to save.
#pragma once

#include <functional>
#include <utility>

#include "widgets/scenes/camera_values.h"
#include "widgets/views/record_view.h"

class QLabel;
class QToolButton;

namespace tessera {

class VolumeCanvas;

class CanvasView : public ResultView {
    Q_OBJECT
  public:
    std::shared_ptr<const ResultRecord> record() const override { return record_; }
    VolumeCanvas& canvas() const { return *canvas_; }
    RecordView& tables() const { return *tables_; }

  protected:
    CanvasView(const ViewContext& context, QWidget* parent);
    // Once, by the constructor of what derives from it; takes ownership.
    void build(QWidget* controls, QWidget* readout, const QString& title, const QString& controlsTip);
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    virtual void drawAgain() = 0;  // in other colours

    // Reads it in a job and hands over what was read; nothing of no record, and of one that cannot be shown.
    template <typename Read>
    void readRecord(std::shared_ptr<const ResultRecord> record, Result<Read> (*read)(const ResultRecord&),
                    std::function<void(Read)> arrived);
    void setNotice(const QString& sentence);  // above the picture; empty: none
    HeldCamera heldCamera() const;
    void holdCamera(const HeldCamera& held);
    // The first filter's suffix is taken where none is typed.
    void askForMesh(const QString& title, const QStringList& filters,
                    std::function<void(const QString&)> save);
    void writeMesh(const QString& path, std::function<Result<Done>()> write);
    SceneContext context() const { return sceneContext(context_.workspace); }
    bool isReading() const { return isReading_; }

    ViewContext context_;
    std::shared_ptr<const ResultRecord> record_;
    RecordView* tables_;
    VolumeCanvas* canvas_;

  private:
    void beginReading(std::shared_ptr<const ResultRecord> record);
    void endReading(const Error* error);

    QLabel* notice_;
    QToolButton* showControls_;
    bool isControlsChosen_ = false;  // by the user: no longer by the room there is
    bool isReading_ = false;
};

template <typename Read>
void CanvasView::readRecord(std::shared_ptr<const ResultRecord> record,
                            Result<Read> (*read)(const ResultRecord&), std::function<void(Read)> arrived) {
    beginReading(std::move(record));
    if (!record_) return arrived(Read{});
    context_.jobs.start<Read>(
        this, QStringLiteral("read"), QString(), JobLane::Interactive,
        [record = record_, read](std::stop_token, Progress&) { return read(*record); },
        [this, arrived = std::move(arrived)](Result<Read> made) {
            endReading(made.isError() ? &made.error() : nullptr);
            arrived(made.isOk() ? std::move(made).value() : Read{});
        });
}

}  // namespace tessera
