// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <limits>

#include "widgets/scenes/colour_bar.h"
#include "widgets/scenes/logit_heights_scene.h"
#include "widgets/scenes/volume_edges.h"
#include "widgets/scenes/volume_scene.h"

namespace tessera {
namespace {

using Height = HeightsLook::Height;
using Fill = HeightsLook::Fill;

constexpr int kConfidenceSteps = 48;
constexpr double kFloorShare = 0.18;   // of the range of heights, that the floor lies below them
constexpr double kLift = 0.012;        // of a sample's mark over the surface, of the box's height
constexpr double kSheetOpacity = 0.6;  // of several sheets, at most

class Builder {
  public:
    Builder(const LogitHeightsResult& result, const LogitMesh& mesh, const HeightsLook& look,
            const SceneTheme& theme, const SceneContext& context)
        : result_(result), mesh_(mesh), look_(look), theme_(theme), context_(context) {}

    HeightsDrawing build() {
        makeSurfaces();
        findScale();
        auto& drawing = made_.drawing;
        drawing.axes = {QStringLiteral("s (input units)"), QStringLiteral("t (input units)"),
                        heightText(look_.height)};
        if (look_.fill == Fill::Height) made_.bar = bar();
        addSurfaces();
        if (look_.floor) addFloor();
        if (look_.boundary) addTies();
        if (look_.samples) addSamples();
        addLegend();
        return std::move(made_);
    }

  private:
    void makeSurfaces() {
        surfaces_ = heightSurfaces(mesh_, look_);
        if (look_.height != Height::Winning) envelope_ = winningSurface(mesh_);
    }
    const HeightSurface& envelope() const {
        return look_.height == Height::Winning ? surfaces_.front() : envelope_;
    }

    void findScale() {
        low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
        for (const auto& surface : surfaces_)
            for (const auto& point : surface.points)
                low_ = std::min(low_, point.z()), high_ = std::max(high_, point.z());
        if (!(low_ <= high_)) low_ = 0, high_ = 1;
        if (look_.height == Height::Margin || look_.height == Height::Confidence) low_ = std::min(low_, 0.0);
        if (!(high_ > low_)) low_ -= 0.5, high_ += 0.5;
        const double floor = look_.floor ? low_ - kFloorShare * (high_ - low_) : low_;
        const auto window = boundingBox(result_.plane.window);
        const double height = look_.tall * (window.high - window.low).maxCoeff();
        auto& drawing = made_.drawing;
        drawing.low << window.low, 0;
        drawing.high << window.high, height;
        drawing.zero.z() = floor;
        drawing.unit.z() = (high_ - floor) / height;
    }
    Eigen::Vector3d placed(const Eigen::Vector3d& point) const {
        const auto& drawing = made_.drawing;
        return {point.x(), point.y(), (point.z() - drawing.zero.z()) / drawing.unit.z()};
    }

    ColourBar bar() const {
        ColourBar bar;
        bar.low = low_, bar.high = high_;
        bar.label = heightText(look_.height);
        return bar;
    }

    QRgb colourOf(const HeightSurface& surface, std::int64_t polygon) const {
        const auto face = static_cast<std::size_t>(surface.face[static_cast<std::size_t>(polygon)]);
        if (look_.fill == Fill::Pattern && face < mesh_.patternHash.size())
            return patternColour(patternColourIndex(mesh_.patternHash[face]), theme_.dark);
        if (look_.fill == Fill::Height) {
            double sum = 0;
            const auto begin = surface.begin[static_cast<std::size_t>(polygon)],
                       end = surface.begin[static_cast<std::size_t>(polygon) + 1];
            for (auto i = begin; i < end; ++i) sum += surface.points[static_cast<std::size_t>(i)].z();
            return barColour(*made_.bar, sum / (end - begin), theme_);
        }
        return classColour(surface.label[static_cast<std::size_t>(polygon)], result_.classCount()).rgb();
    }

    VolumeFaces layer(const char* name, double opacity) const {
        VolumeFaces faces;
        faces.name = QString::fromLatin1(name);
        faces.opacity = opacity;
        faces.edgeColour = theme_.edge;
        return faces;
    }

    template <typename Place, typename Colour>
    void add(VolumeFaces& faces, const HeightSurface& surface, const Place& place,
             const Colour& colour) const {
        for (std::int64_t p = 0; p < surface.size(); ++p) {
            const auto at = static_cast<std::size_t>(p);
            if (look_.hides(surface.label[at])) continue;
            for (auto i = surface.begin[at]; i < surface.begin[at + 1]; ++i) {
                faces.faceVertices.push_back(static_cast<std::int32_t>(faces.points.size()));
                faces.points.push_back(place(surface.points[static_cast<std::size_t>(i)]));
            }
            faces.faceBegin.push_back(static_cast<std::int32_t>(faces.faceVertices.size()));
            faces.colour.push_back(colour(p));
            faces.meaning.push_back(surface.face[at]);
        }
    }

