#include "platform/json/parse.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value_stack.hpp>

#include <unordered_set>

namespace qm::json {

namespace {

// What both handlers of Boost's parser below have in common.
struct Handler {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);
  using Code = boost::system::error_code;
  using Text = boost::json::string_view;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_array_begin(Code&) { return true; }
  bool on_number_part(Text, Code&) { return true; }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }
};

// Builds the document, and counts its members as written: of a member given twice the document keeps one.
class DocumentBuilder : public Handler {
 public:
  std::size_t members = 0;

  // The document's parts live and die together: they are cut from few blocks, which it owns.
  explicit DocumentBuilder(std::size_t block_bytes) {
    stack_.reset(boost::json::make_shared_resource<boost::json::monotonic_resource>(block_bytes));
  }
  boost::json::value release() { return stack_.release(); }

  bool on_object_begin(Code&) { return true; }
  bool on_object_end(std::size_t size, Code&) { return members += size, stack_.push_object(size), true; }
  bool on_array_end(std::size_t size, Code&) { return stack_.push_array(size), true; }
  bool on_key_part(Text part, std::size_t, Code&) { return stack_.push_chars(part), true; }
  bool on_key(Text part, std::size_t, Code&) { return stack_.push_key(part), true; }
  bool on_string_part(Text part, std::size_t, Code&) { return stack_.push_chars(part), true; }
  bool on_string(Text part, std::size_t, Code&) { return stack_.push_string(part), true; }
  bool on_number_part(Text part, Code&) { return number_.append(part), true; }
  bool on_int64(std::int64_t value, Text, Code&) { return number_.clear(), stack_.push_int64(value), true; }
  bool on_uint64(std::uint64_t value, Text, Code&) { return number_.clear(), stack_.push_uint64(value), true; }
  // The library's own value is off by a bit now and then, so that a printed number would not read back as itself.
  bool on_double(double value, Text part, Code& failed) {
    number_.append(part);
    std::from_chars(number_.data(), number_.data() + number_.size(), value);  // leaves it when out of range
    number_.clear();
    if (!std::isfinite(value)) failed = make_error_code(boost::json::error::exponent_overflow);
    return stack_.push_double(value), !failed;
  }
  bool on_bool(bool value, Code&) { return stack_.push_bool(value), true; }
  bool on_null(Code&) { return stack_.push_null(), true; }

 private:
  boost::json::value_stack stack_;
  std::string number_;
};

std::size_t members_of(const boost::json::value& json) {
  std::size_t members = 0;
  if (const auto* object = json.if_object()) {
    members = object->size();
    for (const auto& member : *object) members += members_of(member.value());
  } else if (const auto* array = json.if_array()) {
    for (const auto& element : *array) members += members_of(element);
  }
  return members;
}

// Finds the member given twice. Runs over text already known to be valid.
class DuplicateFinder : public Handler {
 public:
  bool on_object_begin(Code&) { return names_.emplace_back(), true; }
  bool on_object_end(std::size_t, Code&) { return names_.pop_back(), true; }
  bool on_array_end(std::size_t, Code&) { return true; }
  bool on_key_part(Text part, std::size_t, Code&) { return key_.append(part), true; }
  bool on_key(Text part, std::size_t, Code& failed) {
    key_.append(part);
    const bool is_new = names_.back().insert(std::move(key_)).second;
    if (!is_new) failed = make_error_code(boost::json::error::syntax);
    key_.clear();
    return is_new;
  }
  bool on_string_part(Text, std::size_t, Code&) { return true; }
  bool on_string(Text, std::size_t, Code&) { return true; }
  bool on_int64(std::int64_t, Text, Code&) { return true; }
  bool on_uint64(std::uint64_t, Text, Code&) { return true; }
  bool on_double(double, Text, Code&) { return true; }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }

 private:
  std::vector<std::unordered_set<std::string>> names_;
  std::string key_;
};

Error not_json(std::string_view root, std::size_t offset, const std::string& why) {
  return invalid({{{std::string{root}},
                   "the body is not JSON: " + why + " at byte " + std::to_string(offset),
                   "value_error.jsondecode"}});
}

}  // namespace

Result<boost::json::value> parse_document(std::string_view text, std::string_view root) {
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::json::basic_parser<DocumentBuilder> parser{options, 2 * text.size() + 256};
  boost::system::error_code failed;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), failed);
  if (failed) return not_json(root, read, failed.message());
  for (std::size_t i = read; i < text.size(); ++i) {
    if (text[i] != ' ' && text[i] != '\n' && text[i] != '\r' && text[i] != '\t') return not_json(root, i, "extra data");
  }
  auto document = parser.handler().release();
  if (members_of(document) != parser.handler().members) {
    boost::json::basic_parser<DuplicateFinder> finder{options};
    const std::size_t second = finder.write_some(false, text.data(), text.size(), failed);
    return not_json(root, second, "a member is given twice");
  }
  return document;
}

void Reader::fault(std::string message, std::string type) {
  std::vector<std::string> loc{root_};
  for (const Step& step : at_)
    loc.push_back(step.name.data() == nullptr ? std::to_string(step.index) : std::string{step.name});
  faults_.push_back({std::move(loc), std::move(message), std::move(type)});
}

