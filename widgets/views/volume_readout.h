// SPDX-License-Identifier: GPL-3.0-or-later
// What is known of the point of a volume under the pointer: class, logits, region, and the input there.
#pragma once

#include <QWidget>
#include <memory>

#include "core/probes/volume_record.h"
#include "widgets/jobs/job_runner.h"
#include "widgets/scenes/volume_scene.h"
#include "widgets/workspace.h"

class QLabel;

namespace tessera {

class VolumeReadout : public QWidget {
    Q_OBJECT
  public:
    VolumeReadout(Workspace& workspace, JobRunner& jobs, QWidget* parent = nullptr);

    void setResult(std::shared_ptr<const VolumeResult> result);
    void setModel(std::shared_ptr<const Model> model) { model_ = std::move(model); }  // null: not open
    // A layer and what was met there (volume_scene.h); an empty layer clears.
    void showPoint(const QString& layer, int meaning, const Eigen::Vector3d& pointInVolume);
    QString text() const;
    bool isSettled() const { return !isAsking_; }

  private:
    struct Answer {
        std::vector<double> logits;
    };
    void answered(const Eigen::Vector3d& point, const Answer& answer);
    void present();
    QString markText(const QString& layer, int meaning) const;

    Workspace& workspace_;
    JobRunner& jobs_;
    std::shared_ptr<const VolumeResult> result_;
    std::shared_ptr<const Model> model_;
    Eigen::Vector3d point_ = Eigen::Vector3d::Zero();
    std::int64_t cell_ = -1;
    bool hasPoint_ = false, isAsking_ = false;
    std::vector<double> logits_;
    QString mark_;  // what the mark under the pointer stands for; empty: it is at none
    QLabel *picture_, *text_;
};

}  // namespace tessera
