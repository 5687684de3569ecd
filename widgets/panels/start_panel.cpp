// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/start_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "widgets/panels/theme.h"

namespace tessera {

namespace {

// A large button of two lines: what opens, and why one would want to see it.
class SampleButton final : public QPushButton {
  public:
    explicit SampleButton(const StartPanel::Offer& sample)
        : QPushButton(sample.title), description_(sample.description) {
        setObjectName(QStringLiteral("sample-") + sample.id);
        setAccessibleDescription(description_);
        setToolTip(description_);
        setIcon(themedIcon(QStringLiteral("slice")));
        setCursor(Qt::PointingHandCursor);
        setAttribute(Qt::WA_Hover);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    }
    QSize sizeHint() const override { return {380, 2 * fontMetrics().lineSpacing() + 2 * kPad}; }
    QSize minimumSizeHint() const override { return {200, sizeHint().height()}; }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const bool isHot = underMouse() || hasFocus();
        const QColor border = palette().color(isHot ? QPalette::Highlight : QPalette::Mid);
        painter.setPen(QPen(border, isHot ? 2 : 1));
        painter.setBrush(palette().color(isDown() ? QPalette::AlternateBase : QPalette::Base));
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 5, 5);
        const int line = fontMetrics().lineSpacing();
        icon().paint(&painter, QRect(kPad, (height() - kIcon) / 2, kIcon, kIcon));
        const QRect text(2 * kPad + kIcon, kPad, width() - 3 * kPad - kIcon, line);
        QFont bold = font();
        bold.setBold(true);
        painter.setPen(palette().color(QPalette::Text));
        painter.setFont(bold);
        painter.drawText(text, Qt::AlignVCenter, this->text());
        painter.setFont(font());
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(text.translated(0, line), Qt::AlignVCenter,
                         fontMetrics().elidedText(description_, Qt::ElideRight, text.width()));
    }

  private:
    static constexpr int kPad = 10, kIcon = 22;
    QString description_;
};

}  // namespace

StartPanel::StartPanel(const QList<Offer>& samples, QWidget* parent)
    : QWidget(parent), situation_(new QLabel) {
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

    auto* what = new QLabel(tr(
        "See how a trained classifier cuts up its input space: its linear regions and decision boundary on a "
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
            auto* button = new SampleButton(sample);
            connect(button, &QPushButton::clicked, this,
                    [this, id = sample.id] { Q_EMIT sampleRequested(id); });
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
    scroll->setAccessibleName(tr("Start"));
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
