// SPDX-License-Identifier: GPL-3.0-or-later
// Measures the longest time the event loop did not come round.
#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <algorithm>

namespace tessera {

class Heartbeat {
  public:
    Heartbeat() {
        QObject::connect(&timer_, &QTimer::timeout, &timer_, [this] { beat(); });
        since_.start();
        timer_.start(1);
    }
    void restart() {
        longest_ = 0;
        since_.restart();
    }
    qint64 longestMs() {
        beat();
        return longest_;
    }

  private:
    void beat() { longest_ = std::max(longest_, since_.restart()); }
    QTimer timer_;
    QElapsedTimer since_;
    qint64 longest_ = 0;
};

}  // namespace tessera
