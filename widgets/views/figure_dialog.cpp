// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/figure_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>

namespace tessera {
namespace {

constexpr const char* kFolderSetting = "figure/folder";

struct ColumnWidth {
    const char* name;
    double mm;
};
constexpr ColumnWidth kColumns[] = {
    {"One column (85 mm)", 85}, {"One and a half (114 mm)", 114}, {"Two columns (174 mm)", 174}};

}  // namespace

FigureDialog::FigureDialog(const SliceSwitches& switches, QWidget* parent)
    : QDialog(parent), switches_(switches) {
    setWindowTitle(tr("Export Figure"));
    path_ = new QLineEdit(QDir(QSettings().value(QLatin1String(kFolderSetting), QDir::homePath()).toString())
                              .filePath(QStringLiteral("slice.svg")));
    path_->setMinimumWidth(320);
    auto* browse = new QPushButton(tr("Browse …"));
    auto* pathRow = new QHBoxLayout;
    pathRow->addWidget(path_, 1);
    pathRow->addWidget(browse);
    width_ = new QComboBox;
    for (const auto& column : kColumns) width_->addItem(tr(column.name), column.mm);
    width_->addItem(tr("Other"), 0.0);
    widthMm_ = new QDoubleSpinBox;
    widthMm_->setRange(20, 1000);
    widthMm_->setSuffix(tr(" mm"));
    widthMm_->setDecimals(1);
    widthMm_->setValue(85);
    auto* widthRow = new QHBoxLayout;
    widthRow->addWidget(width_, 1);
    widthRow->addWidget(widthMm_);
    fontPt_ = new QDoubleSpinBox;
    fontPt_->setRange(4, 24);
    fontPt_->setDecimals(1);
    fontPt_->setSingleStep(0.5);
    fontPt_->setSuffix(tr(" pt"));
    fontPt_->setValue(7);
    dpi_ = new QSpinBox;
    dpi_->setRange(72, 2400);
    dpi_->setSuffix(tr(" dpi"));
    dpi_->setValue(300);
    dpi_->setToolTip(tr("Resolution of a PNG; SVG and PDF are drawn as lines and text."));
    theme_ = new QComboBox;
    theme_->addItem(tr("White background"), static_cast<int>(FigureTheme::Light));
    theme_->addItem(tr("Transparent background"), static_cast<int>(FigureTheme::Transparent));
    theme_->addItem(tr("Dark background"), static_cast<int>(FigureTheme::Dark));
    title_ = new QLineEdit;
    title_->setPlaceholderText(tr("none"));
    legend_ = new QCheckBox(tr("Legend"));
    legend_->setChecked(true);
    caption_ = new QCheckBox(tr("Line saying what is exact and what is sampled"));
    caption_->setChecked(true);
    grid_ = new QCheckBox(tr("Grid"));
    grid_->setChecked(switches.grid);

    auto* form = new QFormLayout(this);
    form->addRow(tr("&File"), pathRow);
    form->addRow(tr("&Width"), widthRow);
    form->addRow(tr("&Text size"), fontPt_);
    form->addRow(tr("&Resolution"), dpi_);
    form->addRow(tr("&Background"), theme_);
    form->addRow(tr("T&itle"), title_);
    form->addRow(legend_);
    form->addRow(caption_);
    form->addRow(grid_);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &FigureDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(browse, &QPushButton::clicked, this, &FigureDialog::browse);
    connect(width_, &QComboBox::currentIndexChanged, this, [this] {
        if (const double mm = width_->currentData().toDouble(); mm > 0) widthMm_->setValue(mm);
    });
    connect(widthMm_, &QDoubleSpinBox::valueChanged, this, [this](double mm) {
        if (width_->currentData().toDouble() != mm && width_->currentData().toDouble() > 0)
            width_->setCurrentIndex(width_->count() - 1);
    });
}

QString FigureDialog::path() const {
    const QString path = path_->text().trimmed();
    return QFileInfo(path).suffix().isEmpty() && !path.isEmpty() ? path + QStringLiteral(".svg") : path;
}

void FigureDialog::setPath(const QString& path) {
    path_->setText(path);
}

void FigureDialog::browse() {
    const QString chosen =
        QFileDialog::getSaveFileName(this, tr("Export Figure"), path(), tr("Figures (*.svg *.pdf *.png)"));
    if (!chosen.isEmpty()) path_->setText(chosen);
}

void FigureDialog::accept() {
    if (const auto fits = checkFigurePath(path().toStdString()); !fits.isOk()) {
        QMessageBox::warning(this, windowTitle(), QString::fromStdString(fits.error().message));
        return path_->setFocus();
    }
    QSettings().setValue(QLatin1String(kFolderSetting), QFileInfo(path()).absolutePath());
    QDialog::accept();
}

FigureOptions FigureDialog::options() const {
    FigureOptions options;
    options.widthMm = widthMm_->value();
    options.fontPt = fontPt_->value();
    options.dpi = dpi_->value();
    options.theme = static_cast<FigureTheme>(theme_->currentData().toInt());
    options.title = title_->text();
    options.switches = switches_;
    options.switches.legend = legend_->isChecked();
    options.switches.caption = caption_->isChecked();
    options.switches.grid = grid_->isChecked();
    return options;
}

}  // namespace tessera
