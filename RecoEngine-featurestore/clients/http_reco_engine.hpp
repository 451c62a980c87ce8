// A running RecoEngine, as the programs ask it that work on one.
#pragma once
#include <stdexcept>
#include <string>

#include <boost/asio/io_context.hpp>

#include "platform/http/client.hpp"
#include "platform/json/parse.hpp"

namespace qm::reco {

// With a sentence for whoever started the program.
struct RecoEngineFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Each call waits for its answer, at most kCallTimeout. Throws RecoEngineFailed when none comes, or one that is no
// success or cannot be read. Not thread-safe.
class HttpRecoEngine {
 public:
  static constexpr std::chrono::seconds kCallTimeout{150};

  // Throws std::invalid_argument for anything but "http://host:port". `service_token` may be empty.
  HttpRecoEngine(std::string url, std::string service_token);

  template <class Out>
  Out get(std::string target) {
    return read<Out>(target, call(http::Method::Get, target, {}));
  }
  // As it comes.
  std::string get_text(std::string target) { return call(http::Method::Get, std::move(target), {}); }
  // `body` as an answer to `target`.
  template <class Out>
  Out parsed(const std::string& target, const std::string& body) const {
    return read<Out>(target, body);
  }
  template <class Out>
  Out post(std::string target, std::string body = {}) {
    return read<Out>(target, call(http::Method::Post, target, std::move(body)));
  }

 private:
  // → the body.
  std::string call(http::Method method, std::string target, std::string body);
  Result<http::ClientResponse> send(http::ClientRequest request);
  [[noreturn]] void refuse(const std::string& target) const;

  template <class Out>
  Out read(const std::string& target, const std::string& body) const {
    auto out = json::parse<Out>(body);
    if (!out) refuse(target);
    return std::move(*out);
  }

  const std::string url_, service_token_;
  boost::asio::io_context context_{1};  // outlives the client's idle connections
  http::Client client_;
};

}  // namespace qm::reco
