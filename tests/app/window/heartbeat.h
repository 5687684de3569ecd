// SPDX-License-Identifier: GPL-3.0-or-later
// Measures the longest time the event loop did not come round: what the window's own thread worked between
// two beats. On a machine busy with other programs the wall clock also counts the time in which this thread
// was not run at all; that is for the log.
#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <algorithm>
#include <ctime>

namespace tessera {

class Heartbeat {
  public:
    Heartbeat() {
        QObject::connect(&timer_, &QTimer::timeout, &timer_, [this] { beat(); });
        restart();
        timer_.start(1);
    }
    void restart() {
        longest_ = longestWall_ = 0;
        since_ = threadMs();
        wall_.restart();
    }
    qint64 longestMs() {
        beat();
        return qint64(longest_);
    }
    qint64 longestWallMs() const { return longestWall_; }

  private:
    static double threadMs() {
        timespec now{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return double(now.tv_sec) * 1e3 + double(now.tv_nsec) * 1e-6;
    }
    void beat() {
        const double now = threadMs();
        longest_ = std::max(longest_, now - since_);
        since_ = now;
        longestWall_ = std::max(longestWall_, wall_.restart());
    }
    QTimer timer_;
    QElapsedTimer wall_;
    double since_ = 0, longest_ = 0;
    qint64 longestWall_ = 0;
};

}  // namespace tessera
