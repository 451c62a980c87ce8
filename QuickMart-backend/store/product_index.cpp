#include "QuickMart-backend/store/product_index.hpp"

#include <stdlib.h>
#include <xapian.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "QuickMart-backend/domain/fold_text.hpp"
#include "QuickMart-backend/store/product_words.hpp"

namespace qm::shop {
namespace {

// In the database: a document for each product, its number one above the product's; a term for each word as it is, one
// for its stem, one for each id; and one value that says what was indexed.
constexpr const char* kFormat = "1";  // of all that; another one is made anew
constexpr const char* kFormatKey = "format";
constexpr const char* kLanguage = "english";
constexpr char kStemMark = 'Z';  // words are folded, so that no capital begins one
constexpr char kIdMark = 'Q';
constexpr Xapian::valueno kIndexedSlot = 0;  // 8 bytes of digest, then the product's id

constexpr int kMaxInstances = 16;  // that share a directory
constexpr int kMaxReads = 3;       // of one search, when the index changes below it
constexpr Xapian::docid kSpareNumbers = 1'000;
constexpr double kSaturation = 4;       // a word in the name counts 0.67, one in the description 0.2
constexpr double kBeginningFactor = 0.7;
constexpr double kScoreUnits = 1e6;
constexpr std::int32_t kIdScore = 1'000'000'000;  // above all that words can give
constexpr std::size_t kMaxLookedAt = 4'096;  // words that begin alike
constexpr std::size_t kMaxBeginnings = 32;   // of them searched for, the most frequent
constexpr std::size_t kMaxTried = 48;        // of them tried together with the words before
constexpr std::size_t kMinSpelledBytes = 3;
constexpr std::size_t kShortWordBytes = 6;  // below it one letter may be wrong, else two
constexpr std::size_t kSkipShare = 16;      // fewer candidates than one in so many: seek instead of reading on

Error not_usable() { return unavailable("The search is being made ready; please try again."); }

bool is_spelled(std::string_view word) {
  return word.size() >= kMinSpelledBytes &&
         std::none_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string marked(char mark, std::string_view text) { return std::string(1, mark).append(text); }

std::string indexed_value(std::uint64_t digest, const std::string& id) {
  std::string value(sizeof digest, '\0');
  std::memcpy(value.data(), &digest, sizeof digest);
  return value + id;
}

struct Indexed {
  Xapian::docid document = 0;
  std::uint64_t digest = 0;
};

// --- reading ---------------------------------------------------------------------------------------------------------

struct Term {
  std::string text;
  double weight = 0;
};
struct Counted {
  std::string word;
  Xapian::doccount products = 0;
};

std::int32_t score_of(const Term& term, Xapian::termcount within) {
  const double w = within;
  return static_cast<std::int32_t>(term.weight * w / (w + kSaturation) * kScoreUnits);
}

// The terms of which one must match, for one word of the query.
struct Alternatives {
  std::vector<Term> terms;
  double products = 0;  // at most so many have one of them
};

class Lookup {
 public:
  Lookup(const Xapian::Database& database, const Xapian::Stem& stem) : database_(database), stem_(stem) {}

  TextMatches search(std::string_view query) const {
    TextMatches matches;
    std::vector<std::string> words = words_of(query);
    std::vector<Alternatives> wanted;
    bool is_corrected = false, is_hopeless = false;
    std::vector<std::string> seen;
    for (std::string& word : words) {
      if (is_stop_word(word) || std::find(seen.begin(), seen.end(), word) != seen.end()) continue;
      if (seen.size() == kMaxQueryWords) break;
      seen.push_back(word);
      Alternatives found = alternatives(word);
      if (found.terms.empty()) {
        const std::string better = spelling(word);
        if (!better.empty()) found = alternatives(better);
        if (found.terms.empty()) is_hopeless = true;
        is_corrected = is_corrected || !found.terms.empty();
        if (!better.empty()) word = better;
      }
      wanted.push_back(std::move(found));
    }
    if (!is_hopeless && !wanted.empty()) matches.hits = all_of(std::move(wanted));
    const bool by_id = add_hits_by_id(query, matches.hits);
    if (is_corrected && !is_hopeless && !by_id) matches.corrected_query = joined(words);
    return matches;
  }

  std::vector<std::string> suggest(std::string_view query) const {
    std::vector<std::string> suggestions;
    std::vector<std::string> words = words_of(query);
    if (words.empty() || words.size() > kMaxQueryWords) return suggestions;
    const std::string last = std::move(words.back());
    words.pop_back();
    std::string before = joined(words);
    std::vector<TextHit> among;
    const bool any_before = !std::all_of(words.begin(), words.end(), is_stop_word);
    if (any_before) {
      TextMatches matches = search(before);
      if (matches.corrected_query) before = *matches.corrected_query;
      among = std::move(matches.hits);
    }
    std::vector<Counted> candidates = beginning_with(last, kMaxTried);
    if (candidates.empty()) {
      std::string better = spelling(last);
      if (!better.empty()) candidates.push_back({std::move(better), 1});
    }
    std::vector<std::string> stems;
    for (const Counted& each : candidates) {
      std::string stem = stem_(each.word);
      if (std::find(stems.begin(), stems.end(), stem) != stems.end()) continue;  // would find the same
      if (any_before && !any_of(among, marked(kStemMark, stem))) continue;
      stems.push_back(std::move(stem));
      suggestions.push_back(before.empty() ? each.word : before + " " + each.word);
      if (suggestions.size() == kMaxSuggestions) break;
    }
    return suggestions;
  }

 private:
  static std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
  }

  double rarity(double products) const { return std::log(1 + database_.get_doccount() / std::max(products, 1.0)); }

  Alternatives alternatives(const std::string& word) const {
    Alternatives found;
    if (word.size() > kMaxIndexedWordBytes) return found;
    std::string stem = marked(kStemMark, stem_(word));
    if (const Xapian::doccount products = database_.get_termfreq(stem); products > 0) {
      found.products = products;
      found.terms.push_back({std::move(stem), rarity(products)});
      return found;
    }
    for (Counted& each : beginning_with(word, kMaxBeginnings)) {
      found.products += each.products;
      found.terms.push_back({std::move(each.word), 0});
    }
    for (Term& term : found.terms) term.weight = rarity(found.products) * kBeginningFactor;
    return found;
  }

  // The most frequent first, then by word.
  std::vector<Counted> beginning_with(const std::string& beginning, std::size_t limit) const {
    std::vector<Counted> found;
    const auto end = database_.allterms_end(beginning);
    std::size_t looked_at = 0;
    for (auto term = database_.allterms_begin(beginning); term != end && looked_at < kMaxLookedAt; ++term, ++looked_at)
      found.push_back({*term, term.get_termfreq()});
    const auto better = [](const Counted& a, const Counted& b) {
      return a.products != b.products ? a.products > b.products : a.word < b.word;
    };
    const std::size_t kept = std::min(limit, found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(), better);
    found.resize(kept);
    return found;
  }

  std::string spelling(const std::string& word) const {
    if (!is_spelled(word) || word.size() > kMaxIndexedWordBytes) return {};
    return database_.get_spelling_suggestion(word, word.size() < kShortWordBytes ? 1 : 2);
  }

  std::vector<TextHit> hits_of(const Term& term) const {
    std::vector<TextHit> hits;
    hits.reserve(database_.get_termfreq(term.text));
    const auto end = database_.postlist_end(term.text);
    for (auto at = database_.postlist_begin(term.text); at != end; ++at)
      hits.push_back({*at - 1, score_of(term, at.get_wdf())});
    return hits;
  }

  std::vector<TextHit> one_of(const Alternatives& alternatives) const {
    if (alternatives.terms.size() == 1) return hits_of(alternatives.terms.front());
    std::vector<TextHit> all;
    for (const Term& term : alternatives.terms) {
      const std::vector<TextHit> hits = hits_of(term);
      all.insert(all.end(), hits.begin(), hits.end());
    }
    std::sort(all.begin(), all.end(), [](const TextHit& a, const TextHit& b) {
      return a.number != b.number ? a.number < b.number : a.score > b.score;
    });
    const auto same = [](const TextHit& a, const TextHit& b) { return a.number == b.number; };
    all.erase(std::unique(all.begin(), all.end(), same), all.end());
    return all;
  }

  void keep_those_with(std::vector<TextHit>& hits, const Term& term) const {
    auto at = database_.postlist_begin(term.text);
    const auto end = database_.postlist_end(term.text);
    const bool seek = hits.size() * kSkipShare < database_.get_termfreq(term.text);
    auto kept = hits.begin();
    for (const TextHit& hit : hits) {
      const Xapian::docid document = hit.number + 1;
      if (seek && at != end && *at < document) at.skip_to(document);
      while (at != end && *at < document) ++at;
      if (at == end) break;
      if (*at == document) *kept++ = {hit.number, hit.score + score_of(term, at.get_wdf())};
    }
    hits.erase(kept, hits.end());
  }

  // The rarest word first: what the others can still take away from is then small.
  std::vector<TextHit> all_of(std::vector<Alternatives> wanted) const {
    std::sort(wanted.begin(), wanted.end(),
              [](const Alternatives& a, const Alternatives& b) { return a.products < b.products; });
    std::vector<TextHit> hits = one_of(wanted.front());
    for (std::size_t i = 1; i < wanted.size() && !hits.empty(); ++i) {
      if (wanted[i].terms.size() == 1) {
        keep_those_with(hits, wanted[i].terms.front());
        continue;
      }
      const std::vector<TextHit> others = one_of(wanted[i]);
      auto other = others.begin();
      auto kept = hits.begin();
      for (const TextHit& hit : hits) {
        while (other != others.end() && other->number < hit.number) ++other;
        if (other == others.end()) break;
        if (other->number == hit.number) *kept++ = {hit.number, hit.score + other->score};
      }
      hits.erase(kept, hits.end());
    }
    return hits;
  }

  bool any_of(const std::vector<TextHit>& hits, const std::string& term) const {
    auto at = database_.postlist_begin(term);
    const auto end = database_.postlist_end(term);
    for (const TextHit& hit : hits) {
      if (at == end) return false;
      if (*at < hit.number + 1) at.skip_to(hit.number + 1);
      if (at != end && *at == hit.number + 1) return true;
    }
    return false;
  }

  bool add_hits_by_id(std::string_view query, std::vector<TextHit>& hits) const {
    while (!query.empty() && query.front() == ' ') query.remove_prefix(1);
    while (!query.empty() && query.back() == ' ') query.remove_suffix(1);
    if (!is_valid_id(query)) return false;
    const std::string term = marked(kIdMark, in_small_letters(query));
    const auto end = database_.postlist_end(term);
    bool any = false;
    for (auto at = database_.postlist_begin(term); at != end; ++at) {
      any = true;
      const TextHit hit{*at - 1, kIdScore};
      const auto place = std::lower_bound(hits.begin(), hits.end(), hit,
                                          [](const TextHit& a, const TextHit& b) { return a.number < b.number; });
      if (place != hits.end() && place->number == hit.number) place->score = kIdScore;
      else hits.insert(place, hit);
    }
    return any;
  }

  const Xapian::Database& database_;
  const Xapian::Stem& stem_;
};

}  // namespace

struct ProductIndex::Reader {
  Reader(const std::string& path, std::uint64_t opened_then, std::uint64_t revision_then)
      : opened(opened_then), revision(revision_then), database(path), stem(kLanguage) {}
  std::uint64_t opened, revision;
  Xapian::Database database;
  Xapian::Stem stem;
};

struct ProductIndex::Writer {
  Xapian::WritableDatabase database;
  Xapian::Stem stem{kLanguage};

