// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/splits.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/base/random.h"
#include "core/data/byte_store.h"

namespace tessera {

namespace {

Result<Done> checkShares(double referenceShare, double testShare) {
    for (const auto& [share, name] :
         {std::pair{referenceShare, "reference share"}, std::pair{testShare, "test share"}})
        if (!(share > 0 && share < 1))
            return inputError("The " + std::string(name) + " is " + shortNumber(share) +
                              "; choose a number between 0 and 1.");
    if (referenceShare + testShare >= 1)
        return inputError("The reference share " + shortNumber(referenceShare) + " and the test share " +
                          shortNumber(testShare) +
                          " leave nothing to train on; choose shares that add up to less than 1.");
    return Done{};
}

Splits givenSplits(const Dataset& data) {
    Splits splits;
    splits.isGiven = true;
    const auto parts = data.parts();
    for (std::int64_t i = 0; i < data.size(); ++i) {
        if (data.label(i) < 0) continue;
        const Part part = parts[static_cast<std::size_t>(i)];
        (part == Part::Train       ? splits.train
         : part == Part::Reference ? splits.reference
                                   : splits.test)
            .push_back(i);
    }
    return splits;
}

Splits stratifiedSplits(const Dataset& data, std::uint64_t seed, double referenceShare, double testShare) {
    std::vector<std::vector<std::int64_t>> ofClass(data.classNames().size());
    for (std::int64_t i = 0; i < data.size(); ++i)
        if (const auto label = data.label(i); label >= 0)
            ofClass[static_cast<std::size_t>(label)].push_back(i);
    Splits splits;
    for (std::size_t label = 0; label < ofClass.size(); ++label) {
        auto& members = ofClass[label];
        Random random(seed, label);
        random.shuffle(std::span(members));
        const auto count = [&](double share) {
            return std::lround(static_cast<double>(members.size()) * share);
        };
        const auto test = members.begin() + count(testShare);
        const auto reference = test + std::min<std::ptrdiff_t>(count(referenceShare), members.end() - test);
        splits.test.insert(splits.test.end(), members.begin(), test);
        splits.reference.insert(splits.reference.end(), test, reference);
        splits.train.insert(splits.train.end(), reference, members.end());
    }
    for (auto* part : {&splits.train, &splits.reference, &splits.test}) std::sort(part->begin(), part->end());
    return splits;
}

}  // namespace

const char* partText(Part part) {
    return part == Part::Train ? "train" : part == Part::Reference ? "reference" : "test";
}

const std::vector<std::int64_t>& Splits::of(Part part) const {
    return part == Part::Train ? train : part == Part::Reference ? reference : test;
}

Result<Splits> splitsOf(const Dataset& data, std::uint64_t seed, double referenceShare, double testShare) {
    if (data.classNames().empty())
        return inputError(data.path().string() + " has no labels; open data with one class per sample.");
    const bool isGiven = !data.parts().empty();
    if (!isGiven)
        if (auto valid = checkShares(referenceShare, testShare); !valid.isOk())
            return std::move(valid).propagate<Splits>();
    Splits splits = isGiven ? givenSplits(data) : stratifiedSplits(data, seed, referenceShare, testShare);
    for (const Part part : {Part::Train, Part::Reference, Part::Test})
        if (splits.of(part).empty())
            return inputError(data.path().string() + " leaves the " + partText(part) + " part without a " +
                              "labelled sample; " +
                              (isGiven ? "give each of train, reference and test some in its split."
                                       : "open more samples, or choose larger shares."));
    return splits;
}

}  // namespace tessera
