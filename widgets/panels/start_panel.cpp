// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/start_panel.h"

#include <QCommandLinkButton>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "widgets/panels/theme.h"

namespace tessera {

StartPanel::StartPanel(const QList<Offer>& samples, QWidget* parent) : QWidget(parent), situation_(new QLabel) {
    setObjectName(QStringLiteral("start"));
    auto* column = new QVBoxLayout;
    column->setSpacing(12);
    auto* head = new QHBoxLayout;
    auto* logo = new QLabel;
    logo->setPixmap(applicationIcon().pixmap(QSize(64, 64)));
    head->addWidget(logo);
    auto* title = new QLabel(QStringLiteral("Tessera"));
    QFont font = title->font();
    font.setPointSizeF(font.pointSizeF() * 2.2);
    font.setBold(true);
    title->setFont(font);
    head->addWidget(title, 1);
    column->addLayout(head);

    auto* what = new QLabel(tr("See how a trained classifier cuts up its input space: its linear regions and decision boundary on a "
                               "plane through your own samples, computed exactly."));
    what->setWordWrap(true);
    column->addWidget(what);
    situation_->setObjectName(QStringLiteral("situation"));
    situation_->setWordWrap(true);
    QFont bold = situation_->font();
    bold.setBold(true);
    situation_->setFont(bold);
    situation_->hide();
    column->addWidget(situation_);

    if (!samples.isEmpty()) {
        auto* start = new QLabel(tr("Start with a sample"));
        start->setFont(bold);
        column->addSpacing(6);
        column->addWidget(start);
        for (const Offer& sample : samples) {
            auto* button = new QCommandLinkButton(sample.title, sample.description);
            button->setObjectName(QStringLiteral("sample-") + sample.id);
            button->setIcon(themedIcon(QStringLiteral("slice")));
            button->setStyleSheet(QStringLiteral("QCommandLinkButton { border: 1px solid palette(mid); border-radius: 5px; background: palette(base); }"
                                                 "QCommandLinkButton:hover, QCommandLinkButton:focus { border: 2px solid palette(highlight); }"));
            button->setCursor(Qt::PointingHandCursor);
            connect(button, &QPushButton::clicked, this, [this, id = sample.id] { Q_EMIT sampleRequested(id); });
            column->addWidget(button);
        }
    }
    auto* own = new QLabel(tr("Or open your own model and data, or drop the files on this window"));
    own->setFont(bold);
    own->setWordWrap(true);
    column->addSpacing(6);
    column->addWidget(own);
    auto* buttons = new QHBoxLayout;
    auto* model = new QPushButton(themedIcon(QStringLiteral("model")), tr("Open model…"));
    model->setToolTip(tr("TorchScript, PyTorch state dict (.pt, .pth) or safetensors (Ctrl+O)"));
    auto* data = new QPushButton(themedIcon(QStringLiteral("data")), tr("Open data…"));
    data->setToolTip(tr("IDX (.gz), npy/npz, CSV, CIFAR binary or a folder of images per class (Ctrl+D)"));
    for (QPushButton* button : {model, data}) {
        button->setMinimumHeight(36);
        buttons->addWidget(button);
    }
    buttons->addStretch();
    column->addLayout(buttons);
    connect(model, &QPushButton::clicked, this, &StartPanel::modelRequested);
    connect(data, &QPushButton::clicked, this, &StartPanel::dataRequested);

    auto* body = new QWidget;
    body->setLayout(column);
    body->setMinimumWidth(380);
    body->setMaximumWidth(560);
    auto* row = new QWidget;
    auto* across = new QHBoxLayout(row);
    across->addStretch(1);
    across->addWidget(body, 20);
    across->addStretch(1);
    auto* page = new QWidget;
    auto* down = new QVBoxLayout(page);
    down->addStretch(2);
    down->addWidget(row);
    down->addStretch(3);
    auto* scroll = new QScrollArea;  // small windows scroll instead of clipping
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(page);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);
}

void StartPanel::setSituation(const QString& sentence) {
    situation_->setText(sentence);
    situation_->setVisible(!sentence.isEmpty());
}

}  // namespace tessera
