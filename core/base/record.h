// SPDX-License-Identifier: GPL-3.0-or-later
// What a registered probe gives: named numbers, tables and arrays, with where they come from. Views draw it,
// sessions store it, exports write it; a record read back from a file cannot be told from a fresh one.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/base/parameter.h"
#include "core/base/provenance.h"
#include "core/base/shape.h"

namespace tessera {

// One number of the summary: shown in the result list, printed by the command line.
struct Metric {
    std::string name;      // "crossings_mean": key in JSON
    std::string label;     // "Crossings a path, mean"
    std::string unit;      // "", "input units", "logits", ...
    double value = 0;      // NaN: not defined here; the sentence says why
    std::string sentence;  // what it is
};

// NaN and empty text are missing values; whole numbers have none.
struct Column {
    using Values = std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::string>>;
    std::string name;      // "boundary_distance": key in CSV, npz and JSON
    std::string label;     // "Boundary distance": as shown
    std::string unit;      // as in Metric
    std::string sentence;  // for the header's tooltip
    Values values;
    std::size_t size() const {
        return std::visit([](const auto& column) { return column.size(); }, values);
    }
};

struct Table {
    std::string name, title;
    std::vector<Column> columns;    // all of one length
    std::string sampleColumn = {};  // whole-number column that holds sample indices; empty: rows are not
                                    // samples. Views link rows to the gallery by it.
    std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
    const Column* column(std::string_view columnName) const;  // null: none
};

// A shared, immutable block of numbers, row-major. May point into another object that it keeps alive.
class Array {
  public:
    Array() = default;
    template <typename T>
    static Array of(std::string name, Shape shape, std::vector<T> values) {
        auto held = std::make_shared<const std::vector<T>>(std::move(values));
        return view<T>(std::move(name), std::move(shape), *held, held);
    }
    template <typename T>
    static Array view(std::string name, Shape shape, std::span<const T> values,
                      std::shared_ptr<const void> owner) {
        Array array;
        array.name_ = std::move(name), array.shape_ = std::move(shape), array.dtype_ = dtypeOf<T>();
        array.owner_ = std::move(owner), array.data_ = values.data();
        assert(static_cast<std::size_t>(elementCount(array.shape_)) == values.size());
        return array;
    }
    const std::string& name() const { return name_; }
    const std::string& dtype() const { return dtype_; }  // NumPy's: "<f8", "<f4", "<i4", "<i8", "<u8", "|u1"
    const Shape& shape() const { return shape_; }
    const void* data() const { return data_; }
    std::int64_t count() const { return elementCount(shape_); }
    std::int64_t bytes() const { return count() * widthOf(dtype_); }
    template <typename T>
    bool holds() const {
        return dtype_ == dtypeOf<T>();
    }
    template <typename T>
    std::span<const T> values() const {
        assert(holds<T>());
        return {static_cast<const T*>(data_), static_cast<std::size_t>(count())};
    }

    template <typename T>
    static const char* dtypeOf() {
        if constexpr (std::is_same_v<T, double>) {
            return "<f8";
        } else if constexpr (std::is_same_v<T, float>) {
            return "<f4";
        } else if constexpr (std::is_same_v<T, std::int32_t>) {
            return "<i4";
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
            return "<i8";
        } else if constexpr (std::is_same_v<T, std::uint64_t>) {
            return "<u8";
        } else {
            static_assert(std::is_same_v<T, unsigned char>, "no array holds numbers of this type");
            return "|u1";
        }
    }
    // Bytes of one number.
    static std::int64_t widthOf(std::string_view dtype) { return dtype.back() - '0'; }

  private:
    std::string name_, dtype_ = "<f8";
    Shape shape_ = {0};
    std::shared_ptr<const void> owner_;
    const void* data_ = nullptr;
};

struct ResultRecord {
    std::string probe;        // name in the catalogue
    ParameterMap parameters;  // complete
    std::vector<Metric> summary;
    std::vector<Table> tables;
    std::vector<Array> arrays;
    std::vector<std::string> notes;  // what was approximated, skipped or is derived here, in sentences
    Provenance provenance;

    const Metric* metric(std::string_view name) const;  // null: none
    const Table* table(std::string_view name) const;
    const Array* array(std::string_view name) const;
    std::int64_t bytes() const;  // of tables and arrays
};

}  // namespace tessera
