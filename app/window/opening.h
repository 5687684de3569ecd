// SPDX-License-Identifier: GPL-3.0-or-later
// The work behind File > Open, without window or thread: tells models and data apart by content, loads them,
// pairs them with what is already open, and proposes three samples to slice through.
#pragma once

#include <QList>
#include <QString>
#include <QStringList>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/model/model.h"

namespace tessera {

struct OpenRequest {
    QStringList
        sources;  // files, folders, "generate:moons?..."; a .json among them describes a weights-only file
    LoadOptions options;  // for models
    // What is open now, to pair with.
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Dataset> dataset;
};

struct OpenProblem {
    enum class Remedy { None, Architecture, InputShape };
    QString source, sentence;
    Remedy remedy = Remedy::None;
};

struct Opened {
    std::shared_ptr<const Model> model;      // null: none new
    std::shared_ptr<const Dataset> dataset;  // null: none new
    QStringList sources;                     // those that opened
    QList<OpenProblem> problems;
    std::vector<qint64> anchors;  // for the pair that is open afterwards
    QString pair;                 // fingerprint of that pair; empty if one is missing
};

Result<Opened> openSources(const OpenRequest& request, std::stop_token stop, Progress& progress);

// One sample of each of the first three classes, else three spread over the set.
std::vector<qint64> proposeAnchors(const Dataset& dataset);
// The same files give the same text, wherever they lie. Folders count by their listing, not by every file's
// content.
QString pairFingerprint(const Model& model, const Dataset& dataset);
// What the window keeps of data beside a model (null: data alone): anchors where they fit each other, and the
// pair's fingerprint. Reads files: not for the window's thread.
void preparePair(Opened& opened, const Model* model, const Dataset& dataset);
// The sentence without command-line hints such as "(--input-shape 1,28,28)".
QString sentenceForWindow(const std::string& message);

}  // namespace tessera
