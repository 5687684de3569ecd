// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/catalogue.h"

#include <algorithm>

namespace tessera {

const std::vector<CatalogueEntry>& catalogue() {
    static const std::vector<CatalogueEntry> entries{
        // {std::make_shared<...>(), scenes, make<View>},
    };
    return entries;
}

const CatalogueEntry* catalogueEntry(std::string_view probe) {
    const auto& all = catalogue();
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const auto& entry) { return entry.probe->description().name == probe; });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace tessera
