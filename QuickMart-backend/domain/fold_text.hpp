// Texts as they are compared: without case and accents. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace qm::shop {

// Lower case, without accents (Latin letters), everything that is neither letter nor digit a space. Bytes that are not
// UTF-8 are left out; letters of other scripts are kept as they are.
std::string fold_text(std::string_view text);
std::vector<std::string> words_of(std::string_view text);

}  // namespace qm::shop
