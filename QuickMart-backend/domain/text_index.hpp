// Text search in memory: words compared without case and accents; the words of a query match the beginnings of words;
// all must match; ranked by the weight of the fields they were found in.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace qm::shop {

// Lower case, without accents (Latin letters), everything that is neither letter nor digit a space. Bytes that are not
// UTF-8 are left out; letters of other scripts are kept as they are.
std::string fold_text(std::string_view text);
std::vector<std::string> words_of(std::string_view text);

inline constexpr std::size_t kMaxQueryWords = 16;  // further words of a query are ignored

struct Hit {
  std::uint32_t document = 0;
  double score = 0;
};

// Fill, then seal(), then search; searching from many threads is safe.
class TextIndex {
 public:
  void add(std::uint32_t document, std::string_view text, double weight);
  void seal();
  // Best first, equals by document. A query without a single word finds nothing.
  std::vector<Hit> search(std::string_view query) const;

 private:
  struct Posting {
    std::uint32_t document;
    double weight;
  };
  std::map<std::string, std::vector<Posting>, std::less<>> words_;
};

}  // namespace qm::shop
