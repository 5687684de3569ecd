// SPDX-License-Identifier: GPL-3.0-or-later
// A bundled model and its data, opened the way the window does.
#pragma once

#include <QtTest>

#include "widgets/jobs/job_runner.h"
#include "widgets/views/slice_view.h"
#include "widgets/workspace.h"

namespace tessera::test {

inline std::shared_ptr<const Model> sampleModel(const char* name) {
    auto model = loadModel(std::string(TESSERA_SAMPLES) + "/" + name);
    if (!model.isOk()) qFatal("%s", model.error().message.c_str());
    return model.value();
}

inline std::shared_ptr<const Dataset> sampleData(const char* name) {
    auto data = openDataset(std::string(TESSERA_SAMPLES) + "/" + name);
    if (!data.isOk()) qFatal("%s", data.error().message.c_str());
    return data.value();
}

inline void openDigits(Workspace& workspace, std::vector<qint64> anchors = {2, 10, 8}) {
    workspace.open(sampleModel("mnist_mlp.pt"), sampleData("mnist-images-idx3-ubyte.gz"),
                   {{0.1307}, {0.3081}}, std::move(anchors));
}

inline void openSpiral(Workspace& workspace) {
    workspace.open(sampleModel("spiral_mlp.pt"), sampleData("spiral.csv"), {}, {801, 802, 800});
}

// A window with a slice view in it.
struct Opened {
    Workspace workspace;
    JobRunner jobs;
    SliceView view{workspace, jobs};

    explicit Opened(const QSize& size = {800, 600}) {
        view.resize(size);
        view.show();
    }
    bool settle(int ms = 30'000) {
        return QTest::qWaitFor([&] { return view.isUpToDate(); }, ms);
    }
};

}  // namespace tessera::test
