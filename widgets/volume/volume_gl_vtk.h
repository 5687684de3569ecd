// SPDX-License-Identifier: GPL-3.0-or-later
// A graphics context of its own that draws into memory. It belongs to no window, so that a canvas may
// be docked, floated and hidden without losing what it has uploaded, and the other widgets of a window stay
// painted by the processor. Made and destroyed on the window's thread, as Qt wants of its surface; in between
// it belongs to the thread that draws.
#pragma once

#include <vtkGenericOpenGLRenderWindow.h>
#include <vtkSmartPointer.h>

#include <QImage>
#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <functional>
#include <memory>

#include "core/base/result.h"

class vtkRenderer;

namespace tessera {

class VolumeGl {
  public:
    // Takes a process up to 70 ms once, in which create() would hold up the window: from any thread.
    static void loadDriver();
    // An error where the display has no OpenGL 3.2, or not by way of GLX, which is what VTK is built for.
    static Result<std::unique_ptr<VolumeGl>> create();

    bool isSoftware() const { return isSoftware_; }  // drawn by the processor
    int mostPixels() const { return mostPixels_; }   // along a side
    // From the thread that it belongs to.
    void moveTo(QThread* thread);

    // The rest on the thread that draws: first start, last close.
    void start(vtkRenderer* renderer);
    void close();
    // `samples` of each pixel, 0: one; depth peeling needs 0. Format_RGB32; null if there is no memory for
    // it, or if it was given up.
    QImage draw(const QSize& pixels, int samples, const std::function<bool()>& isGivenUp);
    // Before anything that has been drawn is changed or let go.
    bool makeCurrent() { return context_.makeCurrent(&surface_); }

  private:
    VolumeGl() = default;

    QOpenGLContext context_;
    QOffscreenSurface surface_;
    vtkSmartPointer<vtkGenericOpenGLRenderWindow> window_;
    bool isSoftware_ = false;
    int mostPixels_ = 4096;
};

}  // namespace tessera
