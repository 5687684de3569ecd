// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_path_drawing.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr double kWalkedPt = 3, kAheadPt = 0.9, kBallPt = 0.6, kStepPt = 7, kLandingPt = 4.5;
constexpr int kCirclePoints = 96;
// Of the box's longest side: what leads farther out would make the box small.
constexpr double kMostOutside = 0.3;

QString text(const char* source) {
    return QCoreApplication::translate("VolumePaths", source);
}

class PathDrawing {
  public:
    PathDrawing(const VolumeResult& result, const VolumeLook& look, const SceneTheme& theme,
                VolumeDrawing& drawing)
        : result_(result), look_(look), theme_(theme), drawing_(drawing) {
        const Eigen::Vector3d reach =
            Eigen::Vector3d::Constant((drawing.high - drawing.low).maxCoeff() * kMostOutside);
        low_ = drawing.low - reach;
        high_ = drawing.high + reach;
    }

    void addPaths(const SceneContext& context) {
        std::map<std::int32_t, VolumeLines> walked, ahead;  // by class
        VolumeMarks ends, landings;
        ends.name = QString::fromLatin1(kStepLayer);
        ends.sizePt = kStepPt;
        landings.name = QString::fromLatin1(kLandingLayer);
        landings.sizePt = kLandingPt;
        for (const auto& path : result_.paths) {
            const auto at = placeOfStep(path, look_.step);
            for (std::size_t p = 0; p + 1 < path.points.size(); ++p)
                addStep(path, p, p < at ? walked : ahead);
            if (path.flipped && at + 1 < path.points.size() && isNear(path.points.back())) {
                landings.points.push_back(path.points.back());
                landings.colour.push_back(classColour(path.landing, result_.classCount()).rgb());
                landings.labels.emplace_back();
            }
            if (!isNear(path.points[at])) continue;
            const int label = path.prediction[at];
            ends.points.push_back(path.points[at]);
            ends.colour.push_back(classColour(label, result_.classCount()).rgb());
            // The sample beside it has the class that it begins with.
            ends.labels.push_back(label != path.predicted        ? classText(label, context)
                                  : at + 1 == path.points.size() ? text("no flip")
                                                                 : QString());
        }
        add(walked, kPathLayer, kWalkedPt, true);
        add(ahead, kAheadLayer, kAheadPt, false);
        if (!landings.points.empty()) drawing_.marks.push_back(std::move(landings));
        drawing_.marks.push_back(std::move(ends));
    }

    void addBalls() {
        VolumeLines circles;
        circles.name = QString::fromLatin1(kBallLayer);
        circles.colour = theme_.faintInk;
        circles.widthPt = kBallPt;
        circles.tube = true;
        for (const auto& path : result_.paths)
            for (int axis = 0; axis < 3; ++axis) {
                const Eigen::Vector3d first = Eigen::Vector3d::Unit((axis + 1) % 3) * path.radius,
                                      second = Eigen::Vector3d::Unit((axis + 2) % 3) * path.radius;
                const auto at = [&](int i) {
                    const double angle = 2 * std::numbers::pi * i / kCirclePoints;
                    return Eigen::Vector3d(path.points.front() + std::cos(angle) * first +
                                           std::sin(angle) * second);
                };
                for (int i = 0; i < kCirclePoints; ++i) addSegment(circles, at(i), at(i + 1));
            }
        if (circles.lineBegin.size() > 1) drawing_.lines.push_back(std::move(circles));
    }

  private:
    bool isNear(const Eigen::Vector3d& point) const {
        return (point.array() >= low_.array()).all() && (point.array() <= high_.array()).all();
    }

    // Goes on where the last one ended.
    void addSegment(VolumeLines& lines, const Eigen::Vector3d& from, const Eigen::Vector3d& to) const {
        if (!isNear(from) || !isNear(to)) return;
        if (lines.points.empty() || lines.points.back() != from) {
            lines.points.push_back(from);
            lines.lineBegin.push_back(static_cast<std::int32_t>(lines.points.size()));
        }
        lines.points.push_back(to);
        lines.lineBegin.back() = static_cast<std::int32_t>(lines.points.size());
    }

