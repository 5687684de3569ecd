// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/shape_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/dialogs/value_text.h"

namespace tessera {

ShapeDialog::ShapeDialog(const QString& reason, const std::optional<Shape>& ofTheData, QWidget* parent)
    : QDialog(parent), text_(new QLineEdit), verdict_(new QLabel) {
    setWindowTitle(tr("Input shape"));
    auto* what = new QLabel(reason + QStringLiteral("\n\n") +
                            tr("Give the shape of one sample without the batch: channels × height × width "
                               "for images, the number of values for vectors."));
    what->setWordWrap(true);
    text_->setPlaceholderText(tr("1 x 28 x 28"));
    text_->setAccessibleName(tr("Shape of one sample"));
    auto* row = new QHBoxLayout;
    row->addWidget(text_, 1);
    const auto offer = [&](const QString& label, const Shape& shape) {
        auto* button = new QPushButton(label);
        button->setAutoDefault(false);
        connect(button, &QPushButton::clicked, this,
                [this, shape] { text_->setText(QString::fromStdString(shapeText(shape))); });
        row->addWidget(button);
    };
    if (ofTheData) offer(tr("As the data"), *ofTheData);
    offer(QStringLiteral("MNIST"), {1, 28, 28});
    offer(QStringLiteral("CIFAR"), {3, 32, 32});
    verdict_->setWordWrap(true);
    verdict_->setObjectName(QStringLiteral("verdict"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    ok_ = buttons->button(QDialogButtonBox::Ok);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(what);
    layout->addLayout(row);
    layout->addWidget(verdict_);
    layout->addWidget(buttons);
    setMinimumWidth(460);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(text_, &QLineEdit::textChanged, this, &ShapeDialog::check);
    if (ofTheData) text_->setText(QString::fromStdString(shapeText(*ofTheData)));
    check();
}

Shape ShapeDialog::shape() const {
    return shapeFromText(text_->text()).value_or(Shape{});
}

void ShapeDialog::check() {
    const auto shape = shapeFromText(text_->text());
    ok_->setEnabled(shape.has_value());
    if (shape)
        verdict_->setText(tr("One sample has %1 values.").arg(elementCount(*shape)));
    else
        verdict_->setText(text_->text().isEmpty()
                              ? QString()
                              : tr("A shape is one to four whole numbers, such as 1 x 28 x 28."));
}

}  // namespace tessera
