// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/slice_heights.h"

#include <QPointer>

#include "app/window/view_area.h"
#include "core/probes/logit_heights_record.h"
#include "widgets/views/logit_heights_view.h"

namespace tessera {
namespace {

using Record = std::shared_ptr<const ResultRecord>;

QString viewName(const SliceView& slice) {
    return QStringLiteral("view-heights-") + slice.objectName();
}

}  // namespace

SliceHeights::SliceHeights(Workspace& workspace, JobRunner& jobs, ViewArea& views)
    : QObject(&views), workspace_(workspace), jobs_(jobs), views_(views) {
    connect(&views, &ViewArea::sliceAboutToClose, this, [this](SliceView* slice) {
        const QString name = viewName(*slice);
        for (QDockWidget* dock : views_.docks())
            if (dock->objectName() == name) dock->close();
    });
}

void SliceHeights::show(SliceView& slice) {
    if (QWidget* open = views_.view(viewName(slice))) return views_.showView(open);
    const auto& regions = slice.computation().regions();
    if (!regions)
        return Q_EMIT notice(
            tr("%1 has no exact regions to raise; wait until they are there, or open a model "
               "whose layers are all piecewise linear.")
                .arg(views_.sliceTitle(&slice)));
    auto* heights = new LogitHeightsView({workspace_, jobs_});
    connect(heights, &ResultView::noticeRaised, this, &SliceHeights::notice);
    connect(&slice, &SliceView::resultChanged, heights,
            [this, heights](std::shared_ptr<const LinearRegions::Output> changed) {
                if (changed) follow(*heights, std::move(changed));  // the old ones stay until then
            });
    views_.addView(heights, viewName(slice), tr("Heights of %1").arg(views_.sliceTitle(&slice)));
    follow(*heights, regions);
}

void SliceHeights::follow(ResultView& heights, std::shared_ptr<const LinearRegions::Output> regions) {
    const QPointer<ResultView> view = &heights;
    jobs_.start<Record>(
        this, heights.objectName() + QString::number(quintptr(&heights)), QString(), JobLane::Interactive,
        [regions = std::move(regions)](std::stop_token stop, Progress&) -> Result<Record> {
            LogitHeightsResult result;
            result.plane = regions->plane;
            result.outputs = regions->arrangement->outputs;
            result.exact = regions->arrangement;
            const LogitMesh mesh = result.mesh();
            if (stop.stop_requested()) return Cancelled{};
            return Record(
                std::make_shared<const ResultRecord>(logitHeightsRecord(result, mesh, regions->provenance)));
        },
        [view](Result<Record> record) {
            if (view && record.isOk()) view->show(std::move(record).value());
        });
}

}  // namespace tessera
