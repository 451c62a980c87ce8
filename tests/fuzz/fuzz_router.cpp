// Any path: the router finds what a plain look through all patterns finds.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/router.hpp"

namespace {

using qm::http::Method;
using qm::http::Router;

const std::vector<std::string>& patterns() {
  static const std::vector<std::string> all{
      "/",        "/a",       "/a/b",         "/a/{x}",   "/{x}",         "/{x}/b",
      "/a/{x}/c", "/a/b/{y}", "/{x}/{y}/{z}", "/a/b/c/d", "/{x}/b/{y}/d", "/{x}/{y}/{z}/{w}"};
  return all;
}

const Router& router() {
  static const Router only = [] {
    Router made;
    for (std::size_t i = 0; i < patterns().size(); ++i)
      made.add(i % 3 == 2 ? Method::Post : Method::Get, patterns()[i], i);
    return made;
  }();
  return only;
}

// "/a//b/" → "a", "", "b": a slash at the end makes no difference.
std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> all;
  path.remove_prefix(1);
  while (true) {
    const std::size_t end = path.find('/');
    all.push_back(path.substr(0, end));
    if (end == std::string_view::npos) break;
    path.remove_prefix(end + 1);
  }
  if (all.back().empty()) all.pop_back();
  return all;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

bool matches(const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& path) {
  if (pattern.size() != path.size()) return false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (is_parameter(pattern[i]) ? path[i].empty() : pattern[i] != path[i]) return false;
  }
  return true;
}

// Whether `a` is to be preferred: the first segment that differs is not a parameter.
bool is_closer(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (is_parameter(a[i]) != is_parameter(b[i])) return !is_parameter(a[i]);
  }
  return false;
}

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path{reinterpret_cast<const char*>(data), size};
  const auto found = router().find(Method::Get, path);
  if (path.empty() || path[0] != '/') {
    must(!found.path_known);
    return 0;
  }
  const auto given = segments(path);
  std::size_t best = Router::npos;
  for (std::size_t i = 0; i < patterns().size(); ++i) {
    const auto pattern = segments(patterns()[i]);
    if (matches(pattern, given) && (best == Router::npos || is_closer(pattern, segments(patterns()[best])))) best = i;
  }
  must(found.path_known == (best != Router::npos));
  if (best == Router::npos) return 0;
  const bool posts = best % 3 == 2;
  must(found.endpoint == (posts ? Router::npos : best));
  must(found.allow == (posts ? "POST" : ""));
  must(router().find(Method::Head, path).endpoint == found.endpoint);
  std::size_t at = 0;
  const auto pattern = segments(patterns()[best]);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_parameter(pattern[i])) must(at < found.parameters.count && found.parameters.values[at++] == given[i]);
  }
  must(at == found.parameters.count);
  return 0;
}
