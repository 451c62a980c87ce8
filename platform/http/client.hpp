// An HTTP/1.1 client for the other service: pooled keep-alive connections per worker thread, a deadline for every
// call, bounded retries for idempotent calls, and a circuit breaker that fails fast while the peer is down. Over TLS
// (1.2 and above) with https: the peer's certificate, and that it is the host's, are always verified.
// Thread-safe; a Task is resumed on the thread that awaited it.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "platform/http/message.hpp"

namespace qm::http {

struct ClientOptions {
  std::chrono::milliseconds connect_timeout_ms{500};
  std::chrono::milliseconds timeout_ms{2'000};      // a whole call, retries included
  int max_retries = 2;                              // idempotent calls only
  std::size_t max_idle_connections = 16;            // per worker thread
  std::size_t max_connections = 64;                 // per worker thread; one more waits for its deadline
  std::size_t max_response_bytes = 4 * 1024 * 1024;
  int breaker_failures = 5;                         // in a row open the breaker
  std::chrono::milliseconds breaker_open_ms{1'000};  // then one trial call
  std::string ca_file{};  // of https: PEM file of whom to trust; empty: whom the system trusts
  bool public_addresses_only = false;  // of what the host resolves to, at each connect; else it is not reachable
  bool cut_large_bodies = false;  // a body over max_response_bytes is left out, rather than being no sane answer
};

struct ClientRequest {
  Method method = Method::Get;
  std::string target;  // path and query, already encoded
  std::string body{};
  std::string content_type = "application/json";
  Headers headers{};
  bool idempotent = false;  // a POST may say so; GET, PUT, DELETE are
};

struct ClientResponse {
  int status = 0;
  std::string body;
  Headers headers;
};

class Client {
 public:
  // `base_url`: "http://host:port" or "https://host:port". Throws std::invalid_argument for anything else, and for a
  // `ca_file` that cannot be used.
  Client(std::string base_url, ClientOptions options = {});
  ~Client();

  // Any answer is a success, whatever its status. Unavailable: not sent, or breaker open. Timeout: known not to have
  // been sent. InDoubt: sent, and no (whole, sane) answer came.
  Task<Result<ClientResponse>> send(ClientRequest request, Deadline deadline);

  bool breaker_open() const;
  // Whether a call would go out now: the breaker is closed, or it is time for a trial.
  bool would_call() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

// Percent-encodes one path segment or query value.
std::string encode_component(std::string_view text);

}  // namespace qm::http
