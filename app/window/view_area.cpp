// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/view_area.h"

#include <QApplication>
#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/window/dock_title.h"
#include "widgets/views/result_view.h"
#include "widgets/views/slice_state.h"

namespace tessera {

namespace {
constexpr int kWideEnough = 640;  // for two views side by side
}

ViewArea::ViewArea(Workspace& workspace, JobRunner& jobs, QWidget* parent)
    : QMainWindow(parent, Qt::Widget), workspace_(workspace), jobs_(jobs) {
    setObjectName(QStringLiteral("viewArea"));
    setDockNestingEnabled(true);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    // Seen only when every view is closed; hidden it leaves all the room to the docks.
    auto* empty = new QWidget;
    auto* rows = new QVBoxLayout(empty);
    auto* text = new QLabel(tr("No view is open."));
    text->setAlignment(Qt::AlignCenter);
    text->setForegroundRole(QPalette::PlaceholderText);
    auto* fresh = new QPushButton(tr("New slice"));
    fresh->setObjectName(QStringLiteral("newSliceButton"));
    connect(fresh, &QPushButton::clicked, this, [this] { addSlice(); });
    rows->addStretch();
    rows->addWidget(text);
    rows->addWidget(fresh, 0, Qt::AlignCenter);
    rows->addStretch();
    setCentralWidget(empty);
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
        for (QDockWidget* dock : std::as_const(docks_))
            if (now && dock->isAncestorOf(now)) return makeCurrent(dock);
    });
    connect(this, &QMainWindow::tabifiedDockWidgetActivated, this, &ViewArea::makeCurrent);
    addSlice();
}

ViewArea::~ViewArea() {
    isClosing_ = true;
    setCurrentSlice(nullptr);
    for (QDockWidget* dock : std::as_const(docks_))
        if (auto* slice = qobject_cast<SliceView*>(dock->widget())) Q_EMIT sliceAboutToClose(slice);
    qDeleteAll(std::exchange(docks_, {}));
}

QList<SliceView*> ViewArea::slices() const {
    QList<SliceView*> views;
    for (QDockWidget* dock : docks_)
        if (auto* view = qobject_cast<SliceView*>(dock->widget())) views << view;
    return views;
}

QString ViewArea::sliceTitle(SliceView* view) const {
    for (QDockWidget* dock : docks_)
        if (dock->widget() == view) return dock->windowTitle();
    return {};
}

SliceView* ViewArea::addSlice(QWidget* inSight) {
    const int number = ++slicesMade_;
    auto* view = new SliceView(workspace_, jobs_);
    view->setObjectName(QStringLiteral("slice-%1").arg(number));
    QDockWidget* dock =
        addDock(view, QStringLiteral("view-slice-%1").arg(number), tr("Slice %1").arg(number), inSight);
    axes_.add(view);
    Q_EMIT sliceAdded(view);
    makeCurrent(dock);
    return view;
}

SliceView* ViewArea::duplicateSlice() {
    SliceView* original = currentSlice_;
    if (!original) return addSlice();
    const SliceState state = sliceState(*original);
    SliceView* copy = addSlice();
    applySliceState(*copy, state);
    return copy;
}

void ViewArea::replaceSlices(int count) {
    setMaximised(false);
    const auto old = docks_;
    for (QDockWidget* dock : old) dock->close();
    slicesMade_ = 0;
    for (int i = 0; i < count; ++i) addSlice();
    if (!docks_.isEmpty()) makeCurrent(docks_.front());
}

QDockWidget* ViewArea::addView(QWidget* view, const QString& name, const QString& title) {
    if (QWidget* open = this->view(name); open && open != view) {
        delete view;
        showView(open);
        return currentDock_;
    }
    QDockWidget* dock = addDock(view, name, title);
    makeCurrent(dock);
    return dock;
}

QWidget* ViewArea::view(const QString& name) const {
    for (QDockWidget* dock : docks_)
        if (dock->objectName() == name) return dock->widget();
    return nullptr;
}

void ViewArea::showView(QWidget* view) {
    for (QDockWidget* dock : docks_)
        if (dock->widget() == view) {
            if (isMaximised() && dock != currentDock_) setMaximised(false);
            dock->show();
            dock->raise();
            makeCurrent(dock);
        }
}

void ViewArea::setViewTitle(QWidget* view, const QString& title) {
    for (QDockWidget* dock : docks_)
        if (dock->widget() == view) dock->setWindowTitle(title);
}

QList<QDockWidget*> ViewArea::docks() const {
    return docks_;
}

