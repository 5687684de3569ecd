// SPDX-License-Identifier: GPL-3.0-or-later
// A 3-D view in a window of its own, for one test.
#pragma once

#include <QTest>

#include "tests/widgets/volume/square_drawing.h"
#include "widgets/volume/volume_canvas.h"

namespace tessera {

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
