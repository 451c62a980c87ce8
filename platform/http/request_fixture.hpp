// For tests of routes: a request as the server hands it to them.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "platform/http/message.hpp"

namespace qm::http {

// From this machine, with an id; a body is JSON. What else a test wants of it, it changes.
inline Request test_request(Method method, std::string path, std::string body = {},
                            std::vector<std::pair<std::string, std::string>> query = {}) {
  Request request;
  request.method = method;
  request.path = std::move(path);
  request.target = request.path;
  request.query = std::move(query);
  if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(body);
  request.remote_address = "127.0.0.1";
  request.request_id = "r1";
  return request;
}

}  // namespace qm::http
