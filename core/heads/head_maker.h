// SPDX-License-Identifier: GPL-3.0-or-later
// From a request to heads on the disk, opened as models: the work behind the window's training and cutting.
#pragma once

#include <filesystem>
#include <memory>

#include "core/heads/embed.h"
#include "core/heads/head_folder.h"
#include "core/heads/head_table.h"

namespace tessera {

struct MakeHeadsRequest {
    // The data and their split. With a model, heads are over what its layer makes of them; without, over the
    // data themselves.
    EmbedRequest on;
    std::vector<HeadRecipe> recipes;
    std::filesystem::path folder;  // numbered if it is there already
    int threads = 1;
    std::string device = "cpu";  // of the opened models
    EmbedCache cache;
};

struct MadeHead {
    TrainedHead trained;
    LogitQuality test;                   // NaN where there is no head
    std::filesystem::path file;          // empty: nothing came out of it
    std::shared_ptr<const Model> model;  // of the file
};

struct MadeHeads {
    std::filesystem::path folder;
    std::shared_ptr<const Dataset> embeddings;  // that the heads are over
    std::vector<MadeHead> heads;                // one per recipe
};

// A stop request while they are trained keeps what there is: heads that were not trained to their end are
// marked, in the file as well. Before that, and if nothing has come out yet, it gives Cancelled and leaves no
// folder behind.
Result<MadeHeads> makeHeads(const MakeHeadsRequest& request, std::stop_token stop, Progress& progress,
                            const EpochListener& listener = {});

struct CutModelRequest {
    EmbedRequest embed;
    EmbedCache cache;
    std::filesystem::path file;  // .npz; numbered if it is there already
    bool keepHead = false;       // what follows the layer, as a head file beside it
    std::string device = "cpu";
};

struct CutModel {
    Embedded embedded;
    std::filesystem::path file, headFile;
    std::shared_ptr<const Dataset> embeddings;
    std::shared_ptr<const Model> head;  // null: not kept
};
Result<CutModel> cutModel(const CutModelRequest& request, std::stop_token stop, Progress& progress);

}  // namespace tessera
