// SPDX-License-Identifier: GPL-3.0-or-later
// Two-dimensional sets made on request: "generate:NAME?samples=..&noise=..&seed=..".
//
// Equal on every platform: random numbers are SplitMix64 of (seed, sample, draw); uniforms are its upper 53
// bits; noise is the sum of twelve uniforms less six (mean 0, variance 1, no library function in it); and
// coordinates are rounded to 2^-16, so that the last bit of a library's sine does not matter.
#include <charconv>
#include <cmath>
#include <map>
#include <numbers>

#include "core/data/dataset_formats.h"
#include "core/data/stored_dataset.h"

namespace tessera {

namespace {

constexpr std::string_view kScheme = "generate:";

class Random {
  public:
    Random(std::uint64_t seed, std::uint64_t sample) : state_(mix(mix(seed) ^ sample)) {}
    double uniform() {  // [0, 1)
        state_ += 0x9e3779b97f4a7c15ull;
        return static_cast<double>(mix(state_) >> 11) * 0x1p-53;
    }
    double normal() {
        double sum = -6;
        for (int i = 0; i < 12; ++i) sum += uniform();
        return sum;
    }

  private:
    static std::uint64_t mix(std::uint64_t x) {
        x += 0x9e3779b97f4a7c15ull;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
        return x ^ (x >> 31);
    }
    std::uint64_t state_;
};

struct Settings {
    std::string name;
    std::map<std::string, double> values;
    double operator[](const char* key) const { return values.at(key); }
};

struct Point {
    double x, y;
};

// Where sample `i` lies before noise. `along` in (0, 1) runs evenly over the samples of one class.
Point placed(const Settings& settings, int label, double along, Random& random) {
    constexpr double pi = std::numbers::pi;
    if (settings.name == "moons") {
        const double angle = pi * along;
        if (label == 0) return {std::cos(angle), std::sin(angle)};
        return {1 - std::cos(angle), 0.5 - std::sin(angle)};
    }
    if (settings.name == "circles") {
        const double radius = label == 0 ? 1 : 0.5, angle = 2 * pi * along;
        return {radius * std::cos(angle), radius * std::sin(angle)};
    }
    if (settings.name == "spirals") {
        const double angle = 2 * pi * (settings["turns"] * along + label / settings["classes"]);
        return {along * std::cos(angle), along * std::sin(angle)};
    }
    // xor: class 1 where the signs of the two coordinates differ
    const double x = random.uniform(), y = random.uniform();
    const bool left = random.uniform() < 0.5;
    return {left ? -x : x, (left == (label == 0)) ? -y : y};
}

Result<Settings> parse(const std::string& source) {
    const std::string rest = source.substr(kScheme.size());
    const auto question = rest.find('?');
    Settings settings{rest.substr(0, question), {{"samples", 1000}, {"noise", 0.1}, {"seed", 0}}};
    if (settings.name == "spirals")
        settings.values.insert({{"turns", 1.5}, {"classes", 2}});
    else if (settings.name != "moons" && settings.name != "circles" && settings.name != "xor")
        return inputError(source + ": there is no generated set named '" + settings.name +
                          "'; choose moons, circles, spirals or xor.");
    if (settings.name == "spirals") settings.values["noise"] = 0.02;  // its arms lie close together
    std::string query = question == std::string::npos ? "" : rest.substr(question + 1);
    while (!query.empty()) {
        const auto end = query.find('&');
        const std::string item = query.substr(0, end);
        query = end == std::string::npos ? "" : query.substr(end + 1);
        if (item.empty()) continue;
        const auto equals = item.find('=');
        const std::string key = item.substr(0, equals),
                          text = equals == std::string::npos ? "" : item.substr(equals + 1);
        const auto found = settings.values.find(key);
        if (found == settings.values.end()) {
            std::string known;
            for (const auto& [name, value] : settings.values) known += (known.empty() ? "" : ", ") + name;
            return inputError(source + ": '" + key + "' is not a setting of " + settings.name + "; it has " +
                              known + ".");
        }
        const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), found->second);
        if (error != std::errc{} || last != text.data() + text.size() || !std::isfinite(found->second))
            return inputError(source + ": " + key + " is '" + text + "'; give a number.");
    }
    return settings;
}

Result<Done> check(const Settings& settings, const std::string& source) {
    struct Range {
        const char* key;
        double low, high;
        bool whole;
    };
    static constexpr Range ranges[] = {{"samples", 1, 1e7, true},
                                       {"noise", 0, 100, false},
                                       {"seed", 0, 9007199254740992.0, true},
                                       {"turns", 0, 100, false},
                                       {"classes", 2, 100, true}};
    for (const auto& [key, low, high, whole] : ranges) {
        const auto found = settings.values.find(key);
        if (found == settings.values.end()) continue;
        if (found->second < low || found->second > high ||
            (whole && found->second != std::floor(found->second)))
            return inputError(source + ": " + key + " is " + shortNumber(found->second) + "; give a" +
                              (whole ? " whole" : "") + " number from " + shortNumber(low) + " to " +
                              shortNumber(high) + ".");
    }
    return Done{};
}

}  // namespace

OpenedDataset generateDataset(const std::string& source) {
    auto parsed = parse(source);
    if (!parsed.isOk()) return std::move(parsed).error();
    const Settings& settings = parsed.value();
    auto valid = check(settings, source);
    if (!valid.isOk()) return std::move(valid).error();
    DatasetFacts facts;
    facts.size = static_cast<std::int64_t>(settings["samples"]);
    facts.shape = {2};
    facts.path = source;
    facts.format = "generated";
    facts.namePrefix = settings.name;
    const int classes = settings.name == "spirals" ? static_cast<int>(settings["classes"]) : 2;
    for (int c = 0; c < classes; ++c) facts.classNames.push_back(std::to_string(c));
    const auto seed = static_cast<std::uint64_t>(settings["seed"]);
    const double noise = settings["noise"];
    std::vector<float> values(static_cast<std::size_t>(facts.size) * 2);
    facts.labels.resize(static_cast<std::size_t>(facts.size));
    for (std::int64_t i = 0; i < facts.size; ++i) {
        Random random(seed, static_cast<std::uint64_t>(i));
        const int label = static_cast<int>(i % classes);
        const std::int64_t inClass = (facts.size - label + classes - 1) / classes;
        const std::int64_t placeInClass = i / classes;
        const Point point =
            placed(settings, label, (static_cast<double>(placeInClass) + 0.5) / static_cast<double>(inClass),
                   random);
        const auto rounded = [](double value) {
            return static_cast<float>(std::round(value * 65536) / 65536);
        };
        const double noiseX = noise * random.normal(), noiseY = noise * random.normal();
        values[static_cast<std::size_t>(2 * i)] = rounded(point.x + noiseX);
        values[static_cast<std::size_t>(2 * i + 1)] = rounded(point.y + noiseY);
        facts.labels[static_cast<std::size_t>(i)] = label;
    }
    return std::shared_ptr<const Dataset>(
        std::make_shared<MemoryDataset>(std::move(facts), std::move(values)));
}

}  // namespace tessera
