// Sends batches of events to a running RecoEngine, as fast as they are taken, or prints the same for PostgreSQL.
//   bench_events send PORT SHAPE START_S FIRST VISITS LANES   one batch on its way per connection (lane)
//      prints: events=N events_per_s=V p50_us=V p99_us=V (of a batch) bytes=V (of an event); ends with 1 when anything
//      was not accepted
//   bench_events rows SHAPE START_S FIRST VISITS LANES LANE   a script for psql: a batch is a transaction
// SHAPE: visits or moments (told_events.hpp). START_S: since 1970. FIRST and VISITS: which of all visits.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "bench/told_events.hpp"
#include "platform/core/task.hpp"
#include "platform/json/print.hpp"

namespace {

using namespace qm;
using boost::asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;
using Socket = boost::asio::basic_stream_socket<tcp, Executor>;
constexpr boost::asio::use_awaitable_t<Executor> kAwait{};
constexpr std::size_t kBatchEvents = contracts::kMaxEventsPerBatch;

struct Range {
  bench::BatchShape shape;
  Timestamp start;
  std::uint64_t first;
  std::uint64_t visits;
  std::size_t lanes;

  std::vector<std::vector<contracts::Event>> of_lane(std::size_t lane) const {
    return bench::batches(shape, first, visits, kBatchEvents, lane, lanes, start);
  }
};

struct Batch {
  std::string request;
  std::size_t events = 0;
};

std::vector<Batch> requests(const Range& range, std::size_t lane) {
  std::vector<Batch> all;
  for (auto& events : range.of_lane(lane)) {
    contracts::EventBatch batch{std::move(events)};
    const std::string body = json::print(batch);
    all.push_back({"POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n" + body,
                   batch.events.size()});
  }
  return all;
}

struct Load {
  std::vector<std::vector<Batch>> lanes;
  std::uint16_t port = 0;
  std::vector<double> latencies_us;
  std::string failure;
};

// The whole answer to a request; its head and body. Empty when the connection broke.
Task<std::string> exchange(Socket& socket, const std::string& request) {
  boost::system::error_code failed;
  co_await boost::asio::async_write(socket, boost::asio::buffer(request), boost::asio::redirect_error(kAwait, failed));
  std::string answer;
  std::size_t want = 0;
  char part[4096];
  while (!failed && (want == 0 || answer.size() < want)) {
    const auto room = boost::asio::buffer(part);
    const std::size_t n = co_await socket.async_read_some(room, boost::asio::redirect_error(kAwait, failed));
    answer.append(part, n);
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t end = answer.find("\r\n\r\n"), at = answer.find(kLength);
    if (want == 0 && end != std::string::npos && at < end)
      want = end + 4 + std::strtoul(answer.c_str() + at + kLength.size(), nullptr, 10);
  }
  if (failed) answer.clear();
  co_return answer;
}

Task<void> run_lane(Load& load, const std::vector<Batch>& batches, Executor executor) {
  boost::system::error_code failed;
  Socket socket{executor};
  const tcp::endpoint peer{boost::asio::ip::address_v4::loopback(), load.port};
  co_await socket.async_connect(peer, boost::asio::redirect_error(kAwait, failed));
  if (failed) {
    load.failure = failed.message();
    co_return;
  }
  socket.set_option(tcp::no_delay(true), failed);
  for (const Batch& batch : batches) {
    const auto begun = SteadyClock::now();
    const std::string answer = co_await exchange(socket, batch.request);
    load.latencies_us.push_back(std::chrono::duration<double, std::micro>(SteadyClock::now() - begun).count());
    const std::string wanted = "\"accepted\":" + std::to_string(batch.events) + ",\"duplicates\":0,\"ignored\":[]";
    if (answer.find(wanted) == std::string::npos) {
      load.failure = answer.empty() ? "the connection broke" : answer;
      co_return;
    }
  }
}

int send(std::uint16_t port, const Range& range) {
  Load load;
  load.port = port;
  std::size_t events = 0, bytes = 0;
  for (std::size_t lane = 0; lane < range.lanes; ++lane) {
    for (const Batch& each : load.lanes.emplace_back(requests(range, lane))) {
      events += each.events;
      bytes += each.request.size();
    }
  }
  boost::asio::io_context context{1};
  const auto begun = SteadyClock::now();
  for (const auto& lane : load.lanes)
    boost::asio::co_spawn(context.get_executor(), run_lane(load, lane, context.get_executor()),
                          boost::asio::detached);
  context.run();
  const double took_s = std::chrono::duration<double>(SteadyClock::now() - begun).count();
  if (!load.failure.empty() || load.latencies_us.empty()) {
    std::fprintf(stderr, "%s\n", load.failure.c_str());
    return 1;
  }
  auto& took = load.latencies_us;
  std::sort(took.begin(), took.end());
  std::printf("events=%zu events_per_s=%.0f p50_us=%.0f p99_us=%.0f bytes=%.0f\n", events,
              static_cast<double>(events) / took_s, took[took.size() / 2], took[took.size() * 99 / 100],
              static_cast<double>(bytes) / static_cast<double>(events));
  return 0;
}

// COPY's text format; none of the ids and documents has anything to escape but the backslash, which none has.
int print_rows(const Range& range, std::size_t lane) {
  std::printf("CREATE TEMP TABLE told (LIKE event) ON COMMIT DELETE ROWS;\n");
  for (const auto& batch : range.of_lane(lane)) {
    std::printf("BEGIN;\nCOPY told FROM STDIN;\n");
    for (const contracts::Event& event : batch) {
      const std::string type{json::enum_name(event.type)}, at = to_rfc3339(event.at), data = json::print(event.data);
      std::printf("%s\t%s\t%s\t%s\t%s\n", event.event_id.c_str(), type.c_str(), event.user_id.c_str(), at.c_str(),
                  data.c_str());
    }
    std::printf("\\.\nINSERT INTO event SELECT * FROM told ON CONFLICT DO NOTHING;\nCOMMIT;\n");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (argc != 8 || (mode != "send" && mode != "rows")) {
    std::fprintf(stderr, "usage: %s send PORT SHAPE START_S FIRST VISITS LANES | rows SHAPE START_S FIRST VISITS LANES "
                 "LANE\n", argv[0]);
    return 2;
  }
  const bool sends = mode == "send";
  char** rest = argv + (sends ? 3 : 2);
  const auto number = [](const char* text) { return std::strtoull(text, nullptr, 10); };
  const Range range{std::string_view{rest[0]} == "moments" ? bench::BatchShape::moments : bench::BatchShape::visits,
                    Timestamp{std::chrono::seconds{number(rest[1])}}, number(rest[2]), number(rest[3]),
                    number(rest[4])};
  if (range.visits == 0 || range.lanes == 0) return 2;
  return sends ? send(static_cast<std::uint16_t>(number(argv[2])), range) : print_rows(range, number(rest[5]));
}
