#include "tools/tidy/rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>

namespace qm::tidy {

namespace {

constexpr std::size_t kMaxColumns = 120;

// ---------------------------------------------------------------------------------------------------------- the tables

// A layer of a service and what it may include besides itself: its service's layers by their bare name, everything else
// by the path's beginning.
struct Layer {
  std::string_view name;
  std::vector<std::string_view> may_include;
  // What only the adapters in clients/ may include: http_*.hpp and http_*.cpp, behind a port that does not. (security:
  // messages are signed.)
  std::vector<std::string_view> adapters_too{};
};

const std::vector<Layer>& layers() {
  static const std::vector<Layer> table{
      {"domain", {"platform/core/"}},
      // json: rules and demo data are records in files. security: random ids and keyed hashes are part of a key.
      {"store", {"domain", "platform/core/", "platform/kv/", "platform/json/", "platform/security/"}},
      {"model", {"domain", "platform/core/"}},
      {"evaluation", {"platform/core/"}},
      // csv: public datasets of purchases.
      {"training", {"domain", "model", "evaluation", "platform/core/", "platform/csv/", "platform/json/"}},
      {"clients", {"domain", "contracts/", "platform/core/"}, {"platform/http/", "platform/json/", "platform/security/"}},
      // kv: the port's own words (health, errors); records are the store layer's.
      {"app",
       {"domain", "store", "model", "evaluation", "training", "clients", "platform/core/", "platform/log/", "platform/metrics/",
        "platform/jobs/", "platform/kv/", "platform/security/"}},
      {"api",
       {"app", "domain", "contracts/", "platform/core/", "platform/csv/", "platform/http/", "platform/json/",
        "platform/security/"}},
  };
  return table;
}

// A folder of platform/ and the others that it stands on.
struct Part {
  std::string_view name;
  std::vector<std::string_view> stands_on;
};

const std::vector<Part>& platform_parts() {
  static const std::vector<Part> table{
      {"core", {}},
      {"log", {"core"}},
      {"config", {"core"}},
      {"csv", {"core"}},
      {"metrics", {"core"}},
      {"security", {"core"}},
      {"json", {"core"}},
      {"http", {"core", "json", "log"}},
      {"kv", {"core", "log", "aerospike"}},
      {"jobs", {"core", "kv", "log"}},
      {"aerospike", {"core", "log"}},
      {"service", {"core", "log", "config", "metrics", "security", "json", "http", "kv", "jobs", "aerospike"}},
  };
  return table;
}

// A library with a face of ours: only the files behind the face see its headers.
struct Library {
  std::string_view header;
  std::string_view home;
};

constexpr std::array kLibraries{
    Library{"xgboost/", "RecoEngine-featurestore/model/"},
    Library{"Eigen/", "RecoEngine-featurestore/evaluation/"},
    Library{"rocksdb/", "platform/kv/"},
    Library{"sodium", "platform/security/"},
    Library{"jwt.h", "platform/security/"},
    Library{"xapian", "QuickMart-backend/store/"},
    Library{"prometheus/", "platform/metrics/"},
    Library{"spdlog/", "platform/log/"},
    Library{"CLI/", "platform/config/"},
};

constexpr std::array<std::string_view, 3> kServices{"QuickMart-backend", "RecoEngine-featurestore", "PaymentSandbox"};
constexpr std::array<std::string_view, 7> kRoots{
    "QuickMart-backend/", "RecoEngine-featurestore/", "PaymentSandbox/", "platform/", "contracts/", "tests/", "tools/"};
// The one place where a service runs in another's process: docs/adr/0016.
constexpr std::string_view kLocalGateway = "QuickMart-backend/clients/local_payment_gateway.";
constexpr std::array<std::string_view, 3> kRunsInTheShop{"PaymentSandbox/app/", "PaymentSandbox/store/",
                                                         "PaymentSandbox/domain/"};
constexpr std::array<std::string_view, 7> kNamelessFolders{"util",    "utils", "common", "helper",
                                                           "helpers", "misc",  "shared"};
constexpr std::array<std::string_view, 9> kNotForDomain{"fstream",    "iostream",   "filesystem",  "thread",   "future",
                                                        "boost/json", "boost/asio", "boost/beast", "boost/url"};
constexpr std::array<std::string_view, 4> kOpenWork{"TODO", "FIXME", "XXX", "HACK"};
constexpr std::array<std::string_view, 4> kOutside{"\"/home/", "\"/root/", "\"/tmp/", "\"/work/"};
// A test may look again and again until something has come, in a function of this name.
constexpr std::string_view kPatience = "bool eventually(";
constexpr int kPatienceLines = 8;

// ------------------------------------------------------------------------------------------------------------ the
// words

template <class Range>
bool has(const Range& range, std::string_view word) {
  return std::find(range.begin(), range.end(), word) != range.end();
}

std::string_view first_folder(std::string_view path) { return path.substr(0, path.find('/')); }

// "platform/kv/store.hpp" → "kv"; "" when the file lies in the first folder itself.
std::string_view second_folder(std::string_view path) {
  const auto begin = path.find('/');
  if (begin == std::string_view::npos) return {};
  const auto end = path.find('/', begin + 1);
  return end == std::string_view::npos ? std::string_view{} : path.substr(begin + 1, end - begin - 1);
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_source(std::string_view path) { return path.ends_with(".cpp") || path.ends_with(".hpp"); }

// Tests put the layers together as they need them.
bool is_test(std::string_view path) {
  return path.ends_with("_test.cpp") || path.ends_with("_fixture.hpp") || path.ends_with("_fixture.cpp");
}

std::size_t columns(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool has_word(std::string_view line, std::string_view word) {
  const auto is_letter = [&](std::size_t at) {
    return at < line.size() && (std::isalnum(static_cast<unsigned char>(line[at])) != 0 || line[at] == '_');
  };
  for (auto at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    if ((at == 0 || !is_letter(at - 1)) && !is_letter(at + word.size())) return true;
  }
  return false;
}

struct Include {
  std::string_view target;  // empty: the line includes nothing
  bool quoted = false;
};

Include included_by(std::string_view line) {
  const auto skip_blanks = [&] { line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size())); };
  skip_blanks();
  if (!line.starts_with('#')) return {};
  line.remove_prefix(1);
  skip_blanks();
  constexpr std::string_view kWord = "include";
  if (!line.starts_with(kWord)) return {};
  line.remove_prefix(kWord.size());
  skip_blanks();
  if (!line.starts_with('"') && !line.starts_with('<')) return {};
  const bool quoted = line.front() == '"';
  line.remove_prefix(1);
  const auto end = line.find(quoted ? '"' : '>');
  return end == std::string_view::npos ? Include{} : Include{line.substr(0, end), quoted};
}

// ------------------------------------------------------------------------------------------------------------ the
// rules

// → what is wrong with `target` in a layer's file; empty: nothing.
std::string judge_layer(std::string_view path, std::string_view target) {
  const std::string_view service = first_folder(path), layer = second_folder(path);
  // main.cpp and the settings wire everything; so does a program of its own.
  if (layer.empty() || is_test(path) || path.ends_with("_main.cpp")) return {};
  const bool own_service = first_folder(target) == service;
  if (own_service && second_folder(target) == layer) return {};
  const auto row = std::find_if(layers().begin(), layers().end(), [&](const Layer& l) { return l.name == layer; });
  if (row == layers().end()) return "there is no layer " + std::string{layer} + "/ in a service";
  const auto allowed = [&](std::string_view what) {
    return what.ends_with('/') ? target.starts_with(what) : own_service && second_folder(target) == what;
  };
  if (std::any_of(row->may_include.begin(), row->may_include.end(), allowed)) return {};
  if (file_name(path).starts_with("http_") &&
      std::any_of(row->adapters_too.begin(), row->adapters_too.end(), allowed)) {
    return {};
  }
  return std::string{layer} + "/ may not include " + std::string{target};
}

std::string judge_platform(std::string_view path, std::string_view target) {
  const std::string_view part = second_folder(path);
  if (first_folder(target) != "platform") return "platform/ may not include " + std::string{target};
  if (second_folder(target) == part || is_test(path)) return {};
  const auto row =
      std::find_if(platform_parts().begin(), platform_parts().end(), [&](const Part& p) { return p.name == part; });
  if (row == platform_parts().end())
    return "there is no part platform/" + std::string{part} + "/ in the table of parts";
  if (has(row->stands_on, second_folder(target))) return {};
  return "platform/" + std::string{part} + "/ may not include " + std::string{target};
}

std::string judge_own_include(std::string_view path, std::string_view target) {
  const bool known =
      std::any_of(kRoots.begin(), kRoots.end(), [&](std::string_view root) { return target.starts_with(root); });
  if (!known && !target.starts_with("bench/"))
    return "own headers are included by their path in the repository: " + std::string{target};
  const std::string_view from = first_folder(path), to = first_folder(target);
  if (has(kServices, from)) {
    const auto starts = [&](std::string_view folder) { return target.starts_with(folder); };
    if (path.starts_with(kLocalGateway) && std::any_of(kRunsInTheShop.begin(), kRunsInTheShop.end(), starts)) return {};
    if (has(kServices, to) && from != to) return "the services never include each other: " + std::string{target};
    return judge_layer(path, target);
  }
  if (from == "platform") return judge_platform(path, target);
  if (from == "contracts" && to != "contracts" && !target.starts_with("platform/core/") &&
      !target.starts_with("platform/json/")) {
    return "contracts/ may not include " + std::string{target};
  }
  return {};
}

std::string judge_library(std::string_view path, std::string_view target) {
  for (const auto& [header, home] : kLibraries) {
    if (!target.starts_with(header) || path.starts_with("bench/") || path.starts_with("tests/")) continue;
    if (!path.starts_with(home)) return std::string{target} + " is seen in " + std::string{home} + " only";
    if (path.ends_with(".hpp") && header == "xgboost/") return std::string{target} + " is seen in a .cpp only";
  }
  if (second_folder(path) == "domain" && !is_test(path)) {
    const auto starts = [&](std::string_view banned) { return target.starts_with(banned); };
    if (std::any_of(kNotForDomain.begin(), kNotForDomain.end(), starts))
      return "domain/ is pure: no " + std::string{target};
  }
  return {};
}

std::vector<std::string> judge_source_line(std::string_view path, std::string_view line) {
  std::vector<std::string> wrong;
  if (const Include include = included_by(line); !include.target.empty()) {
    auto what = include.quoted ? judge_own_include(path, include.target) : judge_library(path, include.target);
    if (!what.empty()) wrong.push_back(std::move(what));
  }
  if (second_folder(path) == "domain" && !is_test(path) && line.find("_clock::now") != std::string_view::npos) {
    wrong.emplace_back("domain/ is pure: the time is an argument");
  }
  return wrong;
}

bool sleeps(std::string_view line) {
  return has_word(line, "sleep_for") || has_word(line, "sleep_until") || has_word(line, "usleep");
}

std::vector<std::string> judge_any_line(std::string_view line) {
  std::vector<std::string> wrong;
  // A raw literal cannot be broken without changing what it says.
  const bool is_literal = line.find("R\"") != std::string_view::npos;
  if (columns(line) > kMaxColumns && !is_literal) wrong.push_back("longer than " + std::to_string(kMaxColumns) + " columns");
  for (const auto word : kOpenWork) {
    if (has_word(line, word)) wrong.push_back(std::string{word} + " is work left lying; do it or file it");
  }
  for (const auto outside : kOutside) {
    if (line.find(outside) != std::string_view::npos) wrong.emplace_back("a path outside the repository");
  }
  return wrong;
}

std::string judge_path(std::string_view path) {
  for (std::string_view rest = path; rest.find('/') != std::string_view::npos; rest.remove_prefix(rest.find('/') + 1)) {
    const std::string_view folder = first_folder(rest);
    if (has(kNamelessFolders, folder))
      return "a folder named " + std::string{folder} + "/ says nothing of what it holds";
  }
  return {};
}

}  // namespace

bool is_judged(std::string_view path) {
  return is_source(path) || path.ends_with(".cmake") || path.ends_with("CMakeLists.txt") || path.ends_with(".sh");
}

std::vector<Complaint> judge(std::string_view path, std::string_view text) {
  std::vector<Complaint> complaints;
  if (auto wrong = judge_path(path); !wrong.empty()) complaints.push_back({1, std::move(wrong)});
  if (path.ends_with(".hpp") && text.find("#pragma once") == std::string_view::npos) {
    complaints.push_back({1, "a header begins with #pragma once"});
  }
  int number = 0, patient_until = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (is_source(path)) {
      for (auto& wrong : judge_source_line(path, line)) complaints.push_back({number, std::move(wrong)});
    }
    if (path.starts_with("tools/tidy/")) continue;  // the words that are forbidden stand here
    if (line.find(kPatience) != std::string_view::npos) patient_until = number + kPatienceLines;
    if (path.ends_with("_test.cpp") && sleeps(line) && number > patient_until) {
      complaints.push_back({number, "a test waits for what it needs, it never sleeps"});
    }
    for (auto& wrong : judge_any_line(line)) complaints.push_back({number, std::move(wrong)});
  }
  return complaints;
}

}  // namespace qm::tidy
