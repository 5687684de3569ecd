// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFileInfo>

#include "widgets/views/figure_dialog.h"
#include "widgets/views/slice_view.h"

namespace tessera {

void SliceView::exportFigure() {
    if (!computation_.field() && !computation_.arrangement()) {
        Q_EMIT noticeRaised(tr("There is no picture to export yet."));
        return;
    }
    auto* dialog = new FigureDialog(switches_, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this,
            [this, dialog] { writeFigureFile(dialog->path(), dialog->options()); });
    dialog->open();
}

void SliceView::writeFigureFile(const QString& path, FigureOptions options) {
    options.provenance = provenance();
    jobs_.start<Done>(
        this, QStringLiteral("export"), tr("Writing %1").arg(QFileInfo(path).fileName()), JobLane::Heavy,
        [path, options, scene = scene()](std::stop_token stop, Progress&) {
            return writeFigure(path.toStdString(), scene, options, stop);
        },
        [this, path](Result<Done> result) {
            if (result.isOk()) Q_EMIT noticeRaised(tr("Figure written: %1").arg(path));
            if (result.isError()) Q_EMIT noticeRaised(QString::fromStdString(result.error().message));
        });
}

}  // namespace tessera
