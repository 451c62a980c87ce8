// Has every exchange of the table with a real node, through a hop that writes down what passes, and writes the file
// that is replayed where there is no node. For a node of its own: it empties the set, drops the indexes and changes
// settings, which it sets back.
//
//   AEROSPIKE_TEST_HOST=127.0.0.1:3000 record_exchanges
#include <cstdlib>
#include <iostream>

#include "platform/aerospike/scripted_peer_fixture.hpp"
#include "platform/core/eventually.hpp"
#include "tests/aerospike/exchanges.hpp"
#include "tests/aerospike/lone_client.hpp"
#include "tests/aerospike/recording.hpp"

namespace qm::aerospike::exchanges {

namespace {

class Hop {
 public:
  explicit Hop(std::uint16_t node_port) : node_port_(node_port) {}

  std::uint16_t port() const { return peer_.port(); }
  void begin(const std::string& name) {
    std::lock_guard lock{mutex_};
    name_ = name;
    recording.names.push_back(name);
    recording.by_name[name];
  }

  Recording recording;

 private:
  int connect() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(node_port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("the node does not accept connections");
    return fd;
  }

  void pass(test::PeerSocket& client) {
    test::PeerSocket node{connect()};
    while (const auto asked = client.read_frame()) {
      const std::string request = test::frame(asked->type, asked->body);
      node.write(request);
      std::string reply;
      while (!is_complete(reply, is_streamed(request))) {
        const auto answer = node.read_frame();
        if (!answer) return;
        reply += test::frame(answer->type, answer->body);
      }
      write_down({comparable(request), reply});
      client.write(reply);
    }
  }

  void write_down(Recorded recorded) {
    std::lock_guard lock{mutex_};
    auto& known = recording.by_name.at(kDiscovery);
    const auto same = [&](const Recorded& other) { return other.request == recorded.request; };
    if (std::any_of(known.begin(), known.end(), same)) return;
    recording.by_name.at(name_).push_back(std::move(recorded));
  }

  const std::uint16_t node_port_;
  std::mutex mutex_;
  std::string name_;
  test::ScriptedPeer peer_{[this](test::PeerSocket& socket) { pass(socket); }};
};

void tell(Client& node, const std::string& commands) {
  if (commands.empty()) return;
  for (const auto& [command, answer] : await(node.info("", commands, deadline_in(kPatience))).value()) {
    if (answer != "ok") throw std::runtime_error(command + ": " + answer);
  }
}

void wait_for(Client& node, const std::string& what) {
  const std::string command = "namespace/" + std::string{kNamespace};
  const auto says_so = [&] {
    const auto answers = await(node.info("", command + '\n', deadline_in(kPatience))).value();
    return answers.at(command).find(what) != std::string::npos;
  };
  if (!what.empty() && !eventually(says_so, kPatience)) throw std::runtime_error("the node never said " + what);
}

int record(std::uint16_t node_port) {
  LoneClient direct{node_port};
  direct.wait(kNamespace).value();
  for (const char* index : {"by_age", "by_town"}) {
    const std::string drop = "sindex-delete:namespace=" + std::string{kNamespace} + ";indexname=" + index + '\n';
    await(direct->info("", drop, deadline_in(kPatience))).value();
  }
  await(direct->truncate(kNamespace, kSet, deadline_in(kPatience))).value();

  Hop hop{node_port};
  hop.begin(kDiscovery);
  hop.recording.began_s = std::time(nullptr);
  hop.recording.server = await(direct->info("", "build\n", deadline_in(kPatience))).value().at("build");
  LoneClient client{hop.port()};
  client.wait(kNamespace).value();
  if (!eventually([&] { return client->stats().tends >= 3; })) throw std::runtime_error("the client does not tend");
  int wrong = 0;
  for (const auto& exchange : all_exchanges()) {
    hop.begin(exchange.name);
    Asking asking{*client, hop.recording.began_s, kPatience};
    tell(*direct, exchange.setting.before);
    wait_for(*direct, exchange.setting.until);
    const std::string gave = exchange.ask(asking);
    tell(*direct, exchange.setting.after);
    if (gave == exchange.gives) continue;
    std::cerr << exchange.name << ": " << gave << "\n  instead of: " << exchange.gives << '\n';
    ++wrong;
  }
  hop.begin(kLogin);
  { LoneClient{hop.port(), kPatience, kUser}.wait(kNamespace, std::chrono::seconds{1}); }
  hop.recording.by_name[kLogin].resize(1);
  const std::string path = recorded_folder() + "/server-" + hop.recording.server + ".txt";
  write_recording(path, hop.recording);
  std::cout << hop.recording.names.size() << " exchanges in " << path << '\n';
  return wrong == 0 ? 0 : 1;
}

}  // namespace

}  // namespace qm::aerospike::exchanges

int main() {
  const char* given = std::getenv("AEROSPIKE_TEST_HOST");
  const std::string node = given == nullptr ? "" : given;
  const auto colon = node.rfind(':');
  const int port = colon == std::string::npos ? 0 : std::atoi(node.c_str() + colon + 1);
  if (port <= 0) {
    std::cerr << "AEROSPIKE_TEST_HOST must name a node of this machine as 127.0.0.1:port\n";
    return 2;
  }
  return qm::aerospike::exchanges::record(static_cast<std::uint16_t>(port));
}
