// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/layers_panel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

namespace tessera {

QString selfCheckSentence(const SelfCheck& check) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("LayersPanel", text); };
    const QString note = check.note.empty() ? QString() : ' ' + QString::fromStdString(check.note);
    if (!check.done)
        return tr("No self-check: the file has weights only, so there is no original to compare with.") +
               note;
    const QString difference = QString::number(check.maxDifference, 'g', 1);
    if (check.passed)
        return tr("Self-check passed: %1 on %2 points, largest difference %3.")
                   .arg(QString::fromStdString(check.dtype))
                   .arg(check.points)
                   .arg(difference) +
               note;
    return tr("Self-check failed: the layer graph differs from the original by %1 (%2, %3 points; %4 is "
              "allowed).")
               .arg(difference, QString::fromStdString(check.dtype))
               .arg(check.points)
               .arg(QString::number(check.tolerance, 'g', 1)) +
           note;
}

QString exactnessSentence(const Model& model) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("LayersPanel", text); };
    const LayerInfo* inexact = model.firstInexact();
    if (!inexact) return tr("Exact: every layer is piecewise linear.");
    return tr("Sampled pictures only: layer %1 (%2) is %3.")
        .arg(QString::fromStdString(inexact->name), QString::fromStdString(inexact->kind),
             inexact->mark == Mark::Sampled ? tr("smooth") : tr("not understood"));
}

LayersPanel::LayersPanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      model_(new LayersModel(this)),
      header_(new QLabel),
      notes_(new QLabel),
      view_(new QTreeView) {
    for (QLabel* label : {header_, notes_}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    }
    header_->setTextFormat(Qt::RichText);
    view_->setObjectName(QStringLiteral("layers"));
    view_->setAccessibleName(tr("Layers of the model"));
    view_->setModel(model_);
    view_->setRootIsDecorated(false);
    view_->setUniformRowHeights(true);
    view_->setAlternatingRowColors(true);
    view_->setTextElideMode(Qt::ElideMiddle);
    view_->header()->setStretchLastSection(true);
    auto* copyAction = new QAction(tr("Copy the table"), this);
    copyAction->setShortcut(QKeySequence::Copy);
    copyAction->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copyAction, &QAction::triggered, this, &LayersPanel::copy);
    view_->addAction(copyAction);
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->addWidget(header_);
    layout->addWidget(view_, 1);
    layout->addWidget(notes_);
    connect(&workspace_, &Workspace::modelChanged, this, &LayersPanel::takeModel);
    takeModel();
}

void LayersPanel::takeModel() {
    const auto& model = workspace_.model();
    view_->setVisible(model != nullptr);
    notes_->setVisible(false);
    layout()->setAlignment(header_, model ? Qt::Alignment() : Qt::AlignTop);
    if (!model) {
        model_->setLayers({});
        header_->setText(tr("No model open. Open one with Ctrl+O, or drop a file on the window."));
        return;
    }
    const ModelInfo& info = model->info();
    const auto line = [](const QString& text) { return text.toHtmlEscaped(); };
    QString what = QString::fromStdString(info.architecture);
    if (!info.architecture.starts_with(info.format))
        what = QString::fromStdString(info.format) + QStringLiteral(" · ") + what;
    header_->setText(QStringLiteral("<b>%1</b><br>%2<br>%3<br>%4")
                         .arg(line(QString::fromStdString(info.path.filename().string())),
                              line(tr("%1 · %2 parameters · input %3 · %4")
                                       .arg(what, QLocale().toString(qlonglong(info.parameters)),
                                            QString::fromStdString(shapeText(info.inputShape))
                                                .replace(QLatin1String(" x "), QStringLiteral(" × ")),
                                            info.outputs == 1 ? tr("one logit (two classes)")
                                                              : tr("%1 classes").arg(info.outputs))),
                              line(exactnessSentence(*model)), line(selfCheckSentence(info.selfCheck))));
    model_->setLayers(info.layers);
    const bool allExact = model->isExact();
    view_->setColumnHidden(LayersModel::Why, allExact);
    for (int column = 0; column < LayersModel::Why; ++column) {
        view_->resizeColumnToContents(column);
        view_->setColumnWidth(column, std::min(view_->columnWidth(column), 190));
    }
    QStringList notes;
    for (const auto& note : info.notes) notes << QStringLiteral("• ") + QString::fromStdString(note);
    notes_->setText(notes.join('\n'));
    notes_->setVisible(!notes.isEmpty());
}

void LayersPanel::copy() const {
    if (workspace_.model()) QApplication::clipboard()->setText(model_->asText());
}

}  // namespace tessera
