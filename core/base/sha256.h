// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // of OpenSSL

namespace tessera {

class Sha256 {
  public:
    Sha256();
    void add(std::string_view bytes);
    std::string text();  // lower-case hex of all that was added; once

  private:
    std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

}  // namespace tessera
