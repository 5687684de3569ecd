// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace tessera {

// Splits text into lines of fields. Views point into the text, or into `unquoted_` for fields with doubled
// quotes.
class CsvLines {
  public:
    CsvLines(std::string_view text, char separator) : text_(text), separator_(separator) {}

    // False at the end. Skips empty lines. `line()` is where the last one began, counted from 1.
    bool next(std::vector<std::string_view>& fields) {
        while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) endLine();
        if (at_ >= text_.size()) return false;
        lineOfRow_ = line_;
        fields.clear();
        unquoted_.clear();
        broken_ = false;
        for (;;) {
            fields.push_back(field());
            if (at_ >= text_.size()) return true;
            if (text_[at_] == separator_) {
                ++at_;
                continue;
            }
            endLine();
            return true;
        }
    }
    std::size_t line() const { return lineOfRow_; }
    bool broken() const { return broken_; }  // a quote that is never closed, or text after a closing quote

  private:
    void endLine() {
        if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
        ++at_;
        ++line_;
    }
    std::string_view field() {
        if (at_ < text_.size() && text_[at_] == '"') return quotedField();
        const auto end = std::min(text_.find_first_of(separator_ == ','   ? ",\r\n"
                                                      : separator_ == ';' ? ";\r\n"
                                                                          : "\t\r\n",
                                                      at_),
                                  text_.size());
        auto view = text_.substr(at_, end - at_);
        at_ = end;
        while (!view.empty() && view.front() == ' ') view.remove_prefix(1);
        while (!view.empty() && view.back() == ' ') view.remove_suffix(1);
        return view;
    }
    std::string_view quotedField() {
        const std::size_t begin = ++at_;
        bool doubled = false;
        for (;; ++at_) {
            if (at_ >= text_.size()) return broken_ = true, text_.substr(begin);
            if (text_[at_] == '\n') ++line_;
            if (text_[at_] != '"') continue;
            if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
            doubled = true;
            ++at_;
        }
        std::string_view view = text_.substr(begin, at_ - begin);
        ++at_;
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
        if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r') {
            broken_ = true;
            at_ = std::min(text_.find('\n', at_), text_.size());
        }
        if (!doubled) return view;
        std::string plain;
        for (std::size_t i = 0; i < view.size(); ++i) {
            plain += view[i];
            if (view[i] == '"') ++i;
        }
        unquoted_.push_back(std::move(plain));
        return unquoted_.back();
    }

    std::string_view text_;
    char separator_;
    std::size_t at_ = 0, line_ = 1, lineOfRow_ = 1;
    bool broken_ = false;
    std::deque<std::string> unquoted_;
};

}  // namespace tessera
