// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/probes/small_models_torch.h"

#include <Eigen/Dense>
#include <QtTest>
#include <random>

#include "core/numerics/principal_directions.h"
#include "widgets/panels/fake_dataset.h"
#include "widgets/views/input_picture.h"
#include "widgets/views/nearby_samples.h"
#include "widgets/views/slice_recipe.h"

using namespace tessera;

namespace {

// Gaussian samples of a given spread, class by the sign of the first coordinate.
class CloudDataset final : public Dataset {
  public:
    CloudDataset(int size, int dimension) : names_{"low", "high"}, shape_{dimension} {
        std::mt19937 random(3);
        std::normal_distribution<double> normal;
        values_.resize(dimension, size);
        for (int i = 0; i < size; ++i)
            for (int d = 0; d < dimension; ++d)
                values_(d, i) = static_cast<float>(normal(random) / (1 + d) + 0.5);
    }
    std::int64_t size() const override { return values_.cols(); }
    const Shape& sampleShape() const override { return shape_; }
    const std::vector<std::string>& classNames() const override { return names_; }
    std::int32_t label(std::int64_t i) const override { return values_(0, i) > 0.5 ? 1 : 0; }
    std::string sampleName(std::int64_t i) const override { return "point " + std::to_string(i); }
    Result<Done> read(std::span<const std::int64_t> indices, float* out) const override {
        for (const auto i : indices) out = std::copy(values_.col(i).begin(), values_.col(i).end(), out);
        return Done{};
    }
    const std::string& format() const override { return format_; }
    const std::filesystem::path& path() const override { return path_; }
    Eigen::MatrixXf values_;

  private:
    std::vector<std::string> names_;
    Shape shape_;
    std::string format_ = "cloud";
    std::filesystem::path path_ = "cloud.npz";
};

}  // namespace

class SliceRecipeTest : public QObject {
    Q_OBJECT
    std::shared_ptr<const Model> model_ = test::randomMlp({6, 8, 2}, 1);
    std::shared_ptr<CloudDataset> data_ = std::make_shared<CloudDataset>(600, 6);

    PlaneSource source(std::vector<qint64> anchors) const { return {model_, data_, {}, std::move(anchors)}; }
    static Result<BuiltPlane> build(const PlaneSource& source, const PlaneRecipe& recipe) {
        NoProgress none;
        return buildPlane(source, recipe, {}, none);
    }
    static void verifyOrthonormal(const SlicePlane& plane) {
        QVERIFY(std::abs(plane.u.norm() - 1) < 1e-12 && std::abs(plane.v.norm() - 1) < 1e-12 &&
                std::abs(plane.u.dot(plane.v)) < 1e-12);
    }