    void addSurfaces() {
        const bool areMany = surfaces_.size() > 1;
        for (const auto& surface : surfaces_) {
            auto faces =
                layer(kSurfaceLayer, areMany ? std::min(look_.opacity, kSheetOpacity) : look_.opacity);
            add(
                faces, surface, [this](const auto& point) { return placed(point); },
                [&](std::int64_t p) { return colourOf(surface, p); });
            // Of a curved surface the pieces mean nothing.
            faces.edges = look_.outlines && look_.height != Height::Confidence && !mesh_.patternHash.empty();
            fadeEdges(faces, (made_.drawing.high - made_.drawing.low).maxCoeff());
            if (!faces.colour.empty()) made_.drawing.faces.push_back(std::move(faces));
        }
    }

    void addFloor() {
        auto faces = layer(kFloorLayer, 1);
        add(
            faces, envelope(), [](const auto& point) { return Eigen::Vector3d(point.x(), point.y(), 0); },
            [&](std::int64_t p) {
                return classColour(envelope().label[static_cast<std::size_t>(p)], result_.classCount()).rgb();
            });
        if (!faces.colour.empty()) made_.drawing.faces.push_back(std::move(faces));
    }

    // On the surface, and on the floor.
    void addTies() {
        VolumeLines lines;
        lines.name = QString::fromLatin1(kTieLayer);
        lines.colour = theme_.boundary;
        lines.widthPt = 1.2;
        const auto line = [&](const Eigen::Vector3d& a, const Eigen::Vector3d& b) {
            lines.points.push_back(a), lines.points.push_back(b);
            lines.lineBegin.push_back(static_cast<std::int32_t>(lines.points.size()));
        };
        const auto flat = [](const Eigen::Vector3d& point) {
            return Eigen::Vector3d(point.x(), point.y(), 0);
        };
        const auto& own = look_.height == Height::Logits ? envelope() : surfaces_.front();
        for (const auto& tie : own.ties)
            if (!look_.hides(tie.classA) || !look_.hides(tie.classB)) line(placed(tie.a), placed(tie.b));
        if (look_.floor)
            for (const auto& tie : envelope().ties) line(flat(tie.a), flat(tie.b));
        if (lines.lineBegin.size() > 1) made_.drawing.lines.push_back(std::move(lines));
    }

    double heightOf(const HeightsSample& sample) const {
        const auto& logits = sample.logits;
        const auto most = std::max_element(logits.begin(), logits.end());
        if (look_.height == Height::Confidence)
            return softmaxOf(logits, static_cast<std::size_t>(most - logits.begin()));
        if (look_.height != Height::Margin) return *most;
        double second = -std::numeric_limits<double>::infinity();
        for (auto other = logits.begin(); other != logits.end(); ++other)
            if (other != most) second = std::max(second, *other);
        return *most - second;
    }

    void addSamples() {
        if (result_.samples.empty()) return;
        VolumeMarks marks;
        marks.name = QString::fromLatin1(kHeightSampleLayer);
        for (const auto& sample : result_.samples) {
            const int label = sample.label >= 0 ? sample.label : sample.prediction;
            Eigen::Vector3d at = placed({sample.at.x(), sample.at.y(), heightOf(sample)});
            at.z() += kLift * made_.drawing.high.z();
            marks.points.push_back(at);
            marks.colour.push_back(classColour(label, result_.classCount()).rgb());
            marks.labels.push_back(
                QStringLiteral("#%1 (%2)").arg(sample.sample).arg(classText(label, context_)));
        }
        made_.drawing.marks.push_back(std::move(marks));
    }

    void addLegend() {
        auto& items = made_.legend;
        items.push_back({QStringLiteral("Class"), {}, LegendItem::Mark::Heading});
        std::vector<char> isSeen(static_cast<std::size_t>(result_.classCount()),
                                 look_.height == Height::Logits);
        for (const auto label : envelope().label) isSeen[static_cast<std::size_t>(label)] = 1;
        for (int label = 0; label < result_.classCount(); ++label)
            if (!look_.hides(label) && isSeen[static_cast<std::size_t>(label)] != 0)
                items.push_back({classText(label, context_), classColour(label, result_.classCount()),
                                 LegendItem::Mark::Swatch});
        if (look_.boundary)
            items.push_back({QStringLiteral("Decision boundary"), Qt::black, LegendItem::Mark::Line});
    }

    const LogitHeightsResult& result_;
    const LogitMesh& mesh_;
    const HeightsLook& look_;
    const SceneTheme& theme_;
    const SceneContext& context_;
    std::vector<HeightSurface> surfaces_;
    HeightSurface envelope_;
    double low_ = 0, high_ = 1;  // of the heights
    HeightsDrawing made_;
};

}  // namespace

std::vector<HeightSurface> heightSurfaces(const LogitMesh& mesh, const HeightsLook& look) {
    switch (look.height) {
        case Height::Winning:
            return {winningSurface(mesh)};
        case Height::Margin:
            return {marginSurface(mesh)};
        case Height::Confidence:
            return {confidenceSurface(mesh, kConfidenceSteps)};
        case Height::Logits:
            break;
    }
    std::vector<HeightSurface> sheets;
    for (std::int32_t label = 0; label < mesh.classes; ++label)
        if (!look.hides(label)) sheets.push_back(classSurface(mesh, label));
    return sheets;
}

HeightsDrawing heightsDrawing(const LogitHeightsResult& result, const LogitMesh& mesh,
                              const HeightsLook& look, const SceneTheme& theme, const SceneContext& context) {
    return Builder(result, mesh, look, theme, context).build();
}

}  // namespace tessera
