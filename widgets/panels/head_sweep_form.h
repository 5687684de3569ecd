// SPDX-License-Identifier: GPL-3.0-or-later
// Which heads are trained: methods, the lists that a sweep goes through, head scale, and the rest.
#pragma once

#include <QWidget>
#include <vector>

#include "core/heads/train_heads.h"

class QCheckBox;
class QLabel;
class QLineEdit;

namespace tessera {

class ParameterForm;

class HeadSweepForm : public QWidget {
    Q_OBJECT
  public:
    explicit HeadSweepForm(QWidget* parent = nullptr);
    // Empty while something is wrong.
    const std::vector<HeadRecipe>& recipes() const { return recipes_; }
    QString problem() const { return problem_; }  // the first, in one sentence; empty: none

  Q_SIGNALS:
    void changed();

  private:
    struct List {
        QLineEdit* line;
        QLabel* problem;
    };
    List makeList(const char* name, const QString& label, const QString& text, const QString& tip);
    QWidget* makeMethods();
    QWidget* makeLists();
    QWidget* makeScale();
    QWidget* makeMore();
    void check();
    // What the line holds, or the sentence beside it.
    template <typename T, typename Read>
    std::vector<T> read(const List& list, const Read& reader);

    std::vector<QCheckBox*> methods_;  // in the order of kHeadMethods
    List seeds_, rates_, decays_, scale_;
    QWidget* lists_ = nullptr;
    QLabel* methodsProblem_ = nullptr;
    ParameterForm* more_ = nullptr;
    std::vector<HeadRecipe> recipes_;
    QString problem_;
};

}  // namespace tessera
