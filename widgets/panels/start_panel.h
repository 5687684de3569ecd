// SPDX-License-Identifier: GPL-3.0-or-later
// What a newcomer sees first: what this program is, samples that open in one click, and how to open one's own
// files.
#pragma once

#include <QList>
#include <QString>
#include <QWidget>

class QLabel;

namespace tessera {

class StartPanel : public QWidget {
    Q_OBJECT
  public:
    struct Offer {
        QString id, title, description;
    };
    explicit StartPanel(const QList<Offer>& samples, QWidget* parent = nullptr);
    // What is still missing: "mnist.csv is open. Now open a model ...". Empty: the welcome.
    void setSituation(const QString& sentence);

  Q_SIGNALS:
    void sampleRequested(const QString& id);
    void modelRequested();
    void dataRequested();

  private:
    QLabel* situation_;
};

}  // namespace tessera