void check_limit(const Range& limit, double value, Reader& reader) {
  const auto number = [](double n) {
    char text[32];
    return std::string(text, std::to_chars(text, text + sizeof text, n).ptr);
  };
  if (value < limit.low) {
    reader.fault("ensure this value is greater than or equal to " + number(limit.low), "value_error.number.not_ge");
  } else if (value > limit.high) {
    reader.fault("ensure this value is less than or equal to " + number(limit.high), "value_error.number.not_le");
  }
}

void check_limit(const Length& limit, std::size_t size, bool text, Reader& reader) {
  if (size >= limit.low && size <= limit.high) return;
  const std::string what = text ? "characters" : "items";
  const std::string type = text ? "value_error.any_str." : "value_error.list.";
  if (size < limit.low) {
    reader.fault("ensure this value has at least " + std::to_string(limit.low) + " " + what,
                 type + (text ? "min_length" : "min_items"));
  } else if (size > limit.high) {
    reader.fault("ensure this value has at most " + std::to_string(limit.high) + " " + what,
                 type + (text ? "max_length" : "max_items"));
  }
}

void check_limit(const OneOf& limit, std::string_view text, Reader& reader) {
  if (std::find(limit.values.begin(), limit.values.end(), text) != limit.values.end()) return;
  std::string names;
  for (const auto& value : limit.values) names += (names.empty() ? "'" : ", '") + value + "'";
  reader.fault("value is not one of " + names, "type_error.enum");
}

void check_limit(const Email&, std::string_view text, Reader& reader) {
  const auto plain = [](std::string_view part, std::string_view extra) {
    return !part.empty() && part.front() != '.' && part.back() != '.' && part.find("..") == std::string_view::npos &&
           std::all_of(part.begin(), part.end(), [&](char c) {
             const auto byte = static_cast<unsigned char>(c);
             return byte >= 0x80 || std::isalnum(byte) != 0 || extra.find(c) != std::string_view::npos;
           });
  };
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const std::size_t at = text.rfind('@');
  const bool fits = text.size() <= 254 && at != std::string_view::npos && at <= 64 &&
                    plain(text.substr(0, at), ".!#$%&'*+/=?^_`{|}~-") && plain(text.substr(at + 1), ".-") &&
                    text.substr(at + 1).find('.') != std::string_view::npos;
  if (!fits) reader.fault("value is not a valid email address", "value_error.email");
}

void check_limit(const Identifier&, std::string_view text, Reader& reader) {
  if (!is_valid_id(text)) reader.fault("an id is 1 to 128 characters of A-Z a-z 0-9 . _ @ + -", "value_error.id");
}

void read(const boost::json::value& json, bool& out, Reader& reader) {
  if (const auto* value = json.if_bool()) {
    out = *value;
  } else {
    reader.fault("value is not a boolean", "type_error.bool");
  }
}

void read(const boost::json::value& json, double& out, Reader& reader) {
  if (json.is_number()) {
    out = json.to_number<double>();
    if (std::isfinite(out)) return;
  }
  reader.fault("value is not a valid number", "type_error.float");
}

void read(const boost::json::value& json, std::string& out, Reader& reader) {
  if (const auto* text = json.if_string()) {
    out.assign(text->data(), text->size());
  } else {
    reader.fault("value is not a string", "type_error.str");
  }
}

void read(const boost::json::value& json, Amount& out, Reader& reader) {
  double major = 0;
  const std::size_t before = reader.faults().size();
  read(json, major, reader);
  if (reader.faults().size() != before) return;
  const double minor = std::nearbyint(major * 100);
  // Up to a trillion a double tells cents apart exactly.
  if (std::fabs(major) > 1e12) {
    reader.fault("an amount is at most 1000000000000", "value_error.number.not_le");
  } else if (std::fabs(major * 100 - minor) > 1e-4) {
    reader.fault("an amount has at most two decimals", "value_error.amount");
  } else {
    out.minor = static_cast<std::int64_t>(minor);
  }
}

void read(const boost::json::value& json, Timestamp& out, Reader& reader) {
  const auto* text = json.if_string();
  auto at = text == nullptr ? Result<Timestamp>{rejected("")} : parse_rfc3339({text->data(), text->size()});
  if (at) {
    out = *at;
  } else {
    reader.fault("value is not a time as in 2026-11-22T09:49:08.614Z", "value_error.datetime");
  }
}

std::optional<std::int64_t> read_integer(const boost::json::value& json, std::int64_t low, std::int64_t high,
                                         Reader& reader) {
  std::optional<std::int64_t> number;
  if (const auto* value = json.if_int64()) {
    number = *value;
  } else if (const auto* real = json.if_double();
             real != nullptr && std::trunc(*real) == *real && std::fabs(*real) < 9e15) {
    number = static_cast<std::int64_t>(*real);
  }
  if (!number || *number < low || *number > high) {
    reader.fault("value is not a valid integer", "type_error.integer");
    return std::nullopt;
  }
  return number;
}

}  // namespace qm::json
