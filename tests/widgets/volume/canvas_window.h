// SPDX-License-Identifier: GPL-3.0-or-later
// A 3-D view in a window of its own, for one test.
#pragma once

#include <QApplication>
#include <QMouseEvent>
#include <QTest>

#include "tests/widgets/volume/square_drawing.h"
#include "widgets/volume/volume_canvas.h"

namespace tessera {

inline bool isNear(const QColor& a, const QColor& b, int tolerance = 4) {
    return std::abs(a.red() - b.red()) <= tolerance && std::abs(a.green() - b.green()) <= tolerance &&
           std::abs(a.blue() - b.blue()) <= tolerance;
}

class CanvasWindow {
  public:
    static constexpr QSize kSize{500, 400};

  protected:
    bool open() {
        jobs_ = std::make_unique<JobRunner>();
        canvas_ = std::make_unique<VolumeCanvas>(*jobs_);
        canvas_->resize(kSize);
        canvas_->show();
        return QTest::qWaitForWindowExposed(canvas_.get());
    }
    void close() {
        canvas_.reset();
        jobs_.reset();
    }
    bool settle() {
        return QTest::qWaitFor([&] { return canvas_->isUpToDate(); }, 60000);
    }
    void show(const std::shared_ptr<const VolumeDrawing>& drawing,
              const VolumeCamera& camera = cameraAlongT()) {
        canvas_->setDrawing(drawing);
        canvas_->setCamera(camera);
    }
    void show(const std::vector<Square>& all, const VolumeCamera& camera = cameraAlongT()) {
        show(squares(all), camera);
    }
    QImage shown() { return settle() ? canvas_->grab().toImage() : QImage(); }  // at its best

    static QColor at(const QImage& image, const QPointF& place) {
        return image.pixelColor((place * image.devicePixelRatio()).toPoint());
    }
    QColor at(const QImage& image, const Eigen::Vector3d& point) {
        return at(image, placeOf(canvas_->camera(), kSize, point));
    }
    QPoint place(const Eigen::Vector3d& point) const {
        return placeOf(canvas_->camera(), kSize, point).toPoint();
    }
    void drag(const QPoint& from, const QPoint& to, Qt::MouseButton button = Qt::LeftButton,
              Qt::KeyboardModifiers modifiers = {}) {
        QTest::mousePress(canvas_.get(), button, modifiers, from);
        for (int step = 1; step <= 8; ++step) {
            const QPoint at = from + (to - from) * step / 8;
            QMouseEvent move(QEvent::MouseMove, at, canvas_->mapToGlobal(at), Qt::NoButton, button,
                             modifiers);
            QApplication::sendEvent(canvas_.get(), &move);
        }
        QTest::mouseRelease(canvas_.get(), button, modifiers, to);
    }

    std::unique_ptr<JobRunner> jobs_;
    std::unique_ptr<VolumeCanvas> canvas_;
};

// Waves of many translucent triangles: a picture of them at its best takes long where the processor draws.
inline std::shared_ptr<VolumeDrawing> manyTriangles(int side, double opacity = 0.5) {
    auto drawing = std::make_shared<VolumeDrawing>();
    VolumeFaces faces;
    faces.name = "many";
    faces.opacity = opacity;
    for (int i = 0; i <= side; ++i)
        for (int j = 0; j <= side; ++j) {
            const double s = -1 + 2.0 * i / side, r = -1 + 2.0 * j / side;
            faces.points.emplace_back(s, 0.5 * std::sin(9 * s) * std::cos(7 * r), r);
        }
    for (int i = 0; i < side; ++i)
        for (int j = 0; j < side; ++j) {
            const int a = i * (side + 1) + j;
            for (const int corner : {a, a + 1, a + side + 2, a + side + 1})
                faces.faceVertices.push_back(corner);
            faces.faceBegin.push_back(static_cast<std::int32_t>(faces.faceVertices.size()));
            faces.colour.push_back(qRgb(200, i % 256, j % 256));
        }
    drawing->faces.push_back(std::move(faces));
    return drawing;
}

}  // namespace tessera
