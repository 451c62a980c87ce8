#include "PaymentSandbox/api/health_api.hpp"

namespace qm::sandbox {
namespace wire {

struct SandboxHealth {
  std::string status;  // "healthy", "unhealthy"
  std::string version;
};
BOOST_DESCRIBE_STRUCT(SandboxHealth, (), (status, version))

}  // namespace wire

void add_health_route(http::Api& api, SandboxHealth& health, std::string version) {
  http::EndpointInfo info;
  info.name = "health";
  info.summary = "Whether the sandbox reaches its books";
  info.tag = "health";
  info.errors = {503};
  api.get("/health", std::move(info),
          [&health, version](http::Call<>) -> Task<Result<http::Answer<wire::SandboxHealth>>> {
            http::Answer<wire::SandboxHealth> answer;
            answer.body.version = version;
            const bool well = co_await health.is_well();
            answer.body.status = well ? "healthy" : "unhealthy";
            answer.status = well ? 200 : 503;
            co_return answer;
          });
}

}  // namespace qm::sandbox
