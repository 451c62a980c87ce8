// A blocking HTTP peer for tests: independent of the program's own client, and able to send what no client would.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "platform/core/eventually.hpp"

namespace qm::functional {

struct Reply {
  int status = 0;  // 0: no (whole) answer came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  // The body as JSON; null when it is none.
  boost::json::value json() const;
  std::string header(const std::string& name) const;
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// One connection. Every wait ends after 10 s.
class Connection {
 public:
  explicit Connection(std::uint16_t port);
  ~Connection();
  Connection(const Connection&) = delete;

  bool write(std::string_view bytes);  // false: the peer closed
  Reply read_reply(bool head = false);
  bool closed_by_peer();               // waits for the close

 private:
  int fd_ = -1;
  std::string buffered_;
};

// One service, a new connection for each call.
class Peer {
 public:
  Peer() = default;
  explicit Peer(std::uint16_t port) : port_(port) {}

  Reply get(const std::string& target, const HeaderList& headers = {}) const {
    return send("GET", target, {}, headers);
  }
  Reply post(const std::string& target, const std::string& body = {}, const HeaderList& headers = {}) const {
    return send("POST", target, body, headers);
  }
  Reply put(const std::string& target, const std::string& body, const HeaderList& headers = {}) const {
    return send("PUT", target, body, headers);
  }
  Reply send(const std::string& method, const std::string& target, const std::string& body,
             const HeaderList& headers) const;

  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_ = 0;
};

inline HeaderList bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

}  // namespace qm::functional
