// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/gallery_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/panels/gallery_delegate.h"
#include "widgets/panels/gallery_selection.h"
#include "widgets/panels/theme.h"

namespace tessera {

namespace {
constexpr int kTypingMs = 150;
constexpr std::size_t kAnchors = 3;

// Shift+click selects from the current sample to here and nothing else, as file managers do; Qt keeps what
// was selected one by one before.
class GalleryView : public QListView {
  protected:
    QItemSelectionModel::SelectionFlags selectionCommand(const QModelIndex& index,
                                                         const QEvent* event) const override {
        auto command = QListView::selectionCommand(index, event);
        const auto keys = event && event->isInputEvent() ? static_cast<const QInputEvent*>(event)->modifiers()
                                                         : QGuiApplication::keyboardModifiers();
        if (command.testFlag(QItemSelectionModel::Current) && command.testFlag(QItemSelectionModel::Select) &&
            !keys.testFlag(Qt::ControlModifier))
            command |= QItemSelectionModel::Clear;
        return command;
    }
};
}  // namespace

GalleryPanel::GalleryPanel(Workspace& workspace, JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      model_(new GalleryModel(workspace, jobs, this)),
      view_(new GalleryView) {
    view_->setObjectName(QStringLiteral("gallery"));
    view_->setAccessibleName(tr("Samples"));
    view_->setModel(model_);
    view_->setItemDelegate(new GalleryDelegate(view_));
    // List mode with wrapping lays out a uniform grid without asking any row for anything.
    view_->setFlow(QListView::LeftToRight);
    view_->setWrapping(true);
    view_->setResizeMode(QListView::Adjust);
    view_->setUniformItemSizes(true);
    view_->setGridSize(GalleryDelegate::cellSize(view_->font()));
    view_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view_->verticalScrollBar()->setSingleStep(24);
    view_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view_->setDragEnabled(true);
    view_->setDragDropMode(QAbstractItemView::DragOnly);
    view_->setMouseTracking(true);
    view_->setContextMenuPolicy(Qt::CustomContextMenu);
    view_->setMinimumHeight(120);
    view_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    view_->installEventFilter(this);

    empty_ = new QLabel;
    empty_->setWordWrap(true);
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setForegroundRole(QPalette::PlaceholderText);
    empty_->setAttribute(Qt::WA_TransparentForMouseEvents);
    auto* over = new QVBoxLayout(view_->viewport());
    over->addWidget(empty_);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->setSpacing(6);
    layout->addWidget(makeFilterBar());
    layout->addWidget(view_, 1);
    layout->addWidget(makeFooter());

    typing_.setSingleShot(true);
    typing_.setInterval(kTypingMs);
    connect(&typing_, &QTimer::timeout, this, &GalleryPanel::takeQuery);
    connect(filter_, &QLineEdit::textChanged, this, [this] { typing_.start(); });
    connect(filter_, &QLineEdit::returnPressed, this, [this] {
        takeQuery();
        view_->setFocus();
    });
    connect(classes_, &QComboBox::currentIndexChanged, this, &GalleryPanel::takeQuery);
    connect(wrongOnly_, &QToolButton::toggled, this, &GalleryPanel::takeQuery);
    connect(sort_, &QComboBox::currentIndexChanged, this, &GalleryPanel::takeQuery);
    connect(direction_, &QToolButton::toggled, this, &GalleryPanel::takeQuery);
    connect(model_, &GalleryModel::orderChanged, this, [this] {
        restoreCurrent();
        updateSummary();
    });
    connect(model_, &GalleryModel::readingFailed, this, &GalleryPanel::problem);
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& current) {
                if (current.isValid()) workspace_.setCurrentSample(model_->sampleAt(current.row()));
            });
    new GallerySelection(workspace_, *model_, *view_);
    connect(&workspace_, &Workspace::selectionChanged, this, &GalleryPanel::updateSelection);
    connect(&workspace_, &Workspace::subsetsChanged, this, &GalleryPanel::takeSubsets);
    connect(subsets_, &QComboBox::currentIndexChanged, this, &GalleryPanel::takeQuery);
    connect(view_, &QListView::doubleClicked, this, [this] { setAnchor(1); });
    connect(view_, &QListView::customContextMenuRequested, this, &GalleryPanel::showMenu);
    connect(&workspace_, &Workspace::datasetChanged, this, &GalleryPanel::takeDataset);
    connect(&workspace_, &Workspace::modelChanged, this, &GalleryPanel::updateSummary);
    connect(&workspace_, &Workspace::evaluationChanged, this, &GalleryPanel::updateSummary);
    connect(&workspace_, &Workspace::currentSampleChanged, this, &GalleryPanel::restoreCurrent);
    connect(&workspace_, &Workspace::anchorsChanged, this, &GalleryPanel::updateSelection);
    takeDataset();
}

