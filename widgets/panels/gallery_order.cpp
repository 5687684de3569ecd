// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/gallery_order.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <algorithm>
#include <limits>

namespace tessera {

namespace {

std::optional<int> classFromText(const QString& text, const std::vector<std::string>& classNames) {
    for (std::size_t i = 0; i < classNames.size(); ++i)
        if (QString::fromStdString(classNames[i]).compare(text, Qt::CaseInsensitive) == 0)
            return static_cast<int>(i);
    bool isNumber = false;
    const int number = text.toInt(&isNumber);
    if (isNumber && number >= 0 && (classNames.empty() || number < static_cast<int>(classNames.size())))
        return number;
    return std::nullopt;
}

std::optional<int> predictionOf(const Evaluation::Output* evaluation, std::int64_t index) {
    if (!evaluation || index >= static_cast<std::int64_t>(evaluation->predicted.size())) return std::nullopt;
    return evaluation->predicted[static_cast<std::size_t>(index)];
}

bool passes(const GalleryFilter& filter, const GalleryQuery& query, const Dataset& data,
            const Evaluation::Output* evaluation, std::int64_t index) {
    const std::int32_t label = data.label(index);
    if (query.classLabel >= 0 && label != query.classLabel) return false;
    if (filter.label && label != *filter.label) return false;
    if (query.wrongOnly && !isWrong(evaluation, index)) return false;
    if (filter.wrong && isWrong(evaluation, index) != *filter.wrong) return false;
    if (filter.prediction && predictionOf(evaluation, index) != filter.prediction) return false;
    if (filter.confidenceBelow || filter.confidenceAbove) {
        if (!predictionOf(evaluation, index)) return false;
        const double confidence = evaluation->confidence[static_cast<std::size_t>(index)];
        if (filter.confidenceBelow && !(confidence < *filter.confidenceBelow)) return false;
        if (filter.confidenceAbove && !(confidence > *filter.confidenceAbove)) return false;
    }
    if (filter.words.isEmpty()) return true;
    const QString name = QString::fromStdString(data.sampleName(index));
    return std::all_of(filter.words.begin(), filter.words.end(),
                       [&](const QString& word) { return name.contains(word, Qt::CaseInsensitive); });
}

}  // namespace

bool isWrong(const Evaluation::Output* evaluation, std::int64_t index) {
    const auto prediction = predictionOf(evaluation, index);
    if (!prediction) return false;
    const std::int32_t label = evaluation->label[static_cast<std::size_t>(index)];
    return label >= 0 && label != *prediction;
}

GalleryFilter parseGalleryText(const QString& text, const std::vector<std::string>& classNames) {
    static const QRegularExpression term(
        QStringLiteral("^(label|class|pred|prediction|conf|confidence|is)([:=<>])(.+)$"),
        QRegularExpression::CaseInsensitiveOption);
    const auto say = [](const char* sentence, const QString& word) {
        return QCoreApplication::translate("GalleryFilter", sentence).arg(word);
    };
    GalleryFilter filter;
    for (const QString& word : text.split(' ', Qt::SkipEmptyParts)) {
        const auto match = term.match(word);
        if (!match.hasMatch()) {
            filter.words << word;
            continue;
        }
        const QString key = match.captured(1).toLower(), value = match.captured(3);
        const QChar relation = match.captured(2).front();
        if (key.startsWith("conf")) {
            QString number = value;
            const bool isPercent = number.endsWith('%');
            if (isPercent) number.chop(1);
            bool isNumber = false;
            const double limit = number.toDouble(&isNumber) / (isPercent ? 100 : 1);
            if (!isNumber || (relation != '<' && relation != '>'))
                filter.problems << say("Write confidence as conf<0.6 or conf>90%, not '%1'.", word);
            else
                (relation == '<' ? filter.confidenceBelow : filter.confidenceAbove) = limit;
        } else if (key == "is") {
            const QString lower = value.toLower();
            if (lower == "wrong" || lower == "right")
                filter.wrong = lower == "wrong";
            else
                filter.problems << say("Write is:wrong or is:right, not '%1'.", word);
        } else {
            const auto label = classFromText(value, classNames);
            if (!label)
                filter.problems << say("There is no class named '%1'.", value);
            else
                (key.startsWith("pred") ? filter.prediction : filter.label) = label;
        }
    }
    return filter;
}

GalleryOrder galleryOrder(const Dataset& data, const Evaluation::Output* evaluation,
                          const GalleryQuery& query, std::stop_token stop) {
    const GalleryFilter filter = parseGalleryText(query.text, data.classNames());
    GalleryOrder order;
    constexpr std::int64_t kStopEvery = 4096;
    const std::int64_t count = query.subset ? std::ssize(*query.subset) : data.size();
    for (std::int64_t at = 0; at < count; ++at) {
        if (at % kStopEvery == 0 && stop.stop_requested()) return order;
        const std::int64_t index = query.subset ? (*query.subset)[static_cast<std::size_t>(at)] : at;
        if (index < data.size() && passes(filter, query, data, evaluation, index)) order.push_back(index);
    }
    if (query.sort != GallerySort::Index) {
        std::vector<double> keys(static_cast<std::size_t>(data.size()), 0);
        for (const std::int64_t index : order) {
            const auto prediction = predictionOf(evaluation, index);
            // Samples without the key come last in either direction.
            double key = query.descending ? -std::numeric_limits<double>::infinity()
                                          : std::numeric_limits<double>::infinity();
            if (query.sort == GallerySort::Label && data.label(index) >= 0) key = data.label(index);
            if (query.sort == GallerySort::Prediction && prediction) key = *prediction;
            if (query.sort == GallerySort::Confidence && prediction)
                key = evaluation->confidence[static_cast<std::size_t>(index)];
            keys[static_cast<std::size_t>(index)] = key;
        }
        std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
            const double ka = keys[static_cast<std::size_t>(a)], kb = keys[static_cast<std::size_t>(b)];
            return query.descending ? ka > kb : ka < kb;
        });
    } else if (query.descending) {
        std::reverse(order.begin(), order.end());
    }
    return order;
}

}  // namespace tessera
