// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/result.h"

#include <QtTest>
#include <memory>

#include "core/base/shape.h"

using namespace tessera;

class ResultTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void holdsExactlyOneOutcome();
    void cancelledIsNoError();
    void propagatesUnderAnotherType();
    void movesItsValueOut();
    void shapesReadAsText();
};

void ResultTest::holdsExactlyOneOutcome() {
    const Result<int> value = 7;
    QVERIFY(value.isOk() && !value.isError() && !value.isCancelled());
    QCOMPARE(value.value(), 7);
    const Result<int> failed = inputError("no samples; choose one.").within("making a plane");
    QVERIFY(failed.isError() && !failed.isOk());
    QCOMPARE(failed.error().message, std::string("no samples; choose one."));
    QCOMPARE(failed.error().context.front(), std::string("making a plane"));
    QVERIFY(failed.error().kind == ErrorKind::Input);
}

void ResultTest::cancelledIsNoError() {
    const Result<Done> cancelled = Cancelled{};
    QVERIFY(cancelled.isCancelled() && !cancelled.isError() && !cancelled.isOk());
}

void ResultTest::propagatesUnderAnotherType() {
    Result<int> failed = fileError("a.npy is empty.");
    const Result<std::string> handed = std::move(failed).propagate<std::string>();
    QCOMPARE(handed.error().message, std::string("a.npy is empty."));
    Result<int> cancelled = Cancelled{};
    QVERIFY(std::move(cancelled).propagate<std::string>().isCancelled());
}

void ResultTest::movesItsValueOut() {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(3);
    const std::unique_ptr<int> taken = std::move(result).value();
    QCOMPARE(*taken, 3);
}

void ResultTest::shapesReadAsText() {
    QCOMPARE(shapeText({1, 28, 28}), std::string("1 x 28 x 28"));
    QCOMPARE(shapeText({}), std::string("scalar"));
    QCOMPARE(elementCount({3, 4, 5}), 60);
    QCOMPARE(elementCount({}), 1);
}

QTEST_GUILESS_MAIN(ResultTest)
#include "result_test.moc"