    // Where the class changes, each half in its own colour: at the tie of predicted and target, if it is
    // theirs.
    void addStep(const VolumePath& path, std::size_t p, std::map<std::int32_t, VolumeLines>& lines) const {
        const auto one = path.prediction[p], other = path.prediction[p + 1];
        const Eigen::Vector3d &from = path.points[p], &to = path.points[p + 1];
        if (one == other) return addSegment(lines[one], from, to);
        const double before = path.margin[p], after = path.margin[p + 1];
        const bool isTie = std::minmax(one, other) == std::minmax(path.predicted, path.target) &&
                           (before < 0) != (after < 0);
        const Eigen::Vector3d middle = from + (isTie ? before / (before - after) : 0.5) * (to - from);
        addSegment(lines[one], from, middle);
        addSegment(lines[other], middle, to);
    }

    void add(std::map<std::int32_t, VolumeLines>& byClass, const char* name, double widthPt, bool tube) {
        for (auto& [label, lines] : byClass) {
            if (lines.lineBegin.size() < 2) continue;
            lines.name = QString::fromLatin1(name);
            lines.colour = classColour(label, result_.classCount());
            lines.widthPt = widthPt;
            lines.tube = tube;
            drawing_.lines.push_back(std::move(lines));
        }
    }

    const VolumeResult& result_;
    const VolumeLook& look_;
    const SceneTheme& theme_;
    VolumeDrawing& drawing_;
    Eigen::Vector3d low_, high_;
};

}  // namespace

void addPaths(const VolumeResult& result, const VolumeLook& look, const SceneTheme& theme,
              const SceneContext& context, VolumeDrawing& drawing) {
    if (result.paths.empty()) return;
    PathDrawing paths(result, look, theme, drawing);
    if (look.trustBall) paths.addBalls();
    if (look.paths) paths.addPaths(context);
}

void addPathLegend(const VolumeResult& result, const VolumeLook& look, const SceneTheme& theme,
                   std::vector<LegendItem>& items) {
    if (result.paths.empty()) return;
    if (look.paths) items.push_back({text("Search: colour of the class"), theme.ink, LegendItem::Mark::Line});
    if (look.trustBall) items.push_back({text("Trust ball"), theme.faintInk, LegendItem::Mark::Line});
}

std::int32_t mostSteps(const VolumeResult& result) {
    std::int32_t most = 0;
    for (const auto& path : result.paths) most = std::max(most, path.step.back());
    return most;
}

std::size_t placeOfStep(const VolumePath& path, std::int32_t step) {
    if (step < 0) return path.step.size() - 1;
    const auto after = std::upper_bound(path.step.begin(), path.step.end(), step);
    return after == path.step.begin() ? 0 : static_cast<std::size_t>(after - path.step.begin()) - 1;
}

std::optional<PathPlace> pathAt(const VolumeResult& result, const QString& layer,
                                const Eigen::Vector3d& point) {
    const bool isStep = layer == QLatin1String(kStepLayer), isLanding = layer == QLatin1String(kLandingLayer);
    if (!isStep && !isLanding) return std::nullopt;
    for (const auto& path : result.paths)
        for (std::size_t p = isLanding ? path.points.size() - 1 : 0; p < path.points.size(); ++p)
            if (path.points[p] == point) return PathPlace{&path, path.step[p]};
    return std::nullopt;
}

QString pathText(const VolumePath& path, std::int32_t step, const SceneContext& context) {
    const auto at = placeOfStep(path, step);
    const bool isEnd = at + 1 == path.step.size();
    const QString start = path.sample < 0 ? text("middle") : QStringLiteral("#%1").arg(path.sample);
    const QString now = classText(path.prediction[at], context);
    const QString was = classText(path.predicted, context);
    QString line = path.prediction[at] == path.predicted ? text("%1: %2").arg(start, was)
                                                         : QStringLiteral("%1: %2 → %3").arg(start, was, now);
    if (isEnd && !path.flipped) line += text(", no flip");
    line += text(", margin %1").arg(shortNumber(path.margin[at], 3));
    if (path.offVolume[at] > 1e-6)
        line += text(", %1 off the volume").arg(shortNumber(path.offVolume[at], 3));
    return line;
}

}  // namespace tessera
