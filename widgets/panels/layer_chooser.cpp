// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/layer_chooser.h"

#include <QLocale>
#include <QSignalBlocker>
#include <map>

#include "core/model/model_cut.h"

namespace tessera {

LayerChooser::LayerChooser(QWidget* parent) : QComboBox(parent) {
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setMinimumContentsLength(16);
}

void LayerChooser::setModel(const std::shared_ptr<const Model>& model) {
    if (model == model_) return;
    model_ = model;
    {
        const QSignalBlocker quiet(this);
        clear();
        if (model) {
            const std::string usual = penultimateLayer(*model);
            const auto& layers = model->info().layers;
            // Of several with one name the last is meant.
            std::map<std::string, const LayerInfo*> last;
            for (const auto& layer : layers) last[layer.name] = &layer;
            for (const auto& layer : layers) {
                if (layer.node == 0 || last[layer.name] != &layer) continue;
                const QString name = QString::fromStdString(layer.name);
                const QString kind = QString::fromStdString(layer.kind);
                addItem(tr("%1: %2 values")
                            .arg(kind == name ? name : name + QStringLiteral(" · ") + kind,
                                 QLocale().toString(qlonglong(elementCount(layer.outputShape)))),
                        name);
                if (layer.name == usual) setCurrentIndex(count() - 1);
            }
        }
    }
    Q_EMIT currentIndexChanged(currentIndex());
}

std::string LayerChooser::layer() const {
    return currentData().toString().toStdString();
}

}  // namespace tessera
