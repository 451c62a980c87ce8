// An open-loop load: requests leave at a fixed rate whether or not answers came, and each latency counts from the
// moment at which its request was due, so that a server's pause is paid for by all who would have come in it
// («coordinated omission» is the mistake of leaving them out).
//   bench_http_load PORT METHOD PATH RATE_PER_S CONNECTIONS SECONDS
// In PATH, {1..N} stands for a number of 1 … N, drawn anew for each request.
// prints: sent=N failed=N rate=R p50_us=V p90_us=V p99_us=V max_us=V
#include <sys/prctl.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>

#include "platform/core/task.hpp"

namespace {

using boost::asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;
using Socket = boost::asio::basic_stream_socket<tcp, qm::Executor>;
using Timer = boost::asio::basic_waitable_timer<SteadyClock, boost::asio::wait_traits<SteadyClock>, qm::Executor>;
constexpr boost::asio::use_awaitable_t<qm::Executor> kAwait{};

struct Load {
  std::uint16_t port = 0;
  std::string before, after;  // of the number in the path
  std::uint32_t numbers = 0;   // 0: there is none
  std::minstd_rand random{1};
  double rate_per_s = 0;
  std::size_t connections = 0;
  double seconds = 0;
  SteadyClock::time_point start{};
  std::vector<double> latencies_us;
  std::size_t failed = 0;

  SteadyClock::time_point due(std::size_t index) const {
    return start + std::chrono::nanoseconds{static_cast<std::int64_t>(static_cast<double>(index) / rate_per_s * 1e9)};
  }
  std::string request() {
    if (numbers == 0) return before + after;
    return before + std::to_string(1 + random() % numbers) + after;
  }
  std::size_t total() const { return static_cast<std::size_t>(rate_per_s * seconds); }
};

// The size of a whole answer once its head is there, else 0. Lengths only: neither server sends chunks here.
std::size_t answer_size(std::string_view text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t at = text.substr(0, end).find(kLength);
  if (at == std::string_view::npos) return end + 4;
  return end + 4 + std::strtoul(text.data() + at + kLength.size(), nullptr, 10);
}

qm::Task<bool> exchange(Socket& socket, const std::string& request, std::string& buffer) {
  boost::system::error_code failed;
  co_await boost::asio::async_write(socket, boost::asio::buffer(request), boost::asio::redirect_error(kAwait, failed));
  std::size_t have = 0;
  std::size_t want = 0;
  while (!failed && (want == 0 || have < want)) {
    if (buffer.size() < have + 16'384) buffer.resize(have + 65'536);
    const auto room = boost::asio::buffer(buffer.data() + have, buffer.size() - have - 1);
    have += co_await socket.async_read_some(room, boost::asio::redirect_error(kAwait, failed));
    buffer[have] = '\0';
    if (want == 0) want = answer_size(std::string_view{buffer.data(), have});
  }
  co_return !failed && buffer.starts_with("HTTP/1.1 200");
}

qm::Task<void> run_connection(Load& load, std::size_t index, qm::Executor executor) {
  boost::system::error_code failed;
  Socket socket{executor};
  Timer timer{executor};
  const tcp::endpoint peer{boost::asio::ip::address_v4::loopback(), load.port};
  co_await socket.async_connect(peer, boost::asio::redirect_error(kAwait, failed));
  if (failed) {
    ++load.failed;
    co_return;
  }
  socket.set_option(tcp::no_delay(true), failed);
  std::string buffer;
  for (std::size_t i = index; i < load.total(); i += load.connections) {
    const auto due = load.due(i);
    if (SteadyClock::now() < due) {
      timer.expires_at(due);
      co_await timer.async_wait(boost::asio::redirect_error(kAwait, failed));
    }
    const std::string request = load.request();
    const bool good = co_await exchange(socket, request, buffer);
    if (!good) {
      ++load.failed;
      if (!socket.is_open()) co_return;
      continue;
    }
    load.latencies_us.push_back(std::chrono::duration<double, std::micro>(SteadyClock::now() - due).count());
  }
}

double percentile(const std::vector<double>& sorted, double part) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(part * static_cast<double>(sorted.size())))];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: %s PORT METHOD PATH RATE_PER_S CONNECTIONS SECONDS\n", argv[0]);
    return 2;
  }
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // the kernel may otherwise wake us 50 µs late
  Load load;
  load.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const std::string path = argv[3];
  const std::size_t open = path.find("{1.."), close = path.find('}', std::min(open, path.size()));
  if (close != std::string::npos)
    load.numbers = static_cast<std::uint32_t>(std::strtoul(path.c_str() + open + 4, nullptr, 10));
  load.before = std::string{argv[2]} + " " + path.substr(0, load.numbers == 0 ? path.size() : open);
  load.after = (load.numbers == 0 ? "" : path.substr(close + 1)) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
               (std::string_view{argv[2]} == "POST" ? "Content-Length: 0\r\n\r\n" : "\r\n");
  load.rate_per_s = std::atof(argv[4]);
  load.connections = std::strtoul(argv[5], nullptr, 10);
  load.seconds = std::atof(argv[6]);
  if (load.rate_per_s <= 0 || load.connections == 0 || load.seconds <= 0) return 2;
  load.latencies_us.reserve(load.total());

  boost::asio::io_context context{1};
  load.start = SteadyClock::now() + std::chrono::milliseconds{100};
  for (std::size_t i = 0; i < load.connections; ++i) {
    const auto executor = context.get_executor();
    boost::asio::co_spawn(executor, run_connection(load, i, executor), boost::asio::detached);
  }
  // Twice the planned time and a little: a server that cannot keep up is cut off, and what it did not answer counts.
  context.run_for(std::chrono::milliseconds{static_cast<std::int64_t>(load.seconds * 2000) + 2000});
  const double took_s = std::chrono::duration<double>(SteadyClock::now() - load.start).count();
  const std::size_t answered = load.latencies_us.size();
  load.failed = load.total() - answered;
  std::sort(load.latencies_us.begin(), load.latencies_us.end());
  std::printf("sent=%zu failed=%zu rate=%.0f p50_us=%.0f p90_us=%.0f p99_us=%.0f max_us=%.0f\n", answered, load.failed,
              static_cast<double>(answered) / took_s, percentile(load.latencies_us, 0.5),
              percentile(load.latencies_us, 0.9), percentile(load.latencies_us, 0.99),
              percentile(load.latencies_us, 1));
  return answered == 0 ? 1 : 0;
}
