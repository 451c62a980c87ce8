#include "platform/http/router.hpp"

#include <stdexcept>

namespace qm::http {

namespace {

// Cuts the next segment off: "/a/b" → "a", rest "/b".
std::string_view next_segment(std::string_view& rest) {
  rest.remove_prefix(1);
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(end);
  return segment;
}

}  // namespace

void Router::add(Method method, std::string_view pattern, std::size_t endpoint) {
  Node* node = &root_;
  std::size_t parameters = 0;
  std::string_view rest = pattern;
  while (!rest.empty() && rest != "/") {
    const std::string_view segment = next_segment(rest);
    auto& child = segment.starts_with('{') ? node->parameter : node->children[std::string{segment}];
    if (segment.starts_with('{') && ++parameters > kMaxPathParameters)
      throw std::logic_error("too many path parameters");
    if (!child) child = std::make_unique<Node>();
    node = child.get();
  }
  for (const auto& [known, index] : node->endpoints) {
    if (known == method) throw std::logic_error("two endpoints for " + std::string{pattern});
  }
  node->endpoints.emplace_back(method, endpoint);
}

const Router::Node* Router::walk(const Node& node, std::string_view rest, PathParameters& parameters) const {
  if (rest.empty() || rest == "/") return node.endpoints.empty() ? nullptr : &node;
  const std::string_view segment = next_segment(rest);
  if (auto child = node.children.find(segment); child != node.children.end()) {
    if (const Node* found = walk(*child->second, rest, parameters)) return found;
  }
  if (!node.parameter || segment.empty()) return nullptr;
  const std::size_t index = parameters.count;
  parameters.values[parameters.count++] = segment;
  if (const Node* found = walk(*node.parameter, rest, parameters)) return found;
  parameters.count = index;
  return nullptr;
}

Router::Match Router::find(Method method, std::string_view path) const {
  Match match;
  if (path.empty() || path.front() != '/') return match;
  const Node* node = walk(root_, path, match.parameters);
  if (node == nullptr) return match;
  match.path_known = true;
  const Method wanted = method == Method::Head ? Method::Get : method;
  for (const auto& [known, endpoint] : node->endpoints) {
    if (known == wanted) {
      match.endpoint = endpoint;
      return match;
    }
  }
  for (const auto& [known, endpoint] : node->endpoints) {
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += to_string(known);
    if (known == Method::Get) match.allow += ", HEAD";
  }
  return match;
}

}  // namespace qm::http