QWidget* GalleryPanel::makeFilterBar() {
    filter_ = new QLineEdit;
    filter_->setObjectName(QStringLiteral("galleryFilter"));
    filter_->setAccessibleName(tr("Filter of the samples"));
    filter_->setPlaceholderText(tr("Filter: label:3 pred:5 conf<60%"));
    filter_->setClearButtonEnabled(true);
    filter_->addAction(themedIcon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    filter_->setToolTip(
        tr("All words must hold: label:3 or label:cat, pred:5, conf&lt;0.6, conf&gt;90%, is:wrong, is:right; "
           "any other word is looked for in the sample's name (Ctrl+F)"));
    classes_ = new QComboBox;
    classes_->setAccessibleName(tr("Class shown"));
    classes_->setToolTip(tr("Show one class only"));
    classes_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    classes_->setMinimumContentsLength(6);
    wrongOnly_ = new QToolButton;
    wrongOnly_->setObjectName(QStringLiteral("wrongOnly"));
    wrongOnly_->setText(tr("Wrong only"));
    wrongOnly_->setIcon(themedIcon(QStringLiteral("wrong")));
    wrongOnly_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    wrongOnly_->setCheckable(true);
    subsets_ = new QComboBox;
    subsets_->setObjectName(QStringLiteral("gallerySubset"));
    subsets_->setAccessibleName(tr("Subset shown"));
    subsets_->setToolTip(tr("Show one named subset only"));
    subsets_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    subsets_->setMinimumContentsLength(6);
    sort_ = new QComboBox;
    sort_->setObjectName(QStringLiteral("gallerySort"));
    sort_->setAccessibleName(tr("Sort by"));
    sort_->addItems({tr("By index"), tr("By label"), tr("By prediction"), tr("By confidence")});
    sort_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    sort_->setMinimumContentsLength(10);
    direction_ = new QToolButton;
    direction_->setIcon(themedIcon(QStringLiteral("sort")));
    direction_->setCheckable(true);
    direction_->setToolTip(tr("Descending"));
    direction_->setAccessibleName(tr("Descending"));

    auto* bar = new QWidget;
    auto* rows = new QVBoxLayout(bar);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(4);
    auto* first = new QHBoxLayout;
    first->addWidget(filter_, 1);
    first->addWidget(wrongOnly_);
    auto* second = new QHBoxLayout;
    second->addWidget(classes_, 1);
    second->addWidget(sort_, 1);
    second->addWidget(direction_);
    rows->addLayout(first);
    rows->addWidget(subsets_);
    rows->addLayout(second);
    return bar;
}

QWidget* GalleryPanel::makeFooter() {
    summary_ = new QLabel;
    summary_->setObjectName(QStringLiteral("gallerySummary"));
    summary_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    summary_->setWordWrap(true);
    hint_ = new QLabel;
    hint_->setForegroundRole(QPalette::PlaceholderText);
    hint_->setWordWrap(true);
    slice_ = new QPushButton(themedIcon(QStringLiteral("slice")), tr("Slice through selection"));
    slice_->setObjectName(QStringLiteral("sliceThroughSelection"));
    connect(slice_, &QPushButton::clicked, this, &GalleryPanel::sliceThroughSelection);
    auto* footer = new QWidget;
    auto* rows = new QVBoxLayout(footer);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(4);
    rows->addWidget(summary_);
    rows->addWidget(hint_);
    rows->addWidget(slice_);
    return footer;
}

void GalleryPanel::takeDataset() {
    isFilling_ = true;
    filter_->clear();
    typing_.stop();
    classes_->clear();
    classes_->addItem(tr("All classes"), -1);
    const auto& dataset = workspace_.dataset();
    if (dataset)
        for (std::size_t i = 0; i < dataset->classNames().size(); ++i)
            classes_->addItem(tr("Class %1").arg(QString::fromStdString(dataset->classNames()[i])), int(i));
    wrongOnly_->setChecked(false);
    sort_->setCurrentIndex(0);
    direction_->setChecked(false);
    isFilling_ = false;
    for (QWidget* widget : {static_cast<QWidget*>(filter_), static_cast<QWidget*>(classes_),
                            static_cast<QWidget*>(sort_), static_cast<QWidget*>(direction_)})
        widget->setEnabled(dataset != nullptr);
    takeSubsets();
    restoreCurrent();
    updateSummary();
    updateSelection();
}

// The list takes no room while there is nothing to choose.
void GalleryPanel::takeSubsets() {
    const QString shown = subsets_->currentData().toString();
    isFilling_ = true;
    subsets_->clear();
    subsets_->addItem(tr("All samples"), QString());
    const QLocale locale;
    for (const auto& [name, samples] : workspace_.subsets())
        subsets_->addItem(tr("%1 (%2)").arg(name, locale.toString(qulonglong(samples.size()))), name);
    subsets_->setCurrentIndex(std::max(0, subsets_->findData(shown)));
    subsets_->setVisible(!workspace_.subsets().empty());
    isFilling_ = false;
    takeQuery();
}

void GalleryPanel::showSubset(const QString& name) {
    subsets_->setCurrentIndex(std::max(0, subsets_->findData(name)));
}

void GalleryPanel::selectShown() {
    std::vector<qint64> samples(static_cast<std::size_t>(model_->rowCount()));
    for (int row = 0; row < model_->rowCount(); ++row)
        samples[static_cast<std::size_t>(row)] = model_->sampleAt(row);
    workspace_.setSelection(std::move(samples));
}

void GalleryPanel::takeQuery() {
    if (isFilling_) return;
    typing_.stop();
    GalleryQuery query;
    query.text = filter_->text().trimmed();
    query.wrongOnly = wrongOnly_->isChecked();
    query.classLabel = classes_->currentData().isValid() ? classes_->currentData().toInt() : -1;
    if (const auto found = workspace_.subsets().find(subsets_->currentData().toString());
        found != workspace_.subsets().end()) {
        query.subset = model_->query().subset;  // equal contents stay equal queries
        if (!query.subset || !std::equal(query.subset->begin(), query.subset->end(), found->second.begin(),
                                         found->second.end()))
            query.subset =
                std::make_shared<std::vector<std::int64_t>>(found->second.begin(), found->second.end());
    }
    query.sort = static_cast<GallerySort>(std::max(0, sort_->currentIndex()));
    query.descending = direction_->isChecked();
    model_->setQuery(query);
    updateSummary();
}

void GalleryPanel::updateSummary() {
    const auto& dataset = workspace_.dataset();
    const auto& evaluation = workspace_.evaluation();
    wrongOnly_->setEnabled(evaluation != nullptr);
    wrongOnly_->setToolTip(evaluation ? tr("Show only samples that the model gets wrong")
                                      : tr("Needs predictions: open a model that fits this data"));
    empty_->setVisible(model_->rowCount() == 0);
    empty_->setText(
        dataset
            ? tr("No sample passes the filter.")
            : tr("The samples of your data appear here.\n\nOpen a sample, or your own data with Ctrl+D."));
    if (!dataset) {
        summary_->setText(tr("No data open."));
        return;
    }
    const QLocale locale;
    const auto problems = parseGalleryText(model_->query().text, dataset->classNames()).problems;
    if (!problems.isEmpty()) {
        summary_->setText(problems.join(' '));
        return;
    }
    const auto shown = model_->rowCount();
    QString text =
        shown == dataset->size()
            ? tr("%1 samples").arg(locale.toString(qlonglong(dataset->size())))
            : tr("%1 of %2 samples").arg(locale.toString(shown), locale.toString(qlonglong(dataset->size())));
    if (evaluation && evaluation->labelled > 0)
        text += tr(" · %1 % right").arg(locale.toString(100 * evaluation->accuracy, 'f', 2));
    else if (workspace_.model() && !workspace_.mismatch().isEmpty())
        text += tr(" · no predictions, the model takes other inputs");
    summary_->setText(text);
}

void GalleryPanel::updateSelection() {
    const auto count = workspace_.selection().size();
    slice_->setEnabled(count >= 1 && count <= kAnchors);
    slice_->setToolTip(tr("The selected samples become the anchors of the slice (A)"));
    hint_->setVisible(workspace_.dataset() != nullptr);
    hint_->setText(count > kAnchors
                       ? tr("%1 samples selected (a slice goes through three at most).")
                             .arg(QLocale().toString(qulonglong(count)))
                       : tr("Select 1 to 3 samples (Ctrl+click); Enter or 1, 2, 3 sets an anchor."));
}

void GalleryPanel::restoreCurrent() {
    const int row = model_->rowOf(workspace_.currentSample());
    if (row < 0) return;
    const QModelIndex index = model_->index(row);
    if (view_->currentIndex() == index) return;
    view_->selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
    view_->scrollTo(index);
}

std::vector<qint64> GalleryPanel::selectedSamples() const {
    auto samples = workspace_.selection();
    const qint64 current = workspace_.currentSample();
    std::stable_sort(samples.begin(), samples.end(), [&](qint64 a, qint64 b) {
        if ((a == current) != (b == current)) return a == current;
        return model_->rowOf(a) < model_->rowOf(b);
    });
    return samples;
}

void GalleryPanel::focusFilter() {
    filter_->setFocus(Qt::ShortcutFocusReason);
    filter_->selectAll();
}

void GalleryPanel::focusWrongOnly() {
    wrongOnly_->setFocus(Qt::ShortcutFocusReason);
}

void GalleryPanel::setAnchor(int number) {
    const QModelIndex current = view_->currentIndex();
    if (!current.isValid() || number < 1 || number > int(kAnchors)) return;
    const qint64 sample = model_->sampleAt(current.row());
    auto anchors = workspace_.anchors();
    const auto place = std::min(static_cast<std::size_t>(number - 1), anchors.size());
    const auto already = std::find(anchors.begin(), anchors.end(), sample);
    if (already != anchors.end()) {
        if (place < anchors.size())
            std::iter_swap(already, anchors.begin() + static_cast<std::ptrdiff_t>(place));
    } else if (place < anchors.size()) {
        anchors[place] = sample;
    } else {
        anchors.push_back(sample);
    }
    workspace_.setAnchors(std::move(anchors));
}

void GalleryPanel::sliceThroughSelection() {
    if (workspace_.selection().empty() || workspace_.selection().size() > kAnchors) return;
    workspace_.setAnchors(selectedSamples());
}

void GalleryPanel::showMenu(const QPoint& position) {
    if (!view_->indexAt(position).isValid()) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int number = 1; number <= int(kAnchors); ++number)
        menu->addAction(tr("Use as anchor %1\t%1").arg(number), this, [this, number] { setAnchor(number); });
    menu->addSeparator();
    menu->addAction(tr("Slice through selection\tA"), this, &GalleryPanel::sliceThroughSelection)
        ->setEnabled(slice_->isEnabled());
    menu->addAction(tr("Copy description"), this, [this] {
        QApplication::clipboard()->setText(view_->currentIndex().data(Qt::ToolTipRole).toString());
    });
    menu->popup(view_->viewport()->mapToGlobal(position));
}

bool GalleryPanel::handleKey(int key) {
    switch (key) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
            setAnchor(1);
            return true;
        case Qt::Key_1:
        case Qt::Key_2:
        case Qt::Key_3:
            setAnchor(key - Qt::Key_0);
            return true;
        case Qt::Key_A:
            sliceThroughSelection();
            return true;
        default:
            return false;
    }
}

// As many columns as fit, spread over the whole width.
void GalleryPanel::fitGrid() {
    const QSize cell = GalleryDelegate::cellSize(view_->font());
    const int width =
        view_->width() - view_->verticalScrollBar()->sizeHint().width() - 2 * view_->frameWidth() - 1;
    const int columns = std::max(1, width / cell.width());
    const QSize grid(std::max(cell.width(), width / columns), cell.height());
    if (grid != view_->gridSize()) view_->setGridSize(grid);
}

bool GalleryPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == view_ && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if ((key->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier && handleKey(key->key())) return true;
    }
    if (watched == view_ && (event->type() == QEvent::Resize || event->type() == QEvent::FontChange))
        fitGrid();
    return QWidget::eventFilter(watched, event);
}

}  // namespace tessera
