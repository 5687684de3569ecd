// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/parameter_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QToolButton>
#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/panels/theme.h"

namespace tessera {

namespace {

// A spin box that shows 1e-11 as such and keeps every digit: QDoubleSpinBox rounds to its decimals.
class NumberBox : public QDoubleSpinBox {
  public:
    explicit NumberBox(bool isWhole) : isWhole_(isWhole) {
        setDecimals(isWhole ? 0 : 17);
        setKeyboardTracking(false);
        setAccelerated(true);
    }
    QString textFromValue(double value) const override {
        return isWhole_ ? QString::number(qint64(value))
                        : QString::fromStdString(parameterText(ParameterValue(value)));
    }
    double valueFromText(const QString& text) const override {
        return QString(text).remove(suffix()).trimmed().toDouble();
    }
    QValidator::State validate(QString& text, int&) const override {
        bool isNumber = false;
        const double value = QString(text).remove(suffix()).trimmed().toDouble(&isNumber);
        if (!isNumber || (isWhole_ && value != std::floor(value))) return QValidator::Intermediate;
        return value < minimum() || value > maximum() ? QValidator::Intermediate : QValidator::Acceptable;
    }
    void fixup(QString& text) const override {
        bool isNumber = false;
        const double given = QString(text).remove(suffix()).trimmed().toDouble(&isNumber);
        text = textFromValue(isNumber ? std::clamp(given, minimum(), maximum()) : value());
    }
    // A tenth of a decade, or one.
    void stepBy(int steps) override {
        if (isWhole_ && std::abs(value()) < 100) return setValue(value() + steps);
        const double step = value() == 0 ? 0.1 : std::pow(10, std::floor(std::log10(std::abs(value())))) / 10;
        setValue(isWhole_ ? std::round(value() + steps * std::max(1.0, step)) : value() + steps * step);
    }