  void forget_spellings(Xapian::docid document) {
    const auto end = database.termlist_end(document);
    for (auto term = database.termlist_begin(document); term != end; ++term) {
      const std::string word = *term;
      if (word.front() != kStemMark && word.front() != kIdMark && is_spelled(word)) database.remove_spelling(word);
    }
  }

  void put(Xapian::docid number, const std::string& id, const ProductWords& words, std::uint64_t digest, bool is_new) {
    if (!is_new) forget_spellings(number);
    Xapian::Document document;
    std::map<std::string, unsigned> stems;
    for (const auto& [word, weight] : words.weights) {
      document.add_term(word, weight);
      unsigned& known = stems[marked(kStemMark, stem(word))];
      known = std::max(known, weight);
      if (is_spelled(word)) database.add_spelling(word);
    }
    for (const auto& [term, weight] : stems) document.add_term(term, weight);
    for (const std::string& each : words.ids) document.add_boolean_term(marked(kIdMark, each));
    document.add_value(kIndexedSlot, indexed_value(digest, id));
    database.replace_document(number, document);
  }

  void remove(Xapian::docid number) {
    forget_spellings(number);
    database.delete_document(number);
  }

  std::unordered_map<std::string, Indexed> indexed() const {
    std::unordered_map<std::string, Indexed> all;
    all.reserve(database.get_doccount());
    const auto end = database.valuestream_end(kIndexedSlot);
    for (auto at = database.valuestream_begin(kIndexedSlot); at != end; ++at) {
      const std::string value = *at;
      Indexed each;
      if (value.size() <= sizeof each.digest) throw Xapian::DatabaseCorruptError("a document of nothing");
      std::memcpy(&each.digest, value.data(), sizeof each.digest);
      each.document = at.get_docid();
      all[value.substr(sizeof each.digest)] = each;
    }
    if (all.size() != database.get_doccount()) throw Xapian::DatabaseCorruptError("documents of the same product");
    return all;
  }

