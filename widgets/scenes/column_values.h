// SPDX-License-Identifier: GPL-3.0-or-later
// A column of a table as numbers that can be drawn, and as text that can be read.
#pragma once

#include <QStringList>
#include <vector>

#include "core/base/record.h"
#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/plot_axis.h"

namespace tessera {

// Text becomes 0, 1, 2, ... with the distinct texts, sorted, as categories; empty text is NaN.
struct ColumnNumbers {
    std::vector<double> values;
    QStringList categories;  // of text only
};
ColumnNumbers columnNumbers(const Column& column);

// Whether the table has a column of real numbers of that name with a finite one in it.
bool hasNumbers(const Table& table, const char* name);

// Whether its values name classes or other kinds, to be told apart by colour and not by magnitude: text of
// few kinds, or whole numbers in a column named label, predicted, class, ... or ..._label, ..._class.
bool namesClasses(const Column& column);
// The names of 0, 1, 2, ... of such a column: its own texts, else those of the classes.
QStringList classNamesOf(const Column& column, const ColumnNumbers& numbers, const SceneContext& context);

// Of the kind at a place among `count`: outcomes of a search keep their colours, whichever occur.
QColor kindColour(const QString& name, int kind, int count);

// Label, unit and, for kinds, names; the range that holds all values.
PlotAxis axisOf(const Column& column, const ColumnNumbers& numbers, const SceneContext& context,
                bool logarithmic);
// "Margin (logits)"
QString titleWithUnit(const Column& column);
// As a table shows it: "0.4183", "1.5×10⁻⁷", empty for a missing value.
QString cellText(const Column& column, std::size_t row);

// True where the columns "label" and "predicted" agree; empty if the table has not both.
std::vector<unsigned char> correctRows(const Table& table);

}  // namespace tessera
