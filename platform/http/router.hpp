// Path → endpoint. Static segments win over parameters; a trailing slash makes no difference.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/message.hpp"

namespace qm::http {

inline constexpr std::size_t kMaxPathParameters = 4;

struct PathParameters {
  std::array<std::string_view, kMaxPathParameters> values{};  // in the pattern's order; views into the path
  std::size_t count = 0;
};

// Built once, then read from any thread.
class Router {
 public:
  // `pattern`: "/a/{name}/b". Throws std::logic_error for one that is there already, or of too many parameters.
  void add(Method method, std::string_view pattern, std::size_t endpoint);

  struct Match {
    bool path_known = false;  // some method has this path
    std::size_t endpoint = npos;
    PathParameters parameters;
    std::string allow;        // methods of the path, when the asked one is not among them: "GET, HEAD"
  };
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  // `path` is decoded and begins with '/'. HEAD finds GET's endpoint.
  Match find(Method method, std::string_view path) const;

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
    std::unique_ptr<Node> parameter;
    std::vector<std::pair<Method, std::size_t>> endpoints;
  };
  const Node* walk(const Node& node, std::string_view rest, PathParameters& parameters) const;

  Node root_;
};

}  // namespace qm::http
