// SPDX-License-Identifier: GPL-3.0-or-later
// Ways out of a volume: meshes for other programs, and pictures from all round.
#include <QFileDialog>

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

void VolumeView::meshPressed() {
    QStringList filters{tr("Boundary for ParaView (*.vtp)"), tr("Boundary for Blender (*.ply)"),
                        tr("Boundary for NumPy (*.npz)")};
    if (result_ && result_->cells) filters << tr("Cells for ParaView (*.vtu)");
    askForMesh(tr("Save the mesh"), filters, [this](const QString& path) { saveMesh(path); });
}

void VolumeView::saveMesh(const QString& path) {
    if (!result_) return;
    writeMesh(path, [result = result_, file = path.toStdString()] { return writeVolumeMesh(file, *result); });
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
