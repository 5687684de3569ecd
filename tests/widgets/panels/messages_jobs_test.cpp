// SPDX-License-Identifier: GPL-3.0-or-later
// Messages and jobs as the user sees them.
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QPushButton>
#include <QTest>
#include <QToolButton>
#include <QTreeWidget>
#include <condition_variable>
#include <mutex>

#include "tests/widgets/jobs/until_stopped.h"
#include "widgets/panels/job_indicator.h"
#include "widgets/panels/jobs_panel.h"
#include "widgets/panels/message_bar.h"
#include "widgets/panels/messages_panel.h"

using namespace tessera;

class MessagesJobsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void problemsStayUntilDismissed() {
        MessageLog log;
        QWidget window;
        MessageBar bar(log, &window);
        window.show();
        QVERIFY(!bar.isVisible());
        log.note("Opened a file.");
        QVERIFY(!bar.isVisible());
        log.problem("x.pt is empty; choose another file.");
        QVERIFY(bar.isVisible());
        QCOMPARE(bar.findChild<QLabel*>("messageText")->text(),
                 QString("x.pt is empty; choose another file."));
        log.note("Something else.");
        QVERIFY(bar.isVisible());
        QTest::mouseClick(bar.findChild<QToolButton*>("dismiss"), Qt::LeftButton);
        QVERIFY(!bar.isVisible());
        log.problem("x.pt is empty; choose another file.");  // the same again is news again
        QVERIFY(bar.isVisible());
    }

    void remedyBelongsToItsSentence() {
        MessageLog log;
        QWidget window;
        MessageBar bar(log, &window);
        window.show();
        bool done = false;
        log.problem("A");
        bar.offer("B", "Help", [&] { done = true; });
        QVERIFY(bar.findChild<QPushButton*>()->isHidden());
        bar.offer("A", "Help", [&] { done = true; });
        QTest::mouseClick(bar.findChild<QPushButton*>(), Qt::LeftButton);
        QVERIFY(done);
        QVERIFY(!bar.isVisible());
    }

    void logCountsRepeats() {
        MessageLog log;
        MessagesPanel panel(log);
        for (int i = 0; i < 3; ++i) log.problem("Again.");
        log.note("Other.");
        auto* list = panel.findChild<QTreeWidget*>("messages");
        QCOMPARE(list->topLevelItemCount(), 2);
        QVERIFY(list->topLevelItem(0)->text(2).contains("3 times"));
        panel.copy();
        QVERIFY(QApplication::clipboard()->text().contains("Other."));
    }

    void indicatorShowsAndCancels() {
        JobRunner jobs;
        JobIndicator indicator(jobs);
        indicator.show();
        auto* text = indicator.findChild<QLabel*>("jobText");
        QCOMPARE(text->text(), QString("Ready"));
        bool cancelled = false;
        jobs.start<Done>(this, "job", "Exact regions", JobLane::Heavy, untilStopped,
                         [&](Result<Done> result) { cancelled = result.isCancelled(); });
        QTRY_VERIFY(text->text().contains("1,200 of 2,500"));
        QVERIFY(text->text().startsWith("Exact regions"));
        jobs.start<Done>(this, "hover", "", JobLane::Interactive, untilStopped, [](Result<Done>) {});
        QTRY_VERIFY(text->text().startsWith("Exact regions"));  // jobs without a title are not shown
        QTest::mouseClick(indicator.findChild<QToolButton*>("cancelJob"), Qt::LeftButton);
        QTRY_VERIFY(cancelled);
        QCOMPARE(text->text(), QString("Ready"));
    }

    void panelListsRunningWaitingAndFailed() {
        JobRunner jobs;
        JobsPanel panel(jobs);
        panel.show();
        auto* list = panel.findChild<QTreeWidget*>("jobs");
        jobs.start<Done>(
            this, "bad", "Opening x.pt", JobLane::Heavy,
            [](std::stop_token, Progress&) -> Result<Done> {
                return fileError("x.pt is empty; choose another file.");
            },
            [](Result<Done>) {});
        QTRY_VERIFY(list->topLevelItemCount() == 1 && list->topLevelItem(0)->text(1) == "failed");
        QCOMPARE(list->topLevelItem(0)->text(2), QString("x.pt is empty; choose another file."));
        jobs.start<Done>(this, "1", "First", JobLane::Heavy, untilStopped, [](Result<Done>) {});
        jobs.start<Done>(this, "2", "Second", JobLane::Heavy, untilStopped, [](Result<Done>) {});
        QTRY_COMPARE(list->topLevelItemCount(), 3);
        QCOMPARE(list->topLevelItem(0)->text(1), QString("running"));
        QCOMPARE(list->topLevelItem(1)->text(1), QString("waiting"));
        list->setCurrentItem(list->topLevelItem(1));
        QTest::mouseClick(panel.findChildren<QPushButton*>().at(0), Qt::LeftButton);
        QTRY_COMPARE(jobs.jobs().at(1).state, JobInfo::State::Cancelled);
        QTest::mouseClick(panel.findChildren<QPushButton*>().at(1), Qt::LeftButton);
        QTRY_VERIFY(!jobs.isBusy());
    }

    void stepsAreChildrenOfTheirJob() {
        JobRunner jobs;
        JobsPanel panel(jobs);
        panel.show();
        auto* list = panel.findChild<QTreeWidget*>("jobs");
        jobs.start<Done>(
            this, "steps", "Local geometry", JobLane::Heavy,
            [](std::stop_token stop, Progress& progress) -> Result<Done> {
                progress.beginStep(1, 2, "measuring samples");
                progress.beginStep(2, 2, "walking to the boundary");
                return untilStopped(stop, progress);
            },
            [](Result<Done>) {});
        QTRY_VERIFY(list->topLevelItemCount() == 1 && list->topLevelItem(0)->childCount() == 2);
        auto* job = list->topLevelItem(0);
        QVERIFY(job->isExpanded());
        QCOMPARE(job->text(2), QString::fromUtf8("step 2 of 2 · 1,200 of 2,500 · refining conv2"));
        QCOMPARE(job->child(0)->text(0), QString("1 of 2: measuring samples"));
        QCOMPARE(job->child(0)->text(1), QString("done"));
        QCOMPARE(job->child(1)->text(1), QString("running"));
        list->setCurrentItem(job->child(1));  // a step stands for its job
        QTest::mouseClick(panel.findChildren<QPushButton*>().at(0), Qt::LeftButton);
        QTRY_VERIFY(!jobs.isBusy());
        QCOMPARE(list->topLevelItem(0)->child(1)->text(1), QString("cancelled"));
    }

    void sharesAreWrittenAsSuch() {
        JobInfo job;
        job.state = JobInfo::State::Running;
        job.what = "refining conv2";
        job.done = 4321, job.total = 10000, job.isShare = true;
        QCOMPARE(jobProgressText(job), QString::fromUtf8("43 % · refining conv2"));
        job.isShare = false, job.perSecond = 310.4;
        QCOMPARE(jobProgressText(job),
                 QString::fromUtf8("4,321 of 10,000 · 310 per second · refining conv2"));
    }

    void durations() {
        QCOMPARE(durationText(340), QString("0.3 s"));
        QCOMPARE(durationText(12'400), QString("12 s"));
        QCOMPARE(durationText(200'000), QString("3 min 20 s"));
        QCOMPARE(durationText(7'500'000), QString("2 h 5 min"));
    }
};

QTEST_MAIN(MessagesJobsTest)
#include "messages_jobs_test.moc"
