#include "tests/cluster/test_cluster.hpp"

#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "platform/core/await.hpp"
#include "platform/service/cluster_nodes.hpp"

namespace qm::test {

namespace {

using namespace std::chrono_literals;

std::string setting(const char* name, const char* otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr || *given == '\0' ? otherwise : given;
}

aerospike::ClientOptions cluster_options() {
  aerospike::ClientOptions options;
  options.seeds = service::parse_cluster_nodes(cluster_host(), 3000).value();
  return options;
}

std::vector<std::string> split(const std::string& text, char between) {
  std::vector<std::string> parts;
  std::istringstream stream{text};
  for (std::string part; std::getline(stream, part, between);)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

std::vector<std::string> served_name_spaces() {
  if (cluster_host().empty()) return {};
  TestCluster cluster{{}};
  const auto answers = await(cluster.client().info("", "namespaces\n", deadline_in(5s))).value();
  return split(answers.begin()->second, ';');
}

}  // namespace

std::string cluster_host() { return setting("AEROSPIKE_TEST_HOST", ""); }

std::vector<std::string> cluster_name_spaces() {
  return split(setting("AEROSPIKE_TEST_NAMESPACE", "churn_features,quick_mart"), ',');
}

bool cluster_has(const std::string& name_space) {
  static const std::vector<std::string> served = served_name_spaces();
  return std::find(served.begin(), served.end(), name_space) != served.end();
}

TestCluster::TestCluster(std::vector<std::string> name_spaces) : client_(cluster_options()) {
  boost::asio::io_context* contexts[] = {&workers_.context(0), &workers_.context(1)};
  client_.start(contexts);
  workers_.start();
  await(client_.wait_until_ready(std::move(name_spaces), deadline_in(30s))).value();
}

TestCluster::~TestCluster() {
  client_.stop();
  workers_.stop();
  workers_.join();
}

void TestCluster::empty(const std::string& name_space) {
  drop_indexes(name_space);
  // A truncation takes what was written before its millisecond, and each node follows in its own time; so it is
  // repeated until nothing is left.
  const Deadline deadline = deadline_in(60s);
  for (int looks = 0; looks == 0 || !holds_nothing(name_space); ++looks) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("the namespace " + name_space + " was not emptied in time");
    if (looks % 50 == 0) await(client_.truncate(name_space, "", deadline_in(10s))).value();
    std::this_thread::sleep_for(2ms);
  }
}

void TestCluster::drop_indexes(const std::string& name_space) {
  constexpr std::string_view kName = "indexname=";
  const auto answers = await(client_.info("", "sindex-list:ns=" + name_space + "\n", deadline_in(5s))).value();
  for (const auto& [asked, list] : answers) {
    for (std::size_t at = list.find(kName); at != std::string::npos; at = list.find(kName, at + 1)) {
      const std::size_t begin = at + kName.size();
      const std::string name = list.substr(begin, list.find_first_of(":;", begin) - begin);
      std::string drop = "sindex-delete:ns=" + name_space + ";indexname=" + name + "\n";
      (void)await(client_.info("", std::move(drop), deadline_in(5s))).value();
    }
  }
}

bool TestCluster::holds_nothing(const std::string& name_space) {
  const auto nodes = await(client_.info_all("namespace/" + name_space + "\n", deadline_in(5s))).value();
  for (const auto& [node, answers] : nodes) {
    const auto said = split(answers.begin()->second, ';');
    if (std::find(said.begin(), said.end(), "objects=0") == said.end()) return false;
  }
  return true;
}

}  // namespace qm::test
