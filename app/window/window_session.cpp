// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/window_session.h"

#include <QApplication>
#include <QTimer>
#include <cstdio>
#include <memory>
#include <thread>

#include "core/model/model.h"

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

}  // namespace

int runWindow(MainWindow& window, const WindowRequest& request) {
    const int threads = request.threads > 0
                            ? request.threads
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    setComputeThreads(threads);
    window.setDevice(QString::fromStdString(request.device), threads);
    window.show();
    if (!request.sample.empty() && !window.openSample(QString::fromStdString(request.sample)))
        return fail(QObject::tr("there is no bundled sample '%1'; the File menu lists them.")
                        .arg(QString::fromStdString(request.sample)));
    QStringList files;
    for (const auto& file : request.files) files << QString::fromStdString(file);
    window.open(files);
    std::unique_ptr<Photographer> photographer;
    if (!request.screenshot.empty())
        photographer = std::make_unique<Photographer>(window, QString::fromStdString(request.screenshot));
    return QApplication::exec();
}

}  // namespace tessera