  private Q_SLOTS:
    void planesGoThroughTheirAnchors_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("completion");
        for (const int count : {1, 2, 3})
            for (const int completion : {0, 1})
                QTest::addRow("%d anchors, completion %d", count, completion) << count << completion;
    }
    void planesGoThroughTheirAnchors() {
        QFETCH(int, count);
        QFETCH(int, completion);
        std::vector<qint64> anchors{5, 77, 301};
        anchors.resize(static_cast<std::size_t>(count));
        PlaneRecipe recipe;
        recipe.completion = static_cast<PlaneCompletion>(completion);
        const auto built = build(source(anchors), recipe);
        QVERIFY(built.isOk());
        const SlicePlane& plane = built.value().plane;
        verifyOrthonormal(plane);
        for (const auto& anchor : built.value().anchors) {
            QVERIFY(plane.offPlaneDistance(anchor.input) < 1e-9);
            const Eigen::Vector2d p = plane.pointInSlice(anchor.input);
            QVERIFY(p.x() > plane.window[0].x() && p.x() < plane.window[2].x() &&
                    p.y() > plane.window[0].y() && p.y() < plane.window[2].y());
        }
        // And the same again.
        QCOMPARE(build(source(anchors), recipe).value().plane.v, plane.v);
        // What to tilt towards leaves the plane at a right angle.
        for (const auto& outward : built.value().outward) {
            QVERIFY(std::abs(outward.norm() - 1) < 1e-9);
            QVERIFY(std::abs(outward.dot(plane.u)) < 1e-9 && std::abs(outward.dot(plane.v)) < 1e-9);
        }
        QVERIFY(std::abs(built.value().outward[0].dot(built.value().outward[1])) < 1e-9);
    }
    void otherConstructions() {
        PlaneRecipe recipe;
        recipe.kind = PlaneKind::ClassDifference;
        recipe.classA = 0;
        recipe.classB = 1;
        const auto between = build(source({}), recipe);
        QVERIFY(between.isOk());
        verifyOrthonormal(between.value().plane);
        Eigen::VectorXd mean0 = Eigen::VectorXd::Zero(6), mean1 = mean0;
        int n0 = 0, n1 = 0;
        for (int i = 0; i < 600; ++i)
            data_->label(i) ? (mean1 += data_->values_.col(i).cast<double>(), ++n1)
                            : (mean0 += data_->values_.col(i).cast<double>(), ++n0);
        QVERIFY(between.value().plane.u.dot((mean1 / n1 - mean0 / n0).normalized()) > 1 - 1e-9);

        recipe.kind = PlaneKind::PrincipalComponents;
        const auto principal = build(source({}), recipe);
        QVERIFY(principal.isOk());
        // The cloud's spread falls with the coordinate: the first two axes are nearly its first two.
        QVERIFY(principal.value().plane.u.head(2).norm() > 0.97 &&
                principal.value().plane.v.head(2).norm() > 0.9);

        recipe.kind = PlaneKind::Random;
        recipe.seed = 9;
        const auto random = build(source({4}), recipe);
        QVERIFY(random.isOk() &&
                random.value().plane.offPlaneDistance(data_->values_.col(4).cast<double>()) < 1e-9);
        recipe.seed = 10;
        QVERIFY((build(source({4}), recipe).value().plane.u - random.value().plane.u).norm() > 0.1);

        recipe.kind = PlaneKind::Pasted;
        recipe.pasted = random.value().plane;
        QCOMPARE(build(source({}), recipe).value().plane.u, random.value().plane.u);
        recipe.pasted->inputShape = {7};
        QVERIFY(build(source({}), recipe).isError());
    }
    void twoDimensionalInputsAreTheirOwnPlane() {
        auto flat = std::make_shared<CloudDataset>(100, 2);
        const auto built = build({test::randomMlp({2, 8, 2}, 1), flat, {}, {}}, {});
        QVERIFY(built.isOk());
        QCOMPARE(Eigen::Vector2d(built.value().plane.u), Eigen::Vector2d(1, 0));
        for (int i = 0; i < 100; ++i) {
            const Eigen::Vector2d p = built.value().plane.pointInSlice(flat->values_.col(i).cast<double>());
            QVERIFY(p.x() > built.value().plane.window[0].x() && p.y() < built.value().plane.window[2].y());
        }
    }
    void refusalsAreSentences() {
        QVERIFY(build(source({}), {}).isError());
        QVERIFY(QString::fromStdString(build(source({5, 5, 5}), {}).error().message).contains("equal"));
        QVERIFY(QString::fromStdString(build(source({5, 5}), {}).error().message).contains("same point"));
        QVERIFY(QString::fromStdString(build(source({6000}), {}).error().message).contains("6000"));
        PlaneRecipe recipe;
        recipe.kind = PlaneKind::ClassDifference;
        recipe.classB = 7;
        QVERIFY(QString::fromStdString(build(source({}), recipe).error().message)
                    .contains("no samples of class 7"));
    }
    void movedAnchorsBendTheNextPlane() {
        PlaneRecipe recipe;
        recipe.moved[1] = Eigen::VectorXd::Constant(6, 3.5);
        const auto built = build(source({5, 77, 301}), recipe);
        QVERIFY(built.isOk());
        QVERIFY(built.value().plane.offPlaneDistance(recipe.moved[1]) < 1e-9);
        QVERIFY(built.value().anchors[1].isMoved && built.value().anchors[1].name.contains("moved"));
    }
    void turningKeepsTheCentre() {
        const auto built = build(source({5, 77, 301}), {});
        const Eigen::Vector2d centre = windowCentre(built.value().plane);
        const Eigen::VectorXd there = built.value().plane.inputFromSlice(centre);
        for (const SliceTurn turn :
             {SliceTurn{0.7, 0, 0}, SliceTurn{0, 0.4, 0}, SliceTurn{0, 0, -0.3}, SliceTurn{2, 0.5, 0.9}}) {
            const SlicePlane plane = turned(built.value(), turn);
            verifyOrthonormal(plane);
            QVERIFY((plane.inputFromSlice(centre) - there).norm() < 1e-9);
        }
        // A tilt alone: the angle between old and new t axis is the tilt, and s stays.
        const SlicePlane tilted = turned(built.value(), {0, 0.4, 0});
        QVERIFY(std::abs(tilted.v.dot(built.value().plane.v) - std::cos(0.4)) < 1e-12);
        QVERIFY((tilted.u - built.value().plane.u).norm() < 1e-12);
        const SlicePlane second = turned(built.value(), {0, 0, 0.3});
        QVERIFY((second.v - built.value().plane.v).norm() < 1e-12);
        QVERIFY(std::abs(second.u.dot(built.value().plane.u) - std::cos(0.3)) < 1e-12);
        QVERIFY(tilted.offPlaneDistance(built.value().anchors[0].input) > 1e-3);
    }
    void nearbySamplesAreTheNearest() {
        const PlaneSource inputs = source({5, 77, 301});
        const auto built = build(inputs, {});
        NoProgress none;
        const auto found = findNearbySamples(inputs, built.value().plane, {}, none);
        QVERIFY(found.isOk());
        QCOMPARE(found.value().markers.size(), 597u);  // without the anchors
        double last = 0;
        for (const auto& marker : found.value().markers) {
            const Eigen::VectorXd input = data_->values_.col(marker.sample).cast<double>();
            QVERIFY(std::abs(marker.offPlane - built.value().plane.offPlaneDistance(input)) < 1e-9);
            QVERIFY((marker.position - built.value().plane.pointInSlice(input)).norm() < 1e-9);
            QCOMPARE(marker.label, data_->label(marker.sample));
            QVERIFY(marker.offPlane >= last);
            last = marker.offPlane;
        }
        const auto some = nearestWithin(found.value().markers, {-10, -10}, {10, 10}, 7);
        QCOMPARE(some.size(), 7u);
        QCOMPARE(nearestWithin(found.value().markers, {50, 50}, {60, 60}, 7).size(), 0u);
    }
    void stoppingIsHeard() {
        std::stop_source stop;
        stop.request_stop();
        NoProgress none;
        QVERIFY(buildPlane(source({5}), {}, stop.get_token(), none).isCancelled());
        QVERIFY(findNearbySamples(source({5}), build(source({5}), {}).value().plane, stop.get_token(), none)
                    .isCancelled());
    }
    void subsetsAreSpreadAndRepeatable() {
        const auto chosen = subset(1'000'000, 100, 4);
        QCOMPARE(chosen, subset(1'000'000, 100, 4));
        QCOMPARE(chosen.size(), 100u);
        for (std::size_t i = 0; i < chosen.size(); ++i)
            QVERIFY(chosen[i] / 10'000 == static_cast<std::int64_t>(i));
        QCOMPARE(subset(3, 10, 1), (std::vector<std::int64_t>{0, 1, 2}));
    }
    void principalDirectionsOfALine() {
        Eigen::MatrixXd data(50, 20);  // more dimensions than samples
        const Eigen::VectorXd along = Eigen::VectorXd::LinSpaced(50, -1, 2);
        for (int i = 0; i < 20; ++i) data.col(i) = along * (i - 9.5) + Eigen::VectorXd::Constant(50, 4);
        const auto directions = principalDirections(data, 4);
        QCOMPARE(directions.axes.cols(), 1);
        QVERIFY(std::abs(std::abs(directions.axes.col(0).dot(along.normalized())) - 1) < 1e-9);
        QVERIFY(std::abs(directions.extent - 9.5 * along.norm()) < 1e-6);
    }
    void picturesComeBack() {
        const Normalisation normalisation{{0.5, 0.25, 0.1}, {0.5, 0.25, 0.2}};
        Eigen::VectorXd input(3 * 2 * 2);
        for (int i = 0; i < 12; ++i)
            input[i] = (i / 11.0 - normalisation.mean[static_cast<std::size_t>(i / 4)]) /
                       normalisation.std[static_cast<std::size_t>(i / 4)];
        const QImage image = inputPicture(input, {3, 2, 2}, normalisation);
        QCOMPARE(image.pixel(1, 0), qRgb(static_cast<int>(std::lround(255 / 11.0)),
                                         static_cast<int>(std::lround(5 * 255 / 11.0)),
                                         static_cast<int>(std::lround(9 * 255 / 11.0))));
        QVERIFY(inputPicture(input, {12}, {}).isNull());
        QVERIFY(pictureShape({784}, nullptr).empty());
        const FakeDataset images(4, {1, 28, 28}, 2);
        QCOMPARE(pictureShape({784}, &images), (Shape{1, 28, 28}));
    }
};

QTEST_GUILESS_MAIN(SliceRecipeTest)
#include "slice_recipe_test.moc"
