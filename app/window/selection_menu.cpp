// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/selection_menu.h"

#include <QAction>
#include <QInputDialog>
#include <QLocale>
#include <QMenu>

#include "widgets/dialogs/opened.h"
#include "widgets/panels/gallery_panel.h"
#include "widgets/panels/theme.h"

namespace tessera {

SelectionMenu::SelectionMenu(Workspace& workspace, GalleryPanel& gallery, QMenu* menu, QWidget* window)
    : QObject(menu), workspace_(workspace), gallery_(gallery), window_(window) {
    const auto add = [&](const char* name, const QString& text, const QKeySequence& key, auto action) {
        QAction* entry = menu->addAction(text, key, this, action);
        entry->setObjectName(QLatin1String(name));
        return entry;
    };
    needData_.push_back(add("selectShown", tr("Select &All Shown"), QKeySequence(Qt::CTRL | Qt::Key_A),
                            [this] { gallery_.selectShown(); }));
    needPredictions_.push_back(add("selectWrong", tr("Select All &Wrong Ones"), {}, [this] {
        selectWhere([this](qint64 sample) { return isWrong(workspace_.evaluation().get(), sample); });
    }));
    needData_.push_back(add("invertSelection", tr("&Invert"), {}, [this] {
        selectWhere([this](qint64 sample) { return !workspace_.isSelected(sample); });
    }));
    clear_ = add("clearSelection", tr("&Clear"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_A),
                 [this] { workspace_.setSelection({}); });
    menu->addSeparator();
    name_ = add("nameSelection", tr("&Name the Selection…"), QKeySequence(Qt::CTRL | Qt::Key_G),
                [this] { nameSelection(); });
    subsets_ = menu->addMenu(tr("&Subsets"));
    subsets_->setObjectName(QStringLiteral("subsetsMenu"));
    menu->addSeparator();
    pin_ = add("pinReference", tr("&Pin the Current Sample as Reference"), QKeySequence(Qt::Key_P),
               [this] { togglePin(); });
    pin_->setIcon(themedIcon(QStringLiteral("pin")));
    for (const auto changed :
         {&Workspace::datasetChanged, &Workspace::evaluationChanged, &Workspace::selectionChanged})
        connect(&workspace_, changed, this, &SelectionMenu::update);
    connect(&workspace_, &Workspace::currentSampleChanged, this, &SelectionMenu::update);
    connect(&workspace_, &Workspace::referenceSampleChanged, this, &SelectionMenu::update);
    connect(&workspace_, &Workspace::subsetsChanged, this, &SelectionMenu::fillSubsets);
    update();
    fillSubsets();
}

void SelectionMenu::update() {
    const bool hasData = workspace_.dataset() != nullptr;
    for (QAction* action : needData_) action->setEnabled(hasData);
    for (QAction* action : needPredictions_) action->setEnabled(hasData && workspace_.evaluation());
    clear_->setEnabled(!workspace_.selection().empty());
    name_->setEnabled(!workspace_.selection().empty());
    const bool isPinned =
        workspace_.referenceSample() >= 0 && workspace_.referenceSample() == workspace_.currentSample();
    pin_->setEnabled(workspace_.currentSample() >= 0 || workspace_.referenceSample() >= 0);
    pin_->setText(isPinned ? tr("Un&pin the Reference") : tr("&Pin the Current Sample as Reference"));
}

void SelectionMenu::fillSubsets() {
    subsets_->clear();
    subsets_->setEnabled(!workspace_.subsets().empty());
    for (const auto& [name, samples] : workspace_.subsets()) {
        QMenu* entry = subsets_->addMenu(tr("%1 (%2 samples)")
                                             .arg(QString(name).replace('&', QLatin1String("&&")),
                                                  QLocale().toString(qulonglong(samples.size()))));
        const auto members = samples;
        entry->addAction(tr("&Select"), this, [this, members] { workspace_.setSelection(members); })
            ->setObjectName(QStringLiteral("selectSubset-") + name);
        entry->addAction(tr("&Add to the Selection"), this,
                         [this, members] { workspace_.setSelection(members, SelectionMode::Add); });
        entry->addAction(tr("Show &Only These"), this, [this, name = name] { gallery_.showSubset(name); });
        entry->addSeparator();
        entry->addAction(tr("&Rename…"), this, [this, name = name] { renameSubset(name); });
        entry->addAction(tr("&Delete"), this, [this, name = name] { workspace_.removeSubset(name); })
            ->setObjectName(QStringLiteral("deleteSubset-") + name);
    }
}

void SelectionMenu::ask(const QString& title, const QString& label, const QString& text,
                        std::function<void(QString)> then) {
    auto* dialog = new QInputDialog(window_);
    dialog->setWindowTitle(title);
    dialog->setLabelText(label);
    dialog->setTextValue(text);
    connect(dialog, &QInputDialog::textValueSelected, this, [then](const QString& given) {
        if (const QString name = given.simplified(); !name.isEmpty()) then(name);
    });
    opened(dialog);
}

void SelectionMenu::nameSelection() {
    QString proposal;
    for (int number = 1; proposal.isEmpty() || workspace_.subsets().contains(proposal); ++number)
        proposal = tr("set %1").arg(number);
    ask(tr("Name the Selection"),
        tr("Name of these %1 samples:").arg(QLocale().toString(qulonglong(workspace_.selection().size()))),
        proposal, [this, samples = workspace_.selection()](const QString& name) {
            workspace_.setSubset(name, samples);
        });
}

void SelectionMenu::renameSubset(const QString& name) {
    ask(tr("Rename the Subset"), tr("New name of %1:").arg(name), name, [this, name](const QString& given) {
        if (given != name) workspace_.renameSubset(name, given);
    });
}

void SelectionMenu::selectWhere(const std::function<bool(qint64)>& isWanted) {
    if (!workspace_.dataset()) return;
    std::vector<qint64> samples;
    for (qint64 sample = 0; sample < workspace_.dataset()->size(); ++sample)
        if (isWanted(sample)) samples.push_back(sample);
    workspace_.setSelection(std::move(samples));
}

void SelectionMenu::togglePin() {
    const bool isPinned = workspace_.referenceSample() == workspace_.currentSample();
    workspace_.setReferenceSample(isPinned ? -1 : workspace_.currentSample());
}

}  // namespace tessera
