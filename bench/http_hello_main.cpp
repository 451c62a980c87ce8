// The smallest program on platform/http: what the server itself costs, without a service behind it.
//   bench_http_hello PORT BODY_BYTES
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "platform/http/server.hpp"

namespace {

struct Alive {
  std::string status = "alive";
};
BOOST_DESCRIBE_STRUCT(Alive, (), (status))

qm::Task<qm::Result<Alive>> live(qm::http::Call<>) { co_return Alive{}; }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s PORT BODY_BYTES\n", argv[0]);
    return 2;
  }
  const std::string filler(std::strtoul(argv[2], nullptr, 10), 'x');
  const auto body = std::make_shared<const std::string>("[\"" + filler + "\"]");
  qm::http::Api api{{"hello", "1", ""}};
  api.get("/health/live", {.name = "health_live", .summary = "alive"}, &live);
  api.raw(qm::http::Method::Get, "/large", {.name = "large"},
          [body](const qm::http::Request&) -> qm::Task<qm::http::Response> {
            qm::http::Response response;
            response.shared_body = body;
            co_return response;
          });

  qm::WorkerThreads workers{1};
  qm::http::ServerOptions options;
  options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  qm::http::Server server{workers, api, std::move(options)};
  server.start();
  workers.start();
  std::printf("listening on %d\n", static_cast<int>(server.port()));
  std::fflush(stdout);

  boost::asio::io_context context;
  boost::asio::signal_set signals{context, SIGTERM, SIGINT};
  signals.async_wait([](const auto&, int) {});
  context.run();
  return 0;
}
