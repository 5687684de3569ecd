// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/results_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QTreeView>
#include <QTreeWidget>
#include <algorithm>
#include <cmath>

#include "widgets/panels/theme.h"

namespace tessera {

namespace {

QString utf8(const std::string& text) {
    return QString::fromStdString(text);
}

QString metricText(const Metric& metric) {
    if (std::isnan(metric.value)) return QObject::tr("not defined");
    const QString number = QLocale().toString(metric.value, 'g', 7);
    return metric.unit.empty() ? number : number + ' ' + utf8(metric.unit);
}

}  // namespace

ResultsPanel::ResultsPanel(ResultList& results, JobRunner& jobs, std::vector<ProbeDescription> probes,
                           QWidget* parent)
    : QWidget(parent),
      results_(results),
      jobs_(jobs),
      model_(new ResultsModel(results, jobs, std::move(probes), this)),
      view_(new QTreeView),
      details_(new QTreeWidget) {
    view_->setObjectName(QStringLiteral("results"));
    view_->setAccessibleName(tr("Results"));
    view_->setModel(model_);
    view_->setRootIsDecorated(false);
    view_->setUniformRowHeights(true);
    view_->setAllColumnsShowFocus(true);
    view_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view_->setContextMenuPolicy(Qt::CustomContextMenu);
    view_->header()->setStretchLastSection(false);
    const int widths[] = {64, 170, 160, 140, 190, 64, 70};
    for (int column = 0; column < ResultsModel::kColumns; ++column)
        view_->header()->resizeSection(column, widths[column]);
    view_->header()->setSectionResizeMode(ResultsModel::OutcomeColumn, QHeaderView::Stretch);
    details_->setObjectName(QStringLiteral("resultDetails"));
    details_->setAccessibleName(tr("Details of the result"));
    details_->setHeaderHidden(true);
    details_->setColumnCount(2);
    details_->setRootIsDecorated(false);
    details_->setIndentation(10);
    details_->header()->setSectionResizeMode(
        QHeaderView::Stretch);  // values stay in sight; tips say the rest

    empty_ =
        new QLabel(tr("What probes find is listed here and stays with the session.\nChoose a probe in the "
                      "Probes panel and run it (Ctrl+Return)."));
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setForegroundRole(QPalette::PlaceholderText);
    empty_->setWordWrap(true);
    empty_->setAttribute(Qt::WA_TransparentForMouseEvents);
    auto* over = new QVBoxLayout(view_->viewport());
    over->addWidget(empty_);

    auto* splitter = new QSplitter;
    splitter->addWidget(view_);
    splitter->addWidget(details_);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(true);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(4, 4, 4, 4);
    rows->setSpacing(4);
    rows->addWidget(makeButtons());
    rows->addWidget(splitter, 1);

    connect(view_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ResultsPanel::update);
    connect(view_, &QTreeView::doubleClicked, this,
            [this](const QModelIndex& index) { Q_EMIT openRequested(model_->idAt(index.row())); });
    connect(view_, &QTreeView::customContextMenuRequested, this, &ResultsPanel::showMenu);
    connect(model_, &QAbstractItemModel::dataChanged, this, &ResultsPanel::update);
    connect(model_, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex&, int first) {
        select(model_->idAt(first));
        update();
    });
    connect(model_, &QAbstractItemModel::rowsRemoved, this, &ResultsPanel::update);
    connect(model_, &QAbstractItemModel::modelReset, this, &ResultsPanel::update);
    update();
}

QWidget* ResultsPanel::makeButtons() {
    auto* bar = new QWidget;
    auto* line = new QHBoxLayout(bar);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(4);
    const auto add = [&](const char* name, const QString& icon, const QString& text, const QString& tip,
                         auto action) {
        auto* button = new QPushButton(themedIcon(icon), text);
        button->setObjectName(QLatin1String(name));
        button->setToolTip(tip);
        connect(button, &QPushButton::clicked, this, action);
        line->addWidget(button);
        return button;
    };
    open_ = add("openResult", QStringLiteral("open"), tr("Open"),
                tr("Show this result (double-click, Enter)"), [this] {
                    for (const QString& id : selected()) Q_EMIT openRequested(id);
                });
    rerun_ = add("rerunResult", QStringLiteral("run"), tr("Run again…"),
                 tr("Fill the Probes panel with this run, to change a parameter and run it"),
                 [this] { Q_EMIT rerunRequested(selected().value(0)); });
    compare_ = add("compareResults", QStringLiteral("compare"), tr("Compare"),
                   tr("Two selected results side by side, with differences"), [this] {
                       const QStringList both = selected();
                       // The older one first.
                       if (both.size() == 2) Q_EMIT compareRequested(both[1], both[0]);
                   });
    export_ = add("exportResult", QStringLiteral("export"), tr("Export…"),
                  tr("Write the numbers as npz, CSV or JSON"),
                  [this] { Q_EMIT exportRequested(selected().value(0)); });
    delete_ = add("deleteResult", QStringLiteral("delete"), tr("Delete"),
                  tr("Remove from the session (Del); Undo brings it back"),
                  [this] { Q_EMIT deleteRequested(selected()); });
    cancel_ = add("cancelResult", QStringLiteral("close"), tr("Cancel"),
                  tr("Stop the run; what is there is kept and marked partial"), [this] { cancelSelected(); });
    line->addStretch();
    auto* erase = new QShortcut(QKeySequence::Delete, view_, nullptr, nullptr, Qt::WidgetShortcut);
    connect(erase, &QShortcut::activated, this, [this] {
        if (!selected().isEmpty()) Q_EMIT deleteRequested(selected());
    });
    for (const int key : {Qt::Key_Return, Qt::Key_Enter})
        connect(new QShortcut(QKeySequence(key), view_, nullptr, nullptr, Qt::WidgetShortcut),
                &QShortcut::activated, this, [this] {
                    if (!selected().isEmpty()) Q_EMIT openRequested(selected().front());
                });
    return bar;
}

