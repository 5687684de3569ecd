// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/table_filter.h"

#include <QRegularExpression>
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

#include "widgets/scenes/column_values.h"

namespace tessera {

struct TableFilter::Node {
    std::function<bool(std::size_t)> accepts;
};

namespace {

using Test = std::function<bool(std::size_t)>;

struct Token {
    enum class Kind { Word, Text, Number, Sign, End } kind = Kind::End;
    QString text;
    double number = 0;
};

Result<std::vector<Token>> tokensOf(const QString& text) {
    static const QRegularExpression pattern(QString::fromLatin1(
        R"re(\s*(?:"([^"]*)"|'([^']*)'|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])|)re"
        R"re((<=|>=|!=|==|&&|\|\||[<>=~()!])|([^\s<>=~()!&|"']+)))re"));
    std::vector<Token> tokens;
    qsizetype at = 0;
    while (at < text.size()) {
        if (text.mid(at).trimmed().isEmpty()) break;
        const auto match = pattern.match(text, at, QRegularExpression::NormalMatch,
                                         QRegularExpression::AnchorAtOffsetMatchOption);
        if (!match.hasMatch())
            return inputError("The filter is not understood from \"" + text.mid(at).trimmed().toStdString() +
                              "\"; write for example margin < 0.5 and label != predicted.");
        Token token;
        if (match.capturedStart(1) >= 0 || match.capturedStart(2) >= 0)
            token = {Token::Kind::Text, match.captured(1) + match.captured(2)};
        else if (match.capturedStart(3) >= 0)
            token = {Token::Kind::Number, match.captured(3), match.captured(3).toDouble()};
        else if (match.capturedStart(4) >= 0)
            token = {Token::Kind::Sign, match.captured(4)};
        else
            token = {Token::Kind::Word, match.captured(5)};
        tokens.push_back(token);
        at = match.capturedEnd(0);
    }
    tokens.push_back({});
    return tokens;
}

class Parser {
  public:
    Parser(std::vector<Token> tokens, const Table& table, const QStringList& classNames)
        : tokens_(std::move(tokens)), table_(table), classNames_(classNames) {}

    Result<Test> all() {
        auto test = either();
        if (test.isOk() && peek().kind != Token::Kind::End) return unexpected("and, or, or the end");
        return test;
    }

  private:
    const Token& peek() const { return tokens_[at_]; }
    Token take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
    bool takeIf(const char* a, const char* b = "") {
        const QString text = peek().kind == Token::Kind::Text ? QString() : peek().text.toLower();
        if (text.isEmpty() || (text != QLatin1String(a) && text != QLatin1String(b))) return false;
        take();
        return true;
    }
    Error unexpected(const std::string& wanted) const {
        const std::string found =
            peek().kind == Token::Kind::End ? "the end" : "\"" + peek().text.toStdString() + "\"";
        return inputError("The filter has " + found + " where " + wanted +
                          " should be; write for example margin < 0.5 and label != predicted.");
    }
    // Side by side, not one inside the other: there may be any number of them.
    Result<Test> either() {
        std::vector<Test> tests;
        do {
            auto next = both();
            if (!next.isOk()) return next;
            tests.push_back(std::move(next).value());
        } while (takeIf("or", "||"));
        if (tests.size() == 1) return std::move(tests.front());
        return Test([tests = std::move(tests)](std::size_t row) {
            return std::any_of(tests.begin(), tests.end(), [&](const Test& test) { return test(row); });
        });
    }
    Result<Test> both() {
        std::vector<Test> tests;
        do {
            auto next = factor();
            if (!next.isOk()) return next;
            tests.push_back(std::move(next).value());
        } while (takeIf("and", "&&"));
        if (tests.size() == 1) return std::move(tests.front());
        return Test([tests = std::move(tests)](std::size_t row) {
            return std::all_of(tests.begin(), tests.end(), [&](const Test& test) { return test(row); });
        });
    }
    Result<Test> factor() {
        ++depth_;
        auto test = nested();
        --depth_;
        return test;
    }
    Result<Test> nested() {
        if (depth_ > 200) return inputError("The filter has too many brackets; make it shorter.");
        if (takeIf("not", "!")) {
            auto inner = factor();
            if (!inner.isOk()) return inner;
            return Test([a = inner.value()](std::size_t row) { return !a(row); });
        }
        if (takeIf("(")) {
            auto inner = either();
            if (inner.isOk() && !takeIf(")")) return unexpected("a closing bracket");
            return inner;
        }
        return comparison();
    }

    // A side of a comparison: a column, or a constant.
    struct Side {
        const Column* column = nullptr;
        std::shared_ptr<const std::vector<double>> values;  // of a column of numbers
        QString text;
        double number = NAN;
        bool isText() const {
            return column ? std::holds_alternative<std::vector<std::string>>(column->values)
                          : std::isnan(number);
        }
    };
    const Column* columnNamed(const QString& name) const {
        for (const auto& column : table_.columns)
            if (name.compare(QString::fromStdString(column.name), Qt::CaseInsensitive) == 0 ||
                name.compare(QString::fromStdString(column.label), Qt::CaseInsensitive) == 0)
                return &column;
        return nullptr;
    }
    std::shared_ptr<const std::vector<double>> valuesOf(const Column& column) {
        auto& values = values_[&column];
        if (!values) values = std::make_shared<const std::vector<double>>(columnNumbers(column).values);
        return values;
    }
    Side side(const Token& token) {
        Side result;
        result.text = token.text;
        if (token.kind == Token::Kind::Number)
            result.number = token.number;
        else if ((result.column = columnNamed(token.text)) && !result.isText())
            result.values = valuesOf(*result.column);
        return result;
    }
    Result<Test> comparison() {
        const Token first = peek();
        if (first.kind == Token::Kind::End || first.kind == Token::Kind::Sign) return unexpected("a column");
        Side left = side(take());
        const QString sign = peek().kind == Token::Kind::Sign ? take().text : QString();
        static const QStringList signs{"<", "<=", ">", ">=", "=", "==", "!=", "~"};
        if (!signs.contains(sign)) return unexpected("<, <=, >, >=, =, != or ~");
        if (peek().kind == Token::Kind::End || peek().kind == Token::Kind::Sign)
            return unexpected("a column, a number or a text");
        Side right = side(take());
        if (!left.column && !right.column) return noColumn(left.number == left.number ? right : left);
        if (sign == "~") return holds(std::move(left), std::move(right));
        // "label = cat": the class of that name.
        for (auto [a, b] : {std::pair(&left, &right), std::pair(&right, &left)})
            if (a->column && !a->isText() && !b->column && std::isnan(b->number)) {
                const auto index = classNames_.indexOf(b->text);
                if (index < 0 || !namesClasses(*a->column)) return noColumn(*b);
                b->number = static_cast<double>(index);
            }
        if (left.isText() || right.isText()) return compareTexts(std::move(left), std::move(right), sign);
        return compareNumbers(std::move(left), std::move(right), sign);
    }
    Error noColumn(const Side& side) const {
        QStringList names;
        for (const auto& column : table_.columns) names << QString::fromStdString(column.name);
        return inputError("There is no column \"" + side.text.toStdString() + "\" to filter by; there are " +
                          names.join(", ").toStdString() + ".");
    }
    static Result<Test> holds(Side left, Side right) {
        if (!left.column) std::swap(left, right);
        return Test([column = left.column, text = right.text](std::size_t row) {
            return cellText(*column, row).contains(text, Qt::CaseInsensitive);
        });
    }
    template <typename T>
    static bool compare(const QString& sign, const T& a, const T& b) {
        if (sign == "<") return a < b;
        if (sign == "<=") return a <= b;
        if (sign == ">") return a > b;
        if (sign == ">=") return a >= b;
        return sign == "!=" ? a != b : a == b;
    }
    static Result<Test> compareNumbers(Side left, Side right, const QString& sign) {
        return Test([a = std::move(left), b = std::move(right), sign](std::size_t row) {
            const double x = a.column ? (*a.values)[row] : a.number,
                         y = b.column ? (*b.values)[row] : b.number;
            return !std::isnan(x) && !std::isnan(y) && compare(sign, x, y);
        });
    }
    static Result<Test> compareTexts(Side left, Side right, const QString& sign) {
        return Test([a = std::move(left), b = std::move(right), sign](std::size_t row) {
            const QString x = a.column ? cellText(*a.column, row) : a.text,
                          y = b.column ? cellText(*b.column, row) : b.text;
            return !x.isEmpty() && !y.isEmpty() && compare(sign, x, y);
        });
    }

    std::vector<Token> tokens_;
    const Table& table_;
    const QStringList& classNames_;
    // Shared by all comparisons with the column.
    std::map<const Column*, std::shared_ptr<const std::vector<double>>> values_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

// Words, each of which some cell of the row holds.
Test wordsTest(const QStringList& words, std::shared_ptr<const Table> table, const QStringList& classNames) {
    std::vector<char> isClass;
    for (const auto& column : table->columns)
        isClass.push_back(!classNames.isEmpty() && column.values.index() == 1 && namesClasses(column));
    return [=](std::size_t row) {
        return std::all_of(words.begin(), words.end(), [&](const QString& word) {
            for (std::size_t c = 0; c < table->columns.size(); ++c) {
                QString text = cellText(table->columns[c], row);
                if (isClass[c]) text = classNames.value(text.toInt(), text);
                if (text.contains(word, Qt::CaseInsensitive)) return true;
            }
            return false;
        });
    };
}

}  // namespace

Result<TableFilter> TableFilter::parse(const QString& text, std::shared_ptr<const Table> table,
                                       const QStringList& classNames) {
    TableFilter filter;
    if (text.trimmed().isEmpty() || !table) return filter;
    static const QRegularExpression signs(QStringLiteral("[<>=~]"));
    if (!text.contains(signs)) {
        filter.root_ = std::make_shared<Node>(
            Node{wordsTest(text.simplified().split(' '), std::move(table), classNames)});
        return filter;
    }
    auto tokens = tokensOf(text);
    if (!tokens.isOk()) return std::move(tokens).propagate<TableFilter>();
    auto test = Parser(std::move(tokens).value(), *table, classNames).all();
    if (!test.isOk()) return std::move(test).propagate<TableFilter>();
    // The table lives as long as the test that looks into it.
    filter.root_ = std::make_shared<Node>(
        Node{[table, inner = std::move(test).value()](std::size_t row) { return inner(row); }});
    return filter;
}

bool TableFilter::accepts(std::size_t row) const {
    return !root_ || root_->accepts(row);
}

std::vector<std::uint32_t> tableOrder(const Table& table, const TableFilter& filter, int column,
                                      bool descending, std::stop_token stop) {
    std::vector<std::uint32_t> order;
    order.reserve(table.rows());
    for (std::size_t row = 0; row < table.rows(); ++row) {
        if ((row & 0x3ff) == 0 && stop.stop_requested()) return {};
        if (filter.accepts(row)) order.push_back(static_cast<std::uint32_t>(row));
    }
    if (column < 0 || column >= static_cast<int>(table.columns.size())) return order;
    const auto sortBy = [&](const auto& values, auto&& isMissing) {
        const auto end = std::stable_partition(order.begin(), order.end(),
                                               [&](auto row) { return !isMissing(values[row]); });
        std::stable_sort(order.begin(), end, [&](auto a, auto b) {
            return descending ? values[b] < values[a] : values[a] < values[b];
        });
    };
    const auto& values = table.columns[static_cast<std::size_t>(column)].values;
    if (const auto* reals = std::get_if<std::vector<double>>(&values))
        sortBy(*reals, [](double value) { return std::isnan(value); });
    else if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&values))
        sortBy(*whole, [](std::int64_t) { return false; });
    else
        sortBy(std::get<std::vector<std::string>>(values),
               [](const std::string& text) { return text.empty(); });
    return order;
}

}  // namespace tessera