  private:
    bool isWhole_;
};

bool isWhole(const Parameter& parameter) {
    return std::holds_alternative<std::int64_t>(parameter.standard);
}

QString tip(const Parameter& parameter) {
    QString text = QString::fromStdString(parameter.sentence);
    if (hasRange(parameter))
        text += QObject::tr(" From %1 to %2.")
                    .arg(QString::fromStdString(limitText(parameter, parameter.minimum)),
                         QString::fromStdString(limitText(parameter, parameter.maximum)));
    return text + QObject::tr(" Default: %1.").arg(QString::fromStdString(parameterText(parameter.standard)));
}

}  // namespace

ParameterForm::ParameterForm(QWidget* parent) : QWidget(parent), form_(new QFormLayout(this)) {
    form_->setContentsMargins(0, 0, 0, 0);
    form_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form_->setRowWrapPolicy(QFormLayout::WrapLongRows);
    connect(this, &ParameterForm::changed, this, &ParameterForm::showResets);
}

ParameterForm::Row ParameterForm::makeRow(const Parameter& parameter) {
    Row row;
    if (std::holds_alternative<bool>(parameter.standard)) {
        auto* box = new QCheckBox;
        row.control = box;
        row.get = [box] { return ParameterValue(box->isChecked()); };
        row.set = [box](const ParameterValue& value) { box->setChecked(std::get<bool>(value)); };
        connect(box, &QCheckBox::toggled, this, &ParameterForm::changed);
    } else if (!parameter.choices.empty()) {
        auto* list = new QComboBox;
        for (const auto& choice : parameter.choices) list->addItem(QString::fromStdString(choice));
        row.control = list;
        row.get = [list] { return ParameterValue(list->currentText().toStdString()); };
        row.set = [list](const ParameterValue& value) {
            list->setCurrentText(QString::fromStdString(std::get<std::string>(value)));
        };
        connect(list, &QComboBox::currentIndexChanged, this, &ParameterForm::changed);
    } else if (std::holds_alternative<std::string>(parameter.standard)) {
        auto* line = new QLineEdit;
        row.control = line;
        row.get = [line] { return ParameterValue(line->text().toStdString()); };
        row.set = [line](const ParameterValue& value) {
            line->setText(QString::fromStdString(std::get<std::string>(value)));
        };
        connect(line, &QLineEdit::textChanged, this, &ParameterForm::changed);
    } else {
        auto* box = new NumberBox(isWhole(parameter));
        const bool isFree = !hasRange(parameter);
        const double most = isWhole(parameter) ? 9e15 : std::numeric_limits<double>::max();
        box->setRange(isFree ? -most : parameter.minimum, isFree ? most : parameter.maximum);
        if (!parameter.unit.empty()) box->setSuffix(' ' + QString::fromStdString(parameter.unit));
        row.control = box;
        row.get = [box, whole = isWhole(parameter)] {
            return whole ? ParameterValue(std::int64_t(std::llround(box->value())))
                         : ParameterValue(box->value());
        };
        row.set = [box](const ParameterValue& value) {
            const auto* number = std::get_if<double>(&value);
            box->setValue(number ? *number : double(std::get<std::int64_t>(value)));
        };
        connect(box, &QDoubleSpinBox::valueChanged, this, &ParameterForm::changed);
    }
    // Narrower than a long unit or choice asks for: the panel would be cut at its right end instead.
    constexpr int kNarrowest = 80;
    if (!std::holds_alternative<bool>(parameter.standard)) row.control->setMinimumWidth(kNarrowest);
    row.control->setObjectName(QStringLiteral("parameter-") + QString::fromStdString(parameter.name));
    row.control->setAccessibleName(QString::fromStdString(parameter.label));
    row.control->setToolTip(tip(parameter));
    row.control->setWhatsThis(tip(parameter));
    row.reset = new QToolButton;
    row.reset->setIcon(themedIcon(QStringLiteral("undo")));
    row.reset->setIconSize({12, 12});
    row.reset->setAutoRaise(true);
    row.reset->setToolTip(
        tr("Back to the default, %1").arg(QString::fromStdString(parameterText(parameter.standard))));
    row.reset->setAccessibleName(tr("Reset %1").arg(QString::fromStdString(parameter.label)));
    QSizePolicy policy = row.reset->sizePolicy();
    policy.setRetainSizeWhenHidden(true);
    row.reset->setSizePolicy(policy);
    connect(row.reset, &QToolButton::clicked, this,
            [set = row.set, standard = parameter.standard] { set(standard); });
    return row;
}

void ParameterForm::setParameters(std::vector<Parameter> parameters) {
    isFilling_ = true;
    while (form_->rowCount() > 0) form_->removeRow(0);
    rows_.clear();
    parameters_ = std::move(parameters);
    for (const auto& parameter : parameters_) {
        rows_.push_back(makeRow(parameter));
        rows_.back().set(parameter.standard);
        auto* field = new QWidget;
        auto* line = new QHBoxLayout(field);
        line->setContentsMargins(0, 0, 0, 0);
        line->setSpacing(2);
        line->addWidget(rows_.back().control, 1);
        line->addWidget(rows_.back().reset);
        auto* label = new QLabel(QString::fromStdString(parameter.label));
        label->setToolTip(rows_.back().control->toolTip());
        label->setBuddy(rows_.back().control);
        form_->addRow(label, field);
    }
    isFilling_ = false;
    showResets();
    Q_EMIT changed();
}

ParameterMap ParameterForm::values() const {
    ParameterMap values;
    for (std::size_t i = 0; i < rows_.size(); ++i) values[parameters_[i].name] = rows_[i].get();
    return values;
}

void ParameterForm::setValues(const ParameterMap& given) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const auto found = given.find(parameters_[i].name);
        auto value = found == given.end() ? Result<ParameterValue>(parameters_[i].standard)
                                          : checkParameter(parameters_[i], found->second);
        rows_[i].set(value.isOk() ? value.value() : parameters_[i].standard);
    }
}

bool ParameterForm::isStandard() const {
    for (std::size_t i = 0; i < rows_.size(); ++i)
        if (rows_[i].get() != parameters_[i].standard) return false;
    return true;
}

QWidget* ParameterForm::control(const std::string& name) const {
    for (std::size_t i = 0; i < rows_.size(); ++i)
        if (parameters_[i].name == name) return rows_[i].control;
    return nullptr;
}

void ParameterForm::reset() {
    setValues({});
}

void ParameterForm::showResets() {
    if (isFilling_) return;
    for (std::size_t i = 0; i < rows_.size(); ++i)
        rows_[i].reset->setVisible(rows_[i].get() != parameters_[i].standard);
}

}  // namespace tessera
