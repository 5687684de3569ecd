// SPDX-License-Identifier: GPL-3.0-or-later
// The table of heads follows their training: the states it tells are those that training itself comes to.
#include "widgets/panels/head_runs_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <cmath>

#include "tests/core/heads/head_data.h"

using namespace tessera;

class HeadRunsModelTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void statesAreThoseOfTheTraining() {
        const auto data = test::gaussianClasses(300, 4, 3, 2);
        HeadSweep sweep;
        sweep.seeds = {1, 2, 3};
        sweep.learningRates = {0.03, 1e300};  // the second diverges
        sweep.base.epochs = 40;
        sweep.base.patience = 4;
        const auto recipes = recipesOf(sweep);
        HeadRunsModel model;
        const QAbstractItemModelTester tester(&model);
        model.begin(recipes);
        NoProgress progress;
        const auto training =
            trainHeads(data, recipes, 2, {}, progress, [&](std::size_t head, const EpochPoint& point) {
                model.add(head, point);
            }).value();
        std::vector<HeadRun> live = model.runs();
        std::vector<HeadRunsModel::Outcome> outcomes;
        for (const auto& trained : training.heads) outcomes.push_back({&trained, 0.5, "file"});
        for (std::size_t i = 0; i < live.size(); ++i) {
            const TrainedHead& trained = training.heads[i];
            QVERIFY(trained.isComplete);
            QVERIFY(live[i].state == HeadRun::State::Trained);  // told before the end
            QCOMPARE(live[i].epochs, std::int64_t(trained.curve.size()));
            QCOMPARE(live[i].bestEpoch, trained.bestEpoch);
        }
        model.finish(outcomes);
        for (std::size_t i = 0; i < live.size(); ++i) {
            const HeadRun& done = model.runs()[i];
            QCOMPARE(done.epochs, live[i].epochs);
            QCOMPARE(done.points.size(), live[i].points.size());
        }
        QVERIFY(!model.runs()[1].note.isEmpty());
    }

    void outcomesHaveTheirStates() {
        std::vector<HeadRecipe> recipes(3);
        HeadRunsModel model;
        model.begin(recipes);
        TrainedHead whole, part;
        whole.isComplete = true;
        part.curve = {{0, 1, 1, 0.25}, {1, 0.5, 1, 0.5}};
        part.bestEpoch = 1;
        QSignalSpy changed(&model, &HeadRunsModel::dataChanged);
        model.finish({{&whole, 0.75, "a"}, {&part, std::nan(""), "b"}, {&whole, std::nan(""), ""}});
        QCOMPARE(changed.size(), qsizetype(1));
        const auto cell = [&](int row, int column) { return model.index(row, column).data().toString(); };
        QCOMPARE(cell(0, HeadRunsModel::StateColumn), headRunStateText(HeadRun::State::Trained));
        QCOMPARE(cell(0, HeadRunsModel::TestColumn), QLocale().toString(0.75, 'f', 4));
        QCOMPARE(cell(1, HeadRunsModel::StateColumn), headRunStateText(HeadRun::State::Stopped));
        QCOMPARE(cell(1, HeadRunsModel::ValidationColumn), QLocale().toString(0.5, 'f', 4));
        QCOMPARE(cell(1, HeadRunsModel::EpochsColumn), QString("2"));
        QCOMPARE(cell(1, HeadRunsModel::LossColumn), QLocale().toString(0.5));  // of the last epoch
        QCOMPARE(cell(1, HeadRunsModel::TestColumn), QString("–"));
        QCOMPARE(cell(2, HeadRunsModel::StateColumn), headRunStateText(HeadRun::State::Nothing));
        model.abandon();
        QCOMPARE(cell(0, HeadRunsModel::StateColumn), headRunStateText(HeadRun::State::Nothing));
    }

    // A million epochs take no more room than a screen can show, and the last one is among them.
    void longCurvesAreThinned() {
        HeadRunsModel model;
        HeadRecipe recipe;
        recipe.epochs = 1'000'000;
        recipe.patience = 1'000'000;
        model.begin({recipe});
        for (std::int64_t e = 0; e < 100'000; ++e) model.add(0, {e, 1, 1, e == 7 ? 0.9 : 0.5});
        const auto curve = model.curves().front();
        QVERIFY(curve.points.size() > 500 && curve.points.size() <= 2049);
        QCOMPARE(curve.points.back().epoch, std::int64_t(99'999));
        QCOMPARE(curve.bestEpoch, std::int64_t(7));
        for (std::size_t i = 1; i < curve.points.size(); ++i)
            QVERIFY(curve.points[i].epoch > curve.points[i - 1].epoch);
    }

    void curvesAreNamedByWhatVaries() {
        HeadSweep sweep;
        sweep.seeds = {42, 43};
        HeadRunsModel model;
        model.begin(recipesOf(sweep));
        QCOMPARE(model.curves()[1].name, QString("seed 43"));
        sweep.learningRates = {0.001, 0.01};
        sweep.weightDecays = {0, 0.0001};
        model.begin(recipesOf(sweep));
        QCOMPARE(model.curves()[6].name, QString("seed 43 lr 0.01 wd 0"));
        model.begin({HeadRecipe()});
        QCOMPARE(model.curves()[0].name, QString::fromStdString(recipeText(HeadRecipe())));
    }
};

QTEST_MAIN(HeadRunsModelTest)
#include "head_runs_model_test.moc"
