#include "tests/contract/store_contract.hpp"

namespace qm::kv {

namespace {

struct PrintValue {
  std::ostream& out;
  void operator()(std::monostate) const { out << "nil"; }
  void operator()(bool v) const { out << (v ? "true" : "false"); }
  void operator()(std::int64_t v) const { out << v; }
  void operator()(double v) const { out << v << "d"; }
  void operator()(const std::string& v) const { out << '"' << v.substr(0, 60) << '"'; }
  void operator()(const Bytes& v) const { out << v.data.size() << " bytes"; }
  void operator()(const List& v) const {
    out << '[';
    for (const auto& element : v) out << testing::PrintToString(element) << ' ';
    out << ']';
  }
  void operator()(const Map& v) const {
    out << '{';
    for (const auto& [key, element] : v) out << key << ": " << testing::PrintToString(element) << ' ';
    out << '}';
  }
};

}  // namespace

void PrintTo(const Value& value, std::ostream* out) { std::visit(PrintValue{*out}, value.variant()); }

void PrintTo(const Record& record, std::ostream* out) {
  *out << "generation " << record.generation << ' ';
  if (record.expires_at) *out << "until " << record.expires_at->time_since_epoch().count() << ' ';
  PrintTo(Value{Map{record.bins}}, out);
}

}  // namespace qm::kv

namespace qm::contract {

std::vector<std::string> StoreContract::scan_ids(const std::string& set, std::size_t limit) {
  std::vector<std::string> ids;
  std::string cursor;
  do {
    auto page = await(store().scan(set, cursor, limit));
    if (!page) {
      ADD_FAILURE() << page.error().detail;
      return ids;
    }
    EXPECT_LE(page->entries.size(), limit);
    EXPECT_TRUE(page->cursor.empty() || !page->entries.empty()) << "a page without records that has a successor";
    for (const auto& entry : page->entries) {
      EXPECT_EQ(entry.key.set, set);
      ids.push_back(entry.key.id);
    }
    cursor = page->cursor;
  } while (!cursor.empty());
  return ids;
}

std::vector<std::string> StoreContract::find_ids(const std::string& set, const std::string& bin,
                                                 const IndexRange& range, std::size_t limit) {
  std::vector<std::string> ids;
  std::string cursor;
  do {
    auto page = await(store().find(set, bin, range, cursor, limit));
    if (!page) {
      ADD_FAILURE() << page.error().detail;
      return ids;
    }
    EXPECT_LE(page->entries.size(), limit);
    for (const auto& entry : page->entries) ids.push_back(entry.key.id);
    cursor = page->cursor;
  } while (!cursor.empty());
  return ids;
}

Timestamp StoreContract::now() {
  if (GetParam().follows_clock) return clock_.now();
  constexpr std::chrono::seconds kFar{100'000};
  const Key probe{"now", "probe"};
  WriteOptions far;
  far.ttl = kFar;
  EXPECT_TRUE(put(probe, {{"a", 1}}, far));
  return get(probe)->expires_at.value() - kFar;
}

bool StoreContract::let_pass(std::chrono::seconds by, const std::function<bool()>& passed) {
  if (!GetParam().follows_clock) return eventually(passed, kAtMost);
  clock_.advance(by);
  return passed();
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreContract, testing::ValuesIn(engines()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace qm::contract
