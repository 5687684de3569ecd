// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/layers_model.h"

#include <QCoreApplication>
#include <QLocale>

#include "widgets/panels/theme.h"

namespace tessera {

QString markMeaning(Mark mark) {
    switch (mark) {
        case Mark::Exact:
            return QCoreApplication::translate(
                "Mark", "Piecewise linear: regions and boundaries are computed exactly.");
        case Mark::Sampled:
            return QCoreApplication::translate(
                "Mark", "Understood but smooth: pictures of it are sampled, not exact.");
        case Mark::Opaque:
            return QCoreApplication::translate("Mark",
                                               "Run through, but not understood: sampled pictures only.");
    }
    return {};
}

QString markIconName(Mark mark) {
    return mark == Mark::Exact     ? QStringLiteral("mark-exact")
           : mark == Mark::Sampled ? QStringLiteral("mark-sampled")
                                   : QStringLiteral("mark-opaque");
}

void LayersModel::setLayers(std::vector<LayerInfo> layers) {
    beginResetModel();
    layers_ = std::move(layers);
    endResetModel();
}

int LayersModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(layers_.size());
}

QString LayersModel::text(const LayerInfo& layer, int column) const {
    switch (column) {
        case Name:
            return QString::fromStdString(layer.name);
        case Kind:
            return QString::fromStdString(layer.kind);
        case OutputShape:
            return QString::fromStdString(shapeText(layer.outputShape))
                .replace(QLatin1String(" x "), QStringLiteral(" × "));
        case Parameters:
            return layer.parameters == 0 ? QString() : QLocale().toString(qlonglong(layer.parameters));
        case MarkColumn:
            return QString::fromLatin1(markText(layer.mark));
        case Why:
            return QString::fromStdString(layer.why);
        default:
            return {};
    }
}

QVariant LayersModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const LayerInfo& layer = layers_[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return text(layer, index.column());
        case Qt::DecorationRole:
            return index.column() == MarkColumn ? QVariant(themedIcon(markIconName(layer.mark))) : QVariant();
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(Qt::AlignVCenter |
                                       (index.column() == Parameters ? Qt::AlignRight : Qt::AlignLeft));
        case Qt::ToolTipRole: {
            QString tip =
                tr("%1 (%2), output %3").arg(text(layer, Name), text(layer, Kind), text(layer, OutputShape));
            tip += '\n' + markMeaning(layer.mark);
            if (!layer.why.empty()) tip += '\n' + text(layer, Why);
            return tip;
        }
        default:
            return {};
    }
}

QVariant LayersModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (section == Parameters ? Qt::AlignRight : Qt::AlignLeft));
    if (role == Qt::ToolTipRole && section == Parameters) return tr("Trained values of the layer");
    if (role == Qt::ToolTipRole && section == MarkColumn)
        return tr(
            "exact: piecewise linear; sampled: smooth but understood; opaque: run through, not understood");
    if (role != Qt::DisplayRole) return {};
    const QString titles[] = {tr("Layer"), tr("Mark"), tr("Kind"), tr("Output"), tr("Params"), tr("Why")};
    return section >= 0 && section < kColumns ? titles[section] : QString();
}

QString LayersModel::asText() const {
    QStringList lines;
    QStringList header;
    for (int column = 0; column < kColumns; ++column)
        header << headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    lines << header.join('\t');
    for (const LayerInfo& layer : layers_) {
        QStringList cells;
        for (int column = 0; column < kColumns; ++column) cells << text(layer, column);
        lines << cells.join('\t');
    }
    return lines.join('\n') + '\n';
}

}  // namespace tessera
