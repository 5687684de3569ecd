// SPDX-License-Identifier: GPL-3.0-or-later
// A labelled set of samples, immutable and thread-safe. Opening reads headers and labels; samples are read on
// request, so 100,000 images open at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/shape.h"

namespace tessera {

// What a sample is for; a file may say so by itself (see splits.h).
enum class Part : std::uint8_t { Train, Reference, Test };

class Dataset {
  public:
    virtual ~Dataset() = default;
    virtual std::int64_t size() const = 0;
    // {C, H, W} for images (channels first), {D} for vectors.
    virtual const Shape& sampleShape() const = 0;
    // Class names by label; made up ("0", "1", ...) where the format has none. Empty: the set has no labels.
    virtual const std::vector<std::string>& classNames() const = 0;
    virtual std::int32_t label(std::int64_t index) const = 0;  // -1: not labelled
    // The file's own split, one entry a sample; empty: it has none.
    virtual std::span<const Part> parts() const { return {}; }
    virtual std::string sampleName(std::int64_t index) const = 0;  // "t2k #17", "bird/0034.jpg"
    // Values of the given samples, row-major indices.size() x elementCount(sampleShape()), 8-bit pixels
    // scaled to 0..1, not normalised. Any thread.
    virtual Result<Done> read(std::span<const std::int64_t> indices, float* out) const = 0;
    // The raw items behind the rows, where the rows are values computed from something else (embeddings): the
    // same number in the same order, item i being what row i was computed from. Null: the rows are all there
    // is. To be shown wherever a sample is; a point of the rows' space has no item. An item that cannot be
    // read fails alone.
    virtual std::shared_ptr<const Dataset> items() const { return nullptr; }
    virtual const std::string& format() const = 0;  // "IDX", "image folder", ...
    virtual const std::filesystem::path& path() const = 0;
    // 0..1 pixel data (thumbnails are drawn from it), as opposed to plain numbers.
    virtual bool isImage() const { return sampleShape().size() == 3; }
    virtual std::vector<std::filesystem::path> sourceFiles() const { return {path()}; }
    virtual std::vector<std::string> notes() const { return {}; }  // guesses made while opening, in words
};

// Per-channel (input - mean) / std, kept with a model-data pair. Empty: none. One entry applies to all
// channels (or all features).
struct Normalisation {
    std::vector<double> mean, std;
    bool isIdentity() const { return mean.empty() && std.empty(); }
    bool operator==(const Normalisation&) const = default;
};
Result<Done> validateNormalisation(const Normalisation& normalisation, const Shape& sampleShape);
// In place on count x elementCount(shape) values.
void normalise(const Normalisation& normalisation, const Shape& sampleShape, std::int64_t count,
               float* values);
// Back to 0..1 for showing an input as a picture.
void denormalise(const Normalisation& normalisation, const Shape& sampleShape, std::int64_t count,
                 double* values);

struct DataOptions {
    std::string labelColumn;  // CSV; empty: "label", "class", "target" or "y", else the last column that is
                              // not a number
    Shape sampleShape;        // reshape flat rows (CSV, npy) to this; empty: as stored
    bool withItems = true;    // look for the raw items that the file names
};

// Opens any supported file or folder by content: IDX(.gz), image folder, .npy, .npz, CSV, CIFAR binary, or a
// generated set named "generate:moons?samples=1000&noise=0.1&seed=7" (moons, circles, spirals, xor).
Result<std::shared_ptr<const Dataset>> openDataset(const std::string& source,
                                                   const DataOptions& options = {});

// Says in words whether model inputs of `modelInput` can be fed from samples of `sample`: equal, or equal up
// to flattening / adding a channel of one. Empty string: fits. `path` names the data in the sentence.
std::string shapeMismatch(const Shape& modelInput, const Shape& sample, const std::string& path);
std::string classCountMismatch(int modelClasses, const Dataset& data);  // empty: fits

}  // namespace tessera