  std::vector<Number> bring_to(const std::vector<const Product*>& products) {
    auto left = indexed();
    std::vector<Number> numbers(products.size());
    std::vector<std::size_t> unknown;
    std::vector<bool> taken(database.get_lastdocid() + 1);
    for (std::size_t i = 0; i < products.size(); ++i) {
      const auto known = left.find(products[i]->id.str());
      if (known == left.end()) {
        unknown.push_back(i);
        continue;
      }
      const ProductWords words = product_words(*products[i]);
      const std::uint64_t digest = digest_of(words);
      const Xapian::docid document = known->second.document;
      if (digest != known->second.digest) put(document, products[i]->id.str(), words, digest, false);
      taken[document] = true;
      numbers[i] = document - 1;
      left.erase(known);
    }
    for (const auto& [id, gone] : left) remove(gone.document);
    Xapian::docid free = 1;
    for (const std::size_t i : unknown) {
      while (free < taken.size() && taken[free]) ++free;
      const ProductWords words = product_words(*products[i]);
      put(free, products[i]->id.str(), words, digest_of(words), true);
      numbers[i] = free++ - 1;
    }
    database.commit();
    return numbers;
  }

  void change(const std::vector<std::pair<Number, const Product*>>& changes) {
    bool any = false;
    for (const auto& [number, product] : changes) {
      std::string before;
      try {
        before = database.get_document(number + 1).get_value(kIndexedSlot);
      } catch (const Xapian::DocNotFoundError&) {
      }
      if (product == nullptr) {
        if (!before.empty()) remove(number + 1);
        any = any || !before.empty();
        continue;
      }
      const ProductWords words = product_words(*product);
      const std::uint64_t digest = digest_of(words);
      if (before == indexed_value(digest, product->id.str())) continue;
      put(number + 1, product->id.str(), words, digest, before.empty());
      any = true;
    }
    if (any) database.commit();
  }
};

// --- opening ---------------------------------------------------------------------------------------------------------

ProductIndex::ProductIndex(std::filesystem::path directory) : directory_(std::move(directory)) {}

ProductIndex::~ProductIndex() {
  readers_.clear();
  writer_.reset();
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove_all(temporary_, ignored);
}

void ProductIndex::open() {
  if (directory_.empty() && temporary_.empty()) {
    std::string name = (std::filesystem::temp_directory_path() / "quickmart-search-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw Xapian::DatabaseCreateError("no temporary directory");
    temporary_ = name;
  }
  const std::filesystem::path parent = directory_.empty() ? temporary_ : directory_;
  std::filesystem::create_directories(parent);
  constexpr int kKeep = Xapian::DB_CREATE_OR_OPEN | Xapian::DB_BACKEND_GLASS;
  constexpr int kAnew = Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_BACKEND_GLASS;
  for (int instance = 1; instance <= kMaxInstances; ++instance) {
    const auto path = parent / ("search-" + std::to_string(instance));
    auto writer = std::make_unique<Writer>();
    try {
      writer->database = Xapian::WritableDatabase(path.string(), kKeep);
    } catch (const Xapian::DatabaseLockError&) {
      continue;  // another instance's
    } catch (const Xapian::Error&) {
      std::filesystem::remove_all(path);
      writer->database = Xapian::WritableDatabase(path.string(), kAnew);
    }
    Xapian::WritableDatabase& database = writer->database;
    const bool is_half_empty = database.get_lastdocid() / 2 > database.get_doccount() + kSpareNumbers;
    if ((database.get_doccount() > 0 && database.get_metadata(kFormatKey) != kFormat) || is_half_empty) {
      database.close();
      database = Xapian::WritableDatabase(path.string(), kAnew);
    }
    database.set_metadata(kFormatKey, kFormat);
    writer_ = std::move(writer);
    std::lock_guard lock{mutex_};
    path_ = path;
    ++opened_;
    readers_.clear();
    return;
  }
  throw Xapian::DatabaseLockError("all in use");
}

void ProductIndex::discard() {
  usable_ = false;
  writer_.reset();
  std::lock_guard lock{mutex_};
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

// --- writing ---------------------------------------------------------------------------------------------------------

template <class F>
Result<void> ProductIndex::write(F work) {
  std::string why;
  try {
    work();
    ++revision_;
    return {};
  } catch (const Xapian::Error& broken) {
    why = std::string{broken.get_type()} + ", " + broken.get_msg();
  } catch (const std::filesystem::filesystem_error& broken) {
    why = broken.what();
  }
  usable_ = false;
  return unavailable("The search index cannot be written: " + why);
}

Result<std::vector<ProductIndex::Number>> ProductIndex::bring_to(const std::vector<const Product*>& products) {
  std::vector<Number> numbers;
  const auto work = [&] {
    if (writer_ && !is_usable()) discard();
    if (!writer_) open();
    numbers = writer_->bring_to(products);
  };
  auto written = write(work);
  if (!written) {  // whatever it was, a new one may do
    discard();
    written = write(work);
  }
  if (!written) return written.error();
  usable_.store(true, std::memory_order_release);
  return numbers;
}

Result<void> ProductIndex::change(const std::vector<std::pair<Number, const Product*>>& changes) {
  if (!is_usable()) return not_usable();
  return write([&] { writer_->change(changes); });
}

// --- reading ---------------------------------------------------------------------------------------------------------

std::unique_ptr<ProductIndex::Reader> ProductIndex::take_reader() const {
  const std::uint64_t revision = revision_;
  std::string path;
  std::uint64_t opened = 0;
  std::unique_ptr<Reader> reader;
  {
    std::lock_guard lock{mutex_};
    opened = opened_;
    path = path_.string();
    if (!readers_.empty()) {
      reader = std::move(readers_.back());
      readers_.pop_back();
    }
  }
  if (!reader) return std::make_unique<Reader>(path, opened, revision);
  if (reader->revision != revision) {
    reader->database.reopen();
    reader->revision = revision;
  }
  return reader;
}

void ProductIndex::give_back(std::unique_ptr<Reader> reader) const {
  std::lock_guard lock{mutex_};
  if (reader->opened == opened_) readers_.push_back(std::move(reader));
}

template <class F>
auto ProductIndex::read(F use) const -> Result<decltype(use(std::declval<const Reader&>()))> {
  for (int i = 0; i < kMaxReads && is_usable(); ++i) {
    try {
      auto reader = take_reader();
      auto found = use(*reader);
      give_back(std::move(reader));
      return found;
    } catch (const Xapian::DatabaseModifiedError&) {
      // It was written twice since this reader looked: the next one looks anew.
    } catch (const Xapian::Error&) {
      usable_ = false;
    }
  }
  return not_usable();
}

Result<TextMatches> ProductIndex::search(std::string_view query) const {
  return read([query](const Reader& reader) { return Lookup{reader.database, reader.stem}.search(query); });
}

Result<std::vector<std::string>> ProductIndex::suggest(std::string_view query) const {
  return read([query](const Reader& reader) { return Lookup{reader.database, reader.stem}.suggest(query); });
}

}  // namespace qm::shop
