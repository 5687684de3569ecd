// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/window_session.h"

#include <QApplication>
#include <QFile>
#include <QTimer>
#include <cstdio>
#include <ctime>
#include <memory>

#include <unistd.h>

namespace tessera {

namespace {

constexpr int kLookEveryMs = 100;
constexpr int kQuietLooks = 4;    // jobs start further jobs; this long without one means done
constexpr int kMostLooks = 3000;  // five minutes
constexpr int kFailed = 1;

int fail(const QString& sentence) {
    std::fprintf(stderr, "tessera: %s\n", qPrintable(sentence));
    return kFailed;
}

// Looks now and then whether the window has come to rest, then takes the picture.
class Photographer : public QObject {
  public:
    Photographer(MainWindow& window, QString path) : window_(window), path_(std::move(path)) {
        connect(&timer_, &QTimer::timeout, this, [this] { look(); });
        timer_.start(kLookEveryMs);
    }

  private:
    void look() {
        if (++looks_ > kMostLooks)
            return QApplication::exit(
                fail(QObject::tr("the window did not come to rest within five minutes; nothing was saved.")));
        const auto& messages = window_.log().messages();
        for (const Message& message : messages)
            if (message.severity == Message::Severity::Problem)
                return QApplication::exit(fail(message.sentence));
        quiet_ = window_.jobs().isBusy() || !window_.isSliceUpToDate() ? 0 : quiet_ + 1;
        if (quiet_ < kQuietLooks) return;
        timer_.stop();
        if (!window_.grab().save(path_))
            return QApplication::exit(
                fail(QObject::tr("%1 cannot be written; choose another place.").arg(path_)));
        QApplication::exit(0);
    }

    MainWindow& window_;
    QString path_;
    QTimer timer_;
    int looks_ = 0, quiet_ = 0;
};

// Milliseconds since the system started this process, dynamic linking included; -1: unknown.
qint64 processAgeMs() {
    QFile stat(QStringLiteral("/proc/self/stat"));
    if (!stat.open(QIODevice::ReadOnly)) return -1;
    // The name in parentheses may hold spaces; the 20th field after it is the start, in ticks since boot.
    const QByteArray text = stat.readAll();
    const auto fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    const double started = fields.value(19).toDouble() / double(sysconf(_SC_CLK_TCK));
    return qint64(1000 * (double(now.tv_sec) + 1e-9 * double(now.tv_nsec) - started));
}

}  // namespace

int runWindow(MainWindow& window, const WindowRequest& request) {
    WindowSettings settings = window.windowSettings();
    if (request.threads > 0) settings.threads = request.threads;
    if (request.device != "cpu") settings.device = QString::fromStdString(request.device);
    window.applySettings(settings);
    window.show();
    // For the benchmark: how long until the window is painted and answers events.
    if (qEnvironmentVariableIsSet("TESSERA_STARTUP_TIME"))
        QTimer::singleShot(0, &window, [&window] {
            window.grab();
            std::printf("usable after %lld ms\n", static_cast<long long>(processAgeMs()));
            QApplication::exit(0);
        });
    if (!request.sample.empty() && !window.openSample(QString::fromStdString(request.sample)))
        return fail(QObject::tr("there is no bundled sample '%1'; the File menu lists them.")
                        .arg(QString::fromStdString(request.sample)));
    QStringList files;
    for (const auto& file : request.files) files << QString::fromStdString(file);
    window.open(files);
    std::unique_ptr<Photographer> photographer;
    if (request.screenshot.empty())
        window.startKeeping();
    else
        photographer = std::make_unique<Photographer>(window, QString::fromStdString(request.screenshot));
    return QApplication::exec();
}

}  // namespace tessera
