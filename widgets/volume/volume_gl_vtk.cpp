// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/volume_gl_vtk.h"

#include <vtkCallbackCommand.h>
#include <vtkCommand.h>
#include <vtkNew.h>
#include <vtkOpenGLFramebufferObject.h>
#include <vtkOpenGLState.h>
#include <vtkRenderer.h>

#include <QtGui/qopenglcontext_platform.h>
#include <QGuiApplication>
#include <QOpenGLFunctions>
#include <cstdlib>
#include <mutex>

namespace tessera {
namespace {

constexpr const char* kNoGl =
    "This display has no OpenGL 3.2; figures of a volume are drawn without it: use Export or the command "
    "line.";
constexpr const char* kNoGlx =
    "This display offers OpenGL without GLX, which 3-D views need: start Tessera with QT_QPA_PLATFORM=xcb, "
    "or "
    "use Export or the command line, which draw without it.";

// VTK's dual depth peeling loses the farther of two faces where the processor draws (VTK 9.1, Mesa 22.3); its
// older way, one face after the other from the eye, is right everywhere. VTK takes the choice from the
// environment only: before main, when no other thread reads it.
[[maybe_unused]] const int kPeelOneByOne = ::setenv("VTK_USE_LEGACY_DEPTH_PEELING", "1", 1);

QSurfaceFormat wantedFormat() {
    QSurfaceFormat format;
    format.setRenderableType(QSurfaceFormat::OpenGL);
    format.setVersion(3, 2);
    format.setProfile(QSurfaceFormat::CoreProfile);
    return format;
}

}  // namespace

// On no other platform would create() succeed, and on these a context may be made on any thread.
void VolumeGl::loadDriver() {
    static std::once_flag once;
    const QString platform = QGuiApplication::platformName();
    if (platform != QLatin1String("xcb") && platform != QLatin1String("offscreen")) return;
    std::call_once(once, [] {
        QOpenGLContext context;
        context.setFormat(wantedFormat());
        context.create();
    });
}

Result<std::unique_ptr<VolumeGl>> VolumeGl::create() {
    loadDriver();  // never on two threads at once
    std::unique_ptr<VolumeGl> gl(new VolumeGl);
    gl->context_.setFormat(wantedFormat());
    if (!gl->context_.create()) return unsupported(kNoGl);
    gl->surface_.setFormat(gl->context_.format());
    gl->surface_.create();
    if (!gl->context_.makeCurrent(&gl->surface_) || gl->context_.format().version() < qMakePair(3, 2))
        return unsupported(kNoGl);
    if (!gl->context_.nativeInterface<QNativeInterface::QGLXContext>()) return unsupported(kNoGlx);

    QOpenGLFunctions& functions = *gl->context_.functions();
    const QByteArray renderer(reinterpret_cast<const char*>(functions.glGetString(GL_RENDERER)));
    gl->isSoftware_ =
        renderer.contains("llvmpipe") || renderer.contains("softpipe") || renderer.contains("SWR");
    functions.glGetIntegerv(GL_MAX_TEXTURE_SIZE, &gl->mostPixels_);

    gl->context_.doneCurrent();
    return gl;
}

void VolumeGl::moveTo(QThread* thread) {
    context_.moveToThread(thread);
}

void VolumeGl::start(vtkRenderer* renderer) {
    if (!makeCurrent()) return;
    window_ = vtkSmartPointer<vtkGenericOpenGLRenderWindow>::New();
    // Unanswered, VTK takes the context for another's and draws nothing.
    const auto answer = [this](unsigned long event, void (*reply)(vtkObject*, unsigned long, void*, void*)) {
        vtkNew<vtkCallbackCommand> command;
        command->SetCallback(reply);
        window_->AddObserver(event, command);
    };
    answer(vtkCommand::WindowIsCurrentEvent,
           [](vtkObject*, unsigned long, void*, void* is) { *static_cast<bool*>(is) = true; });
    answer(vtkCommand::WindowSupportsOpenGLEvent,
           [](vtkObject*, unsigned long, void*, void* does) { *static_cast<int*>(does) = 1; });
    window_->SetReadyForRendering(true);
    window_->SetFrameBlitModeToNoBlit();
    window_->SetOwnContext(0);
    window_->SetAlphaBitPlanes(1);  // depth peeling asks for it
    // Lines wider than a pixel are made of triangles: core contexts need not know others.
    window_->SetForceMaximumHardwareLineWidth(1);
    window_->SetSize(16, 16);
    window_->OpenGLInit();
    window_->AddRenderer(renderer);
}

void VolumeGl::close() {
    if (window_ && makeCurrent()) window_->Finalize();
    window_ = nullptr;
    context_.doneCurrent();
}

QImage VolumeGl::draw(const QSize& pixels, int samples, const std::function<bool()>& isGivenUp) {
    if (!window_ || !makeCurrent()) return {};
    QImage image(pixels, QImage::Format_RGB32);
    if (image.isNull()) return image;
    window_->SetSize(pixels.width(), pixels.height());
    window_->SetMultiSamples(samples > 1 ? samples : 0);
    vtkOpenGLState& state = *window_->GetState();
    state.Reset();
    state.Push();
    window_->Render();
    const bool isWhole = !isGivenUp();
    if (isWhole) {
        vtkOpenGLFramebufferObject& drawn = *window_->GetDisplayFramebuffer();
        drawn.Bind(GL_READ_FRAMEBUFFER);
        drawn.ActivateReadBuffer(0);
        QOpenGLFunctions& functions = *context_.functions();
        functions.glPixelStorei(GL_PACK_ALIGNMENT, 4);
        functions.glReadPixels(0, 0, pixels.width(), pixels.height(), GL_BGRA, GL_UNSIGNED_BYTE,
                               image.bits());
        drawn.UnBind(GL_READ_FRAMEBUFFER);
    }
    state.Pop();
    if (!isWhole) return {};
    image.mirror();
    return image;
}

}  // namespace tessera
