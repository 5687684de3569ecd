// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFileInfo>

#include "widgets/views/slice_view.h"

namespace tessera {

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
