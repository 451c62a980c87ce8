// Settings of a client. Times in milliseconds. Plain values; thread-compatible.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace qm::aerospike {

struct Endpoint {
  std::string host;  // a name, or an address (IPv6 without brackets)
  std::uint16_t port = 3000;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

struct TlsOptions {
  bool enabled = false;
  std::string ca_file{};           // PEM; empty: those that the system trusts
  std::string certificate_file{};  // PEM, with its chain; for nodes that ask clients to prove who they are
  std::string key_file{};          // PEM
  std::string server_name{};       // of which nodes must have a certificate; empty: their published tls-name, or host
};

struct ClientOptions {
  std::vector<Endpoint> seeds{};  // at least one; any node that answers tells of the others
  std::string cluster_name{};     // when set, nodes of another cluster are refused
  std::string user{};             // when set, every connection logs in (Enterprise servers with security)
  std::string password{};
  TlsOptions tls{};                  // when enabled, a connection has one command under way at a time: use more of them
  bool alternate_addresses = false;  // reach nodes by their alternate-access-address
  // Published host → host by which it is reached from here.
  std::vector<std::pair<std::string, std::string>> address_map{};

  std::chrono::milliseconds connect_timeout_ms{1'000};  // login included; also the patience for a tend request
  // One attempt to read, before another replica is asked. A write has one attempt and its whole deadline: giving up
  // earlier would only leave it in doubt.
  std::chrono::milliseconds request_timeout_ms{500};
  std::chrono::milliseconds tend_interval_ms{1'000};
  // A node that owes a reply and has said nothing at all for so long gets no writes, and those under way are in doubt,
  // until it agrees with the others about who is in the cluster. Well below the time after which the cluster itself
  // gives a node up (its heartbeat's interval times timeout: 1.5 s as a rule). See ADR 0013.
  std::chrono::milliseconds silence_ms{500};
  // A connection whose reply to a read is late gets no more commands; it is closed unless it has caught up after so
  // long. A late write closes it at once.
  std::chrono::milliseconds late_reply_ms{1'000};
  std::chrono::milliseconds max_idle_ms{50'000};  // below the server's proto-fd-idle-ms, or 0: never closed for it

  // Per node and thread, opened as the load asks for them. The server works on one command per connection at a time,
  // so this is also how many commands of a thread it can work on at once.
  std::size_t connections = 64;        // for reads of one record, and as many for writes
  std::size_t stream_connections = 8;  // for batches, queries and info, which may take long
  std::size_t max_in_flight = 16;      // commands per connection; when all are full, calls answer Unavailable

  std::size_t max_retries = 10;                    // of a call, within its deadline
  std::size_t max_frame_bytes = 16 * 1024 * 1024;  // of a request (TooLarge), and of one frame of a reply
};

}  // namespace qm::aerospike
