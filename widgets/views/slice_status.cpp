// SPDX-License-Identifier: GPL-3.0-or-later
// What the slice view says about its own work.
#include "widgets/scenes/scene_text.h"
#include "widgets/views/slice_computation.h"

namespace tessera {
namespace {

QString secondsText(double seconds) {
    if (seconds < 0.005) return QStringLiteral("under 0.01 s");
    return QStringLiteral("%1 s").arg(seconds, 0, 'f', seconds < 9.95 ? 2 : 0);
}

}  // namespace

QString SliceComputation::banner() const {
    if (!problem_.isEmpty()) return problem_;
    const auto& model = workspace_.model();
    if (!hasPlane() || !model) return {};
    if (const LayerInfo* layer = model->firstInexact()) {
        QString why = QString::fromStdString(layer->why);
        if (why.endsWith('.')) why.chop(1);
        return tr("Sampled map only: layer %1 (%2) is not piecewise linear%3")
            .arg(QString::fromStdString(layer->name), QString::fromStdString(layer->kind),
                 why.isEmpty() ? QStringLiteral(".") : QStringLiteral(": %1.").arg(why));
    }
    return exactProblem_;
}

QString SliceComputation::status() const {
    if (isLaying_ && !hasPlane()) return tr("laying the plane …");
    if (!hasPlane()) return {};
    QStringList parts;
    if (hasPlane() && !built_->note.isEmpty()) parts << built_->note;
    if (field_) {
        QString text = QStringLiteral("sampled %1 × %2").arg(field_->columns).arg(field_->rows);
        parts << (isSampling_ ? text + QString::fromUtf8(" …") : text);
    } else if (isSampling_) {
        parts << QString::fromUtf8("sampling …");
    }
    if (isRefining_) {
        const JobInfo job = jobs_.job(refining_);
        QString text = QString::fromUtf8("exact: ") + (job.what.isEmpty() ? tr("waiting") : job.what);
        if (job.isShare && job.total > 0)
            text += QStringLiteral(" %1 %").arg(100 * job.done / job.total);
        else if (job.total > 0)
            text += QStringLiteral(" %1 / %2").arg(grouped(job.done), grouped(job.total));
        parts << text + QString::fromUtf8(" …");
    } else if (regions_) {
        const Arrangement& a = *regions_->arrangement;
        QString text =
            a.faceCount() == 1 ? tr("exact: 1 region") : tr("exact: %1 regions").arg(grouped(a.faceCount()));
        text += QStringLiteral(", ") + secondsText(regions_->provenance.seconds);
        if (!a.complete)
            text += tr(" (partial, %1; %2)")
                        .arg(QString::fromStdString(a.stopReason), QString::fromStdString(a.coverageNote()));
        if (!a.resolutionNote.empty())
            text += tr(" (not exact: cells too small for a window this wide; zoom in)");
        parts << text;
    }
    if (nearby_.searched > 0 && nearby_.searched < nearby_.of)
        parts << tr("nearest of %1 among %2 samples").arg(grouped(nearby_.searched), grouped(nearby_.of));
    if (wasCancelled_ && !isBusy()) parts << tr("cancelled");
    return parts.join(QString::fromUtf8("  ·  "));
}

}  // namespace tessera
