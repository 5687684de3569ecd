// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/compare_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLocale>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>
#include <cmath>
#include <set>

namespace tessera {

namespace {

QString utf8(const std::string& text) {
    return QString::fromStdString(text);
}

QString number(double value) {
    return std::isnan(value) ? QObject::tr("not defined") : QLocale().toString(value, 'g', 8);
}

const Metric* metricOf(const SessionResult& result, const std::string& name) {
    for (const auto& metric : result.summary)
        if (metric.name == name) return &metric;
    return nullptr;
}

// "+0.25 (+12 %)"
QString differenceText(double first, double second) {
    const double difference = second - first;
    if (std::isnan(difference)) return {};
    if (difference == 0) return QObject::tr("equal");
    QString text =
        (difference > 0 ? QStringLiteral("+") : QString()) + QLocale().toString(difference, 'g', 6);
    if (first != 0 && std::isfinite(difference / first))
        text += QStringLiteral(" (%1%2 %)")
                    .arg(difference > 0 ? QStringLiteral("+") : QString(),
                         QLocale().toString(100 * difference / std::abs(first), 'g', 3));
    return text;
}

}  // namespace

CompareDialog::CompareDialog(const SessionResult& first, const SessionResult& second, QWidget* parent)
    : QDialog(parent), table_(new QTableWidget(0, 4)) {
    setWindowTitle(tr("Compare %1 and %2").arg(utf8(first.id), utf8(second.id)));
    table_->setObjectName(QStringLiteral("comparison"));
    table_->setHorizontalHeaderLabels({QString(), utf8(first.id), utf8(second.id), tr("Difference")});
    table_->verticalHeader()->hide();
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);

    addTitle(tr("Asked differently"));
    const int before = table_->rowCount();
    if (first.title != second.title) addRow(tr("Probe"), utf8(first.title), utf8(second.title));
    std::set<std::string> names;
    for (const auto* result : {&first, &second})
        for (const auto& [name, value] : result->parameters) names.insert(name);
    const auto parameter = [](const SessionResult& result, const std::string& name) {
        const auto found = result.parameters.find(name);
        return found == result.parameters.end() ? QStringLiteral("–") : utf8(parameterText(found->second));
    };
    for (const auto& name : names)
        if (parameter(first, name) != parameter(second, name))
            addRow(utf8(name), parameter(first, name), parameter(second, name));
    if (first.samples != second.samples) {
        const auto count = [](const SessionResult& result) {
            return result.samples.empty() ? tr("all") : QLocale().toString(qulonglong(result.samples.size()));
        };
        addRow(tr("Samples"), count(first), count(second),
               first.samples.size() == second.samples.size() ? tr("other ones") : QString());
    }
    if (first.seed != second.seed)
        addRow(tr("Seed"), QString::number(first.seed), QString::number(second.seed));
    const auto model = [](const SessionResult& result) {
        return result.provenance.files.empty()
                   ? utf8(result.model)
                   : utf8(std::filesystem::path(result.provenance.files.front().path).filename().string());
    };
    const auto hash = [](const SessionResult& result) {
        return result.provenance.files.empty() ? std::string() : result.provenance.files.front().sha256;
    };
    if (hash(first) != hash(second)) addRow(tr("Model"), model(first), model(second));
    if (first.normalisation != second.normalisation)
        addRow(tr("Normalisation"), tr("differs"), tr("differs"));
    if (table_->rowCount() == before) addRow(tr("Nothing"), {}, {});

    addTitle(tr("Numbers"));
    const auto unit = [](const Metric& metric) {
        return metric.unit.empty() ? utf8(metric.label) : utf8(metric.label + " (" + metric.unit + ")");
    };
    for (const auto& metric : first.summary) {
        const Metric* other = metricOf(second, metric.name);
        addRow(unit(metric), number(metric.value), other ? number(other->value) : QStringLiteral("–"),
               other ? differenceText(metric.value, other->value) : QString(), utf8(metric.sentence));
    }
    for (const auto& metric : second.summary)
        if (!metricOf(first, metric.name))
            addRow(unit(metric), QStringLiteral("–"), number(metric.value), {}, utf8(metric.sentence));
    addRow(tr("Time (s)"), number(first.provenance.seconds), number(second.provenance.seconds),
           differenceText(first.provenance.seconds, second.provenance.seconds));
    addRow(tr("Outcome"), QString::fromLatin1(outcomeText(first.outcome)),
           QString::fromLatin1(outcomeText(second.outcome)));

    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    auto* copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(text()); });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* rows = new QVBoxLayout(this);
    rows->addWidget(table_);
    rows->addWidget(buttons);
    resize(680, 460);
}

void CompareDialog::addTitle(const QString& text) {
    const int row = table_->rowCount();
    table_->insertRow(row);
    auto* item = new QTableWidgetItem(text);
    QFont font = table_->font();
    font.setBold(true);
    item->setFont(font);
    item->setFlags(Qt::ItemIsEnabled);
    table_->setItem(row, 0, item);
    table_->setSpan(row, 0, 1, 4);
}

void CompareDialog::addRow(const QString& name, const QString& first, const QString& second,
                           const QString& difference, const QString& tip) {
    const int row = table_->rowCount();
    table_->insertRow(row);
    int column = 0;
    for (const QString& text : {name, first, second, difference}) {
        auto* item = new QTableWidgetItem(text);
        item->setToolTip(tip.isEmpty() ? text : tip);
        if (column > 0) item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        table_->setItem(row, column++, item);
    }
}

QString CompareDialog::text() const {
    QStringList lines;
    for (int row = 0; row < table_->rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < table_->columnCount(); ++column)
            cells << (table_->item(row, column) ? table_->item(row, column)->text() : QString());
        lines << cells.join('\t');
    }
    return lines.join('\n');
}

}  // namespace tessera
