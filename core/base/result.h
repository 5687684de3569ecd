// SPDX-License-Identifier: GPL-3.0-or-later
// Result<T>: a value, an error a person can act on, or "cancelled" (an outcome of its own, never an error).
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tessera {

enum class ErrorKind {
    File,         // a file is missing, truncated, hostile or of the wrong format
    Input,        // what the user gave does not fit (shapes, ranges, counts)
    Unsupported,  // understood, but not something Tessera can do
    Resource,     // memory, disk, device
    Internal,     // a broken invariant: a bug in Tessera
};

// `message` is one sentence in the user's words: the file or setting, what was found, and what to do.
// `context` is for the log: what the program was doing, innermost first.
struct Error {
    ErrorKind kind = ErrorKind::Internal;
    std::string message;
    std::vector<std::string> context;

    Error&& within(std::string what) && {
        context.push_back(std::move(what));
        return std::move(*this);
    }
};

struct Cancelled {};

// A value of no information, for operations that only succeed or fail.
struct Done {};

template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
    Result(Cancelled) : state_(std::in_place_index<2>) {}

    bool isOk() const { return state_.index() == 0; }
    bool isError() const { return state_.index() == 1; }
    bool isCancelled() const { return state_.index() == 2; }
    // "Is it there" and "is it true" must not be confused.
    explicit operator bool() const = delete;

    const T& value() const& { return checked(), std::get<0>(state_); }
    T& value() & { return checked(), std::get<0>(state_); }
    T&& value() && { return checked(), std::get<0>(std::move(state_)); }
    const Error& error() const& { return assert(isError()), std::get<1>(state_); }
    Error&& error() && { return assert(isError()), std::get<1>(std::move(state_)); }

    // Hands a failure or a cancel on under another value type. Only for results that are not ok.
    template <typename U>
    Result<U> propagate() && {
        assert(!isOk());
        if (isCancelled()) return Cancelled{};
        return std::get<1>(std::move(state_));
    }

  private:
    void checked() const { assert(isOk() && "value() of a failed Result"); }
    std::variant<T, Error, Cancelled> state_;
};

inline Error fileError(std::string message) {
    return {ErrorKind::File, std::move(message), {}};
}
inline Error inputError(std::string message) {
    return {ErrorKind::Input, std::move(message), {}};
}
inline Error unsupported(std::string message) {
    return {ErrorKind::Unsupported, std::move(message), {}};
}

}  // namespace tessera