void ResultsPanel::select(const QString& id) {
    const int row = model_->rowOf(id);
    // Said outright: with Ctrl down (Ctrl+Return runs a probe) the view would toggle instead.
    if (row >= 0)
        view_->selectionModel()->setCurrentIndex(
            model_->index(row, 0), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

QStringList ResultsPanel::selected() const {
    auto rows = view_->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    QStringList ids;
    for (const QModelIndex& row : rows) ids << model_->idAt(row.row());
    return ids;
}

void ResultsPanel::update() {
    empty_->setVisible(model_->rowCount() == 0);
    const QStringList ids = selected();
    const ResultEntry* first = ids.size() == 1 ? results_.entry(ids.front()) : nullptr;
    const auto hasNumbers = [this](const QString& id) {
        const ResultEntry* entry = results_.entry(id);
        return entry && !entry->isRunning &&
               (entry->about.outcome == Outcome::Complete || entry->about.outcome == Outcome::Partial);
    };
    open_->setEnabled(!ids.isEmpty() && std::all_of(ids.begin(), ids.end(), hasNumbers));
    rerun_->setEnabled(first != nullptr);
    compare_->setEnabled(ids.size() == 2 && hasNumbers(ids[0]) && hasNumbers(ids[1]));
    export_->setEnabled(first && hasNumbers(ids.front()));
    delete_->setEnabled(!ids.isEmpty());
    cancel_->setEnabled(std::any_of(ids.begin(), ids.end(), [this](const QString& id) {
        const ResultEntry* entry = results_.entry(id);
        return entry && entry->isRunning;
    }));
    showDetails();
}

void ResultsPanel::showDetails() {
    details_->clear();
    const QStringList ids = selected();
    const ResultEntry* entry = ids.size() == 1 ? results_.entry(ids.front()) : nullptr;
    if (!entry) return;
    const auto section = [this](const QString& title) {
        auto* item = new QTreeWidgetItem(details_, {title});
        QFont font = details_->font();
        font.setBold(true);
        item->setFont(0, font);
        item->setFirstColumnSpanned(true);
        return item;
    };
    const auto row = [](QTreeWidgetItem* parent, const QString& name, const QString& value,
                        const QString& tip = {}) {
        auto* item = new QTreeWidgetItem(parent, {name, value});
        item->setToolTip(0, tip.isEmpty() ? name : tip);
        item->setToolTip(1, value);
    };
    const SessionResult& about = entry->about;
    auto* outcome = section(tr("Outcome"));
    row(outcome, tr("State"), outcomeSentence(*entry));
    if (!about.summary.empty()) {
        auto* numbers = section(tr("Numbers"));
        for (const auto& metric : about.summary)
            row(numbers, utf8(metric.label), metricText(metric), utf8(metric.sentence));
    }
    if (!about.parameters.empty()) {
        auto* parameters = section(tr("Parameters"));
        for (const auto& [name, value] : about.parameters)
            row(parameters, utf8(name), utf8(parameterText(value)));
    }
    auto* origin = section(tr("Origin"));
    row(origin, tr("Samples"), entry->scope);
    row(origin, tr("Model"), utf8(std::filesystem::path(entry->model.file.absolute).filename().string()),
        utf8(entry->model.file.absolute));
    row(origin, tr("Seed"), QString::number(about.seed));
    if (!about.provenance.dtype.empty()) row(origin, tr("Precision"), utf8(about.provenance.dtype));
    if (!about.provenance.device.empty()) row(origin, tr("Device"), utf8(about.provenance.device));
    if (!about.provenance.version.empty()) row(origin, tr("Tessera"), utf8(about.provenance.version));
    for (const auto& file : about.provenance.files)
        row(origin, utf8(std::filesystem::path(file.path).filename().string()),
            utf8(file.sha256.substr(0, 12)), utf8(file.path + "\nSHA-256 " + file.sha256));
    if (!about.notes.empty()) {
        auto* notes = section(tr("Notes"));
        for (const auto& note : about.notes) row(notes, utf8(note), {});
    }
    details_->expandAll();
}

void ResultsPanel::cancelSelected() {
    for (const QString& id : selected())
        if (const ResultEntry* entry = results_.entry(id); entry && entry->isRunning)
            jobs_.cancel(entry->job);
}

void ResultsPanel::showMenu(const QPoint& position) {
    if (!view_->indexAt(position).isValid()) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (QPushButton* button : {open_, rerun_, compare_, export_, delete_, cancel_}) {
        QAction* action = menu->addAction(button->icon(), button->text(), button, &QPushButton::click);
        action->setEnabled(button->isEnabled());
    }
    menu->popup(view_->viewport()->mapToGlobal(position));
}

}  // namespace tessera
