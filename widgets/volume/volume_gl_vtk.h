// SPDX-License-Identifier: GPL-3.0-or-later
// A graphics context of its own that draws into memory. It belongs to no window, so that a canvas may
// be docked, floated and hidden without losing what it has uploaded, and the other widgets of a window stay
// painted by the processor. Window's thread only.
#pragma once

#include <vtkGenericOpenGLRenderWindow.h>
#include <vtkSmartPointer.h>

#include <QImage>
#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <memory>

#include "core/base/result.h"

class vtkRenderer;

namespace tessera {

class VolumeGl {
  public:
    // An error where the display has no OpenGL 3.2, or not by way of GLX, which is what VTK is built for.
    static Result<std::unique_ptr<VolumeGl>> create();
    ~VolumeGl();

    bool isSoftware() const { return isSoftware_; }  // drawn by the processor
    int mostPixels() const { return mostPixels_; }   // along a side
    void addRenderer(vtkRenderer* renderer);
    // Of all renderers. `samples` of each pixel, 0: one; depth peeling needs 0. Format_RGB32; null if there
    // is no memory for it.
    QImage draw(const QSize& pixels, int samples);
    // Before anything that has been drawn is changed or let go.
    void makeCurrent();

  private:
    VolumeGl() = default;

    QOpenGLContext context_;
    QOffscreenSurface surface_;
    vtkSmartPointer<vtkGenericOpenGLRenderWindow> window_;
    bool isSoftware_ = false;
    int mostPixels_ = 4096;
};

}  // namespace tessera
