// SPDX-License-Identifier: GPL-3.0-or-later
// Ways out of a volume: meshes for other programs, and pictures from all round.
#include <QFileDialog>
#include <QFileInfo>

#include "widgets/scenes/volume_mesh.h"
#include "widgets/views/volume_controls.h"
#include "widgets/views/volume_orbit.h"
#include "widgets/views/volume_view.h"
#include "widgets/volume/volume_canvas.h"

namespace tessera {
namespace {

constexpr int kOrbitFrames = 180;
constexpr QSize kOrbitSize(1280, 720);

}  // namespace

void VolumeView::askForMesh() {
    auto* dialog = new QFileDialog(this, tr("Save the mesh"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    QStringList filters{tr("Boundary for ParaView (*.vtp)"), tr("Boundary for Blender (*.ply)"),
                        tr("Boundary for NumPy (*.npz)")};
    if (result_ && result_->cells) filters << tr("Cells for ParaView (*.vtu)");
    dialog->setNameFilters(filters);
    dialog->setDefaultSuffix(QStringLiteral("vtp"));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.section(QStringLiteral("*."), 1).chopped(1));
    });
    connect(dialog, &QFileDialog::fileSelected, this, &VolumeView::saveMesh);
    dialog->open();
}

void VolumeView::saveMesh(const QString& path) {
    if (!result_) return;
    context_.jobs.start<Done>(
        this, QStringLiteral("mesh"), tr("Writing %1").arg(QFileInfo(path).fileName()), JobLane::Background,
        [result = result_, path = path.toStdString()](std::stop_token, Progress&) {
            return writeVolumeMesh(path, *result);
        },
        [this, path](Result<Done> written) {
            if (written.isOk()) Q_EMIT noticeRaised(tr("Written: %1").arg(path));
            if (written.isError()) Q_EMIT noticeRaised(QString::fromStdString(written.error().message));
        });
}

void VolumeView::askForOrbit() {
    auto* dialog = new QFileDialog(this, tr("A folder for the pictures from all round"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& folder) { saveOrbit(folder, kOrbitFrames, kOrbitSize); });
    dialog->open();
}

void VolumeView::saveOrbit(const QString& folder, int frames, const QSize& pixels) {
    if (!orbit_) {
        orbit_ = new VolumeOrbit(*canvas_, context_.jobs, this);
        connect(orbit_, &VolumeOrbit::progressed, controls_, &VolumeControls::showOrbit);
        connect(orbit_, &VolumeOrbit::finished, this, [this](const QString& sentence) {
            controls_->showOrbit(0, 0);
            Q_EMIT noticeRaised(sentence);
        });
    }
    orbit_->start(folder, frames, pixels);
}

void VolumeView::orbitPressed() {
    if (orbit_ && orbit_->isRunning()) return orbit_->cancel();
    askForOrbit();
}

}  // namespace tessera