QDockWidget* ViewArea::addDock(QWidget* content, const QString& name, const QString& title,
                               QWidget* inSight) {
    setMaximised(false);
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setAttribute(Qt::WA_DeleteOnClose);
    dock->setWidget(content);
    auto* bar = new DockTitle(dock);
    dock->setTitleBarWidget(bar);
    connect(bar, &DockTitle::maximiseRequested, this, [this, dock] {
        makeCurrent(dock);
        setMaximised(!isMaximised());
    });
    connect(dock, &QDockWidget::topLevelChanged, this, [this] { updateTitles(); });
    // The view is still whole here, in contrast to destroyed().
    dock->installEventFilter(this);
    content->installEventFilter(this);
    place(dock, inSight);
    docks_ << dock;
    centralWidget()->hide();
    if (auto* result = qobject_cast<ResultView*>(content)) axes_.add(result);
    updateTitles();
    Q_EMIT viewsChanged();
    return dock;
}

// Beside the only view, or as a tab over the current one: a new view never makes others tiny.
void ViewArea::place(QDockWidget* dock, QWidget* inSight) {
    QDockWidget* beside = currentDock_ && !currentDock_->isFloating() ? currentDock_ : nullptr;
    int docked = 0;
    for (QDockWidget* other : std::as_const(docks_))
        if (!other->isFloating()) {
            ++docked;
            if (!beside || (beside->widget() == inSight && !tabifiedDockWidgets(beside).contains(other)))
                beside = other;
        }
    if (!beside)
        addDockWidget(Qt::TopDockWidgetArea, dock);
    else if ((docked == 1 || beside->widget() == inSight) && width() >= kWideEnough)
        splitDockWidget(beside, dock, Qt::Horizontal);
    else
        tabifyDockWidget(beside, dock);
    if (isVisible()) dock->show();
    dock->raise();
}

void ViewArea::dockClosed(QDockWidget* dock) {
    if (!docks_.removeOne(dock)) return;
    setMaximised(false);
    dock->widget()->removeEventFilter(this);
    auto* slice = qobject_cast<SliceView*>(dock->widget());
    if (currentDock_ == dock) currentDock_ = nullptr;
    if (slice && slice == currentSlice_) {
        const auto left = slices();
        setCurrentSlice(left.isEmpty() ? nullptr : left.back());
    }
    if (slice) Q_EMIT sliceAboutToClose(slice);
    if (!currentDock_ && !docks_.isEmpty()) makeCurrent(docks_.back());
    centralWidget()->setVisible(docks_.isEmpty());
    updateTitles();
    Q_EMIT viewsChanged();
}

void ViewArea::closeCurrent() {
    if (currentDock_) currentDock_->close();
}

void ViewArea::makeCurrent(QDockWidget* dock) {
    if (!dock || !docks_.contains(dock)) return;
    const bool isOther = dock != currentDock_;
    currentDock_ = dock;
    if (auto* slice = qobject_cast<SliceView*>(dock->widget())) setCurrentSlice(slice);
    updateTitles();
    if (isOther) Q_EMIT currentViewChanged();
}

void ViewArea::setCurrentSlice(SliceView* view) {
    if (view == currentSlice_) return;
    currentSlice_ = view;
    axes_.setLeader(view);
    Q_EMIT currentSliceChanged(view);
}

DockTitle* ViewArea::titleOf(QDockWidget* dock) const {
    return dynamic_cast<DockTitle*>(dock->titleBarWidget());
}

// A single view needs no title of its own.
void ViewArea::updateTitles() {
    for (QDockWidget* dock : std::as_const(docks_)) {
        const bool isAlone = docks_.size() == 1 && !dock->isFloating();
        DockTitle* bar = titleOf(dock);
        bar->setVisible(!isAlone);
        bar->setFixedHeight(isAlone ? 0 : bar->sizeHint().height());
        bar->setCurrent(dock == currentDock_ && docks_.size() > 1);
        bar->setMaximised(isMaximised());
    }
}

void ViewArea::setMaximised(bool maximised) {
    if (maximised == isMaximised() || (maximised && (!currentDock_ || currentDock_->isFloating()))) return;
    if (maximised) {
        beforeMaximised_ = saveState();
        for (QDockWidget* dock : std::as_const(docks_))
            if (dock != currentDock_ && !dock->isFloating()) dock->hide();
    } else {
        restoreState(std::exchange(beforeMaximised_, {}));
    }
    updateTitles();
    Q_EMIT maximisedChanged(maximised);
}

bool ViewArea::eventFilter(QObject* watched, QEvent* event) {
    auto* dock = qobject_cast<QDockWidget*>(watched);
    if (dock && event->type() == QEvent::Close && !isClosing_) dockClosed(dock);
    switch (event->type()) {
        case QEvent::MouseButtonPress:
        case QEvent::Wheel:
            for (QDockWidget* held : std::as_const(docks_))
                if (held == dock || held->widget() == watched) {
                    makeCurrent(held);
                    break;
                }
            break;
        default:
            break;
    }
    return QMainWindow::eventFilter(watched, event);
}

}  // namespace tessera
