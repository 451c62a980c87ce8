#include "tests/aerospike/asking.hpp"

#include <cstdio>
#include <map>

#include "platform/aerospike/test_bytes.hpp"
#include "platform/core/await.hpp"

namespace qm::aerospike::exchanges {

namespace {

struct Telling {
  std::string operator()(std::monostate) const { return "nil"; }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(double v) const {
    char text[40];
    std::snprintf(text, sizeof text, "%.17gd", v);
    return text;
  }
  std::string operator()(const std::string& v) const { return '\'' + v + '\''; }
  std::string operator()(const Bytes& v) const { return 'x' + hex_of(v.data); }
  std::string operator()(const List& v) const {
    std::string text;
    for (const auto& element : v) text += (text.empty() ? "" : " ") + told(element);
    return '[' + text + ']';
  }
  std::string operator()(const Map& v) const {
    std::string text;
    for (const auto& [key, value] : v) text += (text.empty() ? "" : " ") + told(key) + ':' + told(value);
    return '{' + text + '}';
  }
};

template <class T, class Tell>
std::string told_or_kind(const Result<T>& result, Tell tell) {
  return result ? tell(*result) : told(result.error().kind);
}

std::string told_generation(const Result<std::uint32_t>& result) {
  return told_or_kind(result, [](std::uint32_t generation) { return "generation " + std::to_string(generation); });
}
std::string told_yes_or_no(const Result<bool>& result) {
  return told_or_kind(result, [](bool yes) { return yes ? "yes" : "no"; });
}
std::string told_done(const Result<void>& result) { return result ? "done" : told(result.error().kind); }

}  // namespace

std::string told(const Value& value) { return std::visit(Telling{}, value.variant()); }

std::string told(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Invalid:
      return "Invalid";
    case ErrorKind::Rejected:
      return "Rejected";
    case ErrorKind::NotFound:
      return "NotFound";
    case ErrorKind::AlreadyExists:
      return "AlreadyExists";
    case ErrorKind::Conflict:
      return "Conflict";
    case ErrorKind::GenerationMismatch:
      return "GenerationMismatch";
    case ErrorKind::ConditionFailed:
      return "ConditionFailed";
    case ErrorKind::TooLarge:
      return "TooLarge";
    case ErrorKind::Unavailable:
      return "Unavailable";
    case ErrorKind::Timeout:
      return "Timeout";
    case ErrorKind::InDoubt:
      return "InDoubt";
    case ErrorKind::Internal:
      return "Internal";
    default:
      return "another kind";
  }
}

std::string Asking::told(const Result<Record>& record) const {
  return told_or_kind(record, [this](const Record& r) {
    constexpr std::int64_t kRoundedToS = 1000;
    std::string text = "generation " + std::to_string(r.generation);
    if (r.expires_at_s) {
      const std::int64_t after_s = (*r.expires_at_s - began_s_ + kRoundedToS / 2) / kRoundedToS * kRoundedToS;
      text += ", expires after " + std::to_string(after_s) + " s";
    }
    text += ':';
    for (const auto& bin : r.bins) text += ' ' + bin.name + '=' + exchanges::told(bin.value);
    return text;
  });
}

std::string Asking::put(std::string id, std::vector<Bin> bins, WriteOptions options) {
  options.deadline = deadline();
  return told_generation(await(client_.put(key(std::move(id)), std::move(bins), std::move(options))));
}

std::string Asking::get(std::string id, std::vector<std::string> bins, ReadOptions options) {
  options.deadline = deadline();
  return told(await(client_.get(key(std::move(id)), std::move(bins), std::move(options))));
}

std::string Asking::get_if(Expression only_if) {
  ReadOptions options;
  options.only_if = std::move(only_if);
  const std::string gives = get("filtered", {"i"}, std::move(options));
  return gives == "ConditionFailed" ? "no" : gives == "generation 1: i=5" ? "yes" : gives;
}

std::string Asking::exists(std::string id, ReadOptions options) {
  options.deadline = deadline();
  return told_yes_or_no(await(client_.exists(key(std::move(id)), std::move(options))));
}

std::string Asking::operate(std::string id, std::vector<Operation> operations, WriteOptions options) {
  options.deadline = deadline();
  return told(await(client_.operate(key(std::move(id)), std::move(operations), std::move(options))));
}

std::string Asking::remove(std::string id, WriteOptions options) {
  options.deadline = deadline();
  return told_yes_or_no(await(client_.remove(key(std::move(id)), std::move(options))));
}

std::string Asking::touch(std::string id, WriteOptions options) {
  options.deadline = deadline();
  return told_generation(await(client_.touch(key(std::move(id)), std::move(options))));
}

std::string Asking::batch(std::vector<std::string> ids, std::vector<std::string> bins) {
  std::vector<Key> keys;
  for (auto& id : ids) keys.push_back(key(std::move(id)));
  ReadOptions options;
  options.deadline = deadline();
  const auto records = await(client_.get_many(kNamespace, std::move(keys), std::move(bins), options));
  return told_or_kind(records, [this](const auto& found) {
    std::string text;
    for (const auto& record : found) text += (text.empty() ? "" : " | ") + (record ? told(*record) : "none");
    return text;
  });
}

std::string Asking::pages(Query query, std::size_t limit, ReadOptions options) {
  query.name_space = kNamespace;
  query.set = kSet;
  options.deadline = deadline();
  std::map<std::string, std::string> by_id;
  std::string cursor;
  do {
    const auto page = await(client_.query_page(query, cursor, limit, options));
    if (!page) return exchanges::told(page.error().kind);
    if (page->entries.size() > limit) return "a page over its limit";
    for (const auto& entry : page->entries) {
      const std::string id =
          entry.id.empty() ? "x" + hex_of({reinterpret_cast<const char*>(entry.digest.data()), 4}) : entry.id;
      if (!by_id.emplace(id, told(entry.record)).second) return id + " came twice";
      if (!entry.id.empty() && entry.digest != digest_of(kSet, id)) return id + " has another's digest";
    }
    cursor = page->cursor;
  } while (!cursor.empty());
  std::string text;
  for (const auto& [id, record] : by_id) text += (text.empty() ? "" : " | ") + id + ' ' + record;
  return text;
}

std::string Asking::create_index(std::string bin, std::string name, IndexType type) {
  return told_done(await(client_.create_index({kNamespace, kSet, std::move(bin), std::move(name), type}, deadline())));
}

std::string Asking::truncate() { return told_done(await(client_.truncate(kNamespace, kSet, deadline()))); }

std::string Asking::info(std::string command, bool of_all) {
  const auto tell = [&](const InfoAnswers& answers) {
    const auto it = answers.find(command);
    return it == answers.end() ? std::string{"no answer"} : it->second;
  };
  if (!of_all) return told_or_kind(await(client_.info("", command + '\n', deadline())), tell);
  return told_or_kind(await(client_.info_all(command + '\n', deadline())), [&](const auto& by_node) {
    std::string text;
    for (const auto& [node, answers] : by_node) text += (text.empty() ? "" : " | ") + node + ' ' + tell(answers);
    return text;
  });
}

}  // namespace qm::aerospike::exchanges
