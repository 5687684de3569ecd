// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/sheet_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/dialogs/opened.h"
#include "widgets/views/sheet_preview.h"

namespace tessera {

namespace {

QDoubleSpinBox* lengthBox(double value, double low, double high, const QString& unit) {
    auto* box = new QDoubleSpinBox;
    box->setRange(low, high);
    box->setDecimals(1);
    box->setSuffix(' ' + unit);
    box->setValue(value);
    return box;
}

QCheckBox* switchBox(const QString& text, bool on = true) {
    auto* box = new QCheckBox(text);
    box->setChecked(on);
    return box;
}

}  // namespace

SheetDialog::SheetDialog(std::vector<Panel> panels, QWidget* parent)
    : QDialog(parent), panels_(std::move(panels)) {
    setWindowTitle(tr("Export a figure"));
    setObjectName(QStringLiteral("sheetDialog"));
    problem_ = new QLabel;
    problem_->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
    ok_ = buttons->button(QDialogButtonBox::Save);
    connect(buttons, &QDialogButtonBox::accepted, this, &SheetDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* sides = new QHBoxLayout;
    sides->addWidget(makePanelList(), 1);
    sides->addWidget(makeForm(), 1);
    preview_ = new SheetPreview;
    sides->addWidget(preview_, 1);
    auto* rows = new QVBoxLayout(this);
    rows->addLayout(sides, 1);
    rows->addWidget(problem_);
    rows->addWidget(buttons);
    resize(1080, 500);
    redraw();
}

QWidget* SheetDialog::makePanelList() {
    list_ = new QListWidget;
    list_->setObjectName(QStringLiteral("sheetPanels"));
    list_->setAccessibleName(tr("Panels of the figure"));
    list_->setDragDropMode(QAbstractItemView::InternalMove);
    list_->setWordWrap(true);  // "Local geometry per sample · r2: Distance to the boundary" is long
    list_->setTextElideMode(Qt::ElideNone);
    list_->setResizeMode(QListView::Adjust);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    for (std::size_t i = 0; i < panels_.size(); ++i) {
        auto* item = new QListWidgetItem(panels_[i].title, list_);
        item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
        item->setCheckState(panels_[i].isChosen ? Qt::Checked : Qt::Unchecked);
        item->setData(Qt::UserRole, int(i));
        item->setToolTip(panels_[i].title);
    }
    connect(list_, &QListWidget::itemChanged, this, &SheetDialog::redraw);
    connect(list_->model(), &QAbstractItemModel::rowsMoved, this, &SheetDialog::redraw);
    auto* up = new QToolButton;
    up->setArrowType(Qt::UpArrow);
    up->setToolTip(tr("Earlier in the figure"));
    up->setAccessibleName(up->toolTip());
    auto* down = new QToolButton;
    down->setArrowType(Qt::DownArrow);
    down->setToolTip(tr("Later in the figure"));
    down->setAccessibleName(down->toolTip());
    connect(up, &QToolButton::clicked, this, [this] { move(-1); });
    connect(down, &QToolButton::clicked, this, [this] { move(1); });
    auto* side = new QWidget;
    auto* rows = new QVBoxLayout(side);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->addWidget(new QLabel(tr("Panels, in the order of the figure:")));
    rows->addWidget(list_, 1);
    auto* line = new QHBoxLayout;
    line->addWidget(up);
    line->addWidget(down);
    line->addStretch();
    rows->addLayout(line);
    return side;
}

QWidget* SheetDialog::makeForm() {
    path_ = new QLineEdit;
    path_->setObjectName(QStringLiteral("sheetPath"));
    path_->setPlaceholderText(tr("figure.pdf, figure.svg or figure.png"));
    auto* browse = new QPushButton(tr("Browse…"));
    connect(browse, &QPushButton::clicked, this, &SheetDialog::browse);
    auto* where = new QHBoxLayout;
    where->addWidget(path_, 1);
    where->addWidget(browse);
    title_ = new QLineEdit;
    width_ = new QComboBox;
    width_->setObjectName(QStringLiteral("sheetWidth"));
    width_->addItem(tr("One column (85 mm)"), 85.0);
    width_->addItem(tr("One and a half (114 mm)"), 114.0);
    width_->addItem(tr("Two columns (174 mm)"), 174.0);
    width_->addItem(tr("Free"), 0.0);
    widthMm_ = lengthBox(85, 10, 2000, tr("mm"));
    heightMm_ = lengthBox(0, 0, 2000, tr("mm"));
    heightMm_->setSpecialValueText(tr("from the pictures"));
    fontPt_ = lengthBox(7, 4, 40, tr("pt"));
    linePt_ = lengthBox(0.5, 0.1, 5, tr("pt"));
    columns_ = new QSpinBox;
    columns_->setRange(0, 12);
    columns_->setSpecialValueText(tr("chosen for you"));
    dpi_ = new QSpinBox;
    dpi_->setRange(72, 2400);
    dpi_->setValue(300);
    dpi_->setSuffix(tr(" dpi"));
    theme_ = new QComboBox;
    theme_->addItem(tr("Light"), int(FigureTheme::Light));
    theme_->addItem(tr("Dark"), int(FigureTheme::Dark));
    theme_->addItem(tr("Transparent"), int(FigureTheme::Transparent));
    titles_ = switchBox(tr("Titles"));
    axes_ = switchBox(tr("Axes"));
    legend_ = switchBox(tr("Legends"));
    colourBar_ = switchBox(tr("Colour bars"));
    shared_ = switchBox(tr("Equal ones once"));
    numbers_ = switchBox(tr("Numbers beside it (CSV, npz)"), false);
    size_ = new QLabel;
    size_->setForegroundRole(QPalette::PlaceholderText);

    auto* side = new QWidget;
    auto* form = new QFormLayout(side);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("File"), where);
    form->addRow(tr("Title"), title_);
    form->addRow(tr("Size"), width_);
    form->addRow(tr("Width"), widthMm_);
    form->addRow(tr("Height"), heightMm_);
    form->addRow(tr("Panels a row"), columns_);
    form->addRow(tr("Text"), fontPt_);
    form->addRow(tr("Lines"), linePt_);
    form->addRow(tr("Resolution"), dpi_);
    form->addRow(tr("Colours"), theme_);
    auto* switches = new QGridLayout;
    int place = 0;
    for (QCheckBox* box : {titles_, axes_, legend_, colourBar_, shared_, numbers_}) {
        switches->addWidget(box, place / 2, place % 2);
        ++place;
    }
    form->addRow(tr("With"), switches);
    form->addRow(QString(), size_);
    connect(width_, &QComboBox::currentIndexChanged, this, [this] {
        if (const double wide = width_->currentData().toDouble(); wide > 0) widthMm_->setValue(wide);
        widthMm_->setEnabled(width_->currentData().toDouble() == 0);
    });
    widthMm_->setEnabled(false);
    for (QDoubleSpinBox* box : {widthMm_, heightMm_, fontPt_, linePt_})
        connect(box, &QDoubleSpinBox::valueChanged, this, &SheetDialog::redraw);
    connect(columns_, &QSpinBox::valueChanged, this, &SheetDialog::redraw);
    connect(theme_, &QComboBox::currentIndexChanged, this, &SheetDialog::redraw);
    connect(title_, &QLineEdit::textChanged, this, &SheetDialog::redraw);
    for (QCheckBox* box : {titles_, axes_, legend_, colourBar_, shared_})
        connect(box, &QCheckBox::toggled, this, &SheetDialog::redraw);
    connect(path_, &QLineEdit::textChanged, this, &SheetDialog::update);
    return side;
}

std::vector<int> SheetDialog::chosen() const {
    std::vector<int> places;
    for (int row = 0; row < list_->count(); ++row)
        if (list_->item(row)->checkState() == Qt::Checked)
            places.push_back(list_->item(row)->data(Qt::UserRole).toInt());
    return places;
}

FigureSheet SheetDialog::sheet() const {
    FigureSheet sheet;
    for (const int place : chosen()) sheet.panels.push_back({panels_[static_cast<std::size_t>(place)].scene});
    sheet.title = title_->text().trimmed();
    sheet.widthMm = widthMm_->value();
    sheet.heightMm = heightMm_->value();
    sheet.columns = columns_->value();
    sheet.fontPt = fontPt_->value();
    sheet.linePt = linePt_->value();
    sheet.dpi = dpi_->value();
    sheet.theme = static_cast<FigureTheme>(theme_->currentData().toInt());
    sheet.titles = titles_->isChecked();
    sheet.axes = axes_->isChecked();
    sheet.legend = legend_->isChecked();
    sheet.colourBar = colourBar_->isChecked();
    sheet.sharedColourBar = sheet.sharedLegend = shared_->isChecked();
    sheet.csv = sheet.npz = numbers_->isChecked();
    return sheet;
}

QString SheetDialog::path() const {
    const QString path = path_->text().trimmed();
    return path.isEmpty() || !QFileInfo(path).suffix().isEmpty() ? path : path + QStringLiteral(".pdf");
}

void SheetDialog::setPath(const QString& path) {
    path_->setText(path);
}

void SheetDialog::browse() {
    auto* dialog =
        new QFileDialog(this, tr("Where the figure goes"), path(), tr("Figures (*.pdf *.svg *.png)"));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("pdf"));
    connect(dialog, &QFileDialog::fileSelected, path_, &QLineEdit::setText);
    opened(dialog);
}

void SheetDialog::move(int by) {
    const int row = list_->currentRow(), place = row + by;
    if (row < 0 || place < 0 || place >= list_->count()) return;
    list_->insertItem(place, list_->takeItem(row));
    list_->setCurrentRow(place);
    redraw();
}

void SheetDialog::redraw() {
    update();
    preview_->setSheet(sheet());
}

void SheetDialog::update() {
    QString problem;
    if (chosen().empty())
        problem = tr("Tick at least one panel.");
    else if (path().isEmpty())
        problem = tr("Say where the figure goes.");
    else if (auto fits = checkFigurePath(path().toStdString()); fits.isError())
        problem = QString::fromStdString(fits.error().message);
    problem_->setText(problem);
    ok_->setEnabled(problem.isEmpty());
    size_->setText(chosen().empty()
                       ? QString()
                       : tr("%1 × %2 mm").arg(widthMm_->value()).arg(sheetHeightMm(sheet()), 0, 'f', 0));
}

void SheetDialog::accept() {
    if (ok_->isEnabled()) QDialog::accept();
}

}  // namespace tessera
