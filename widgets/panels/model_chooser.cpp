// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/model_chooser.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>
#include <algorithm>

#include "widgets/panels/theme.h"

namespace tessera {

ModelChooser::ModelChooser(Workspace& workspace, QWidget* parent)
    : QWidget(parent), workspace_(workspace), list_(new QComboBox) {
    auto* close = new QToolButton;
    close->setObjectName(QStringLiteral("closeModel"));
    close->setIcon(themedIcon(QStringLiteral("close")));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close this model"));
    close->setAccessibleName(close->toolTip());
    list_->setObjectName(QStringLiteral("models"));
    list_->setAccessibleName(tr("Current model"));
    list_->setToolTip(tr("The model that slices, predictions and probes are of"));
    list_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(4, 0, 4, 0);
    layout->setSpacing(2);
    layout->addWidget(new QLabel(tr("Model:")));
    layout->addWidget(list_);
    layout->addWidget(close);
    connect(list_, &QComboBox::activated, this, [this](int index) {
        const auto& models = workspace_.models();
        if (index < 0 || index >= int(models.size())) return;
        const auto model = models[static_cast<std::size_t>(index)];
        if (model != workspace_.model()) Q_EMIT chosen(model);
    });
    connect(close, &QToolButton::clicked, this, [this] {
        if (workspace_.model()) Q_EMIT closeRequested(workspace_.model());
    });
    connect(&workspace_, &Workspace::modelsChanged, this, &ModelChooser::fill);
    connect(&workspace_, &Workspace::modelChanged, this, &ModelChooser::fill);
    fill();
}

QStringList ModelChooser::namesOf(const std::vector<std::shared_ptr<const Model>>& models) {
    QStringList names;
    for (const auto& model : models) {
        const auto& path = model->info().path;
        const auto same = std::count_if(models.begin(), models.end(), [&](const auto& other) {
            return other->info().path.filename() == path.filename();
        });
        names << QString::fromStdString(
            (same > 1 ? path.parent_path().filename() / path.filename() : path.filename()).string());
    }
    return names;
}

void ModelChooser::fill() {
    const auto& models = workspace_.models();
    const QSignalBlocker quiet(list_);
    list_->clear();
    list_->addItems(namesOf(models));
    for (std::size_t i = 0; i < models.size(); ++i) {
        list_->setItemData(int(i), QString::fromStdString(models[i]->info().path.string()), Qt::ToolTipRole);
        if (models[i] == workspace_.model()) list_->setCurrentIndex(int(i));
    }
    Q_EMIT visibilityWanted(models.size() > 1);
}

}  // namespace tessera
