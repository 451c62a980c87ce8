#include "RecoEngine-featurestore/clients/http_reco_engine.hpp"

#include <boost/asio/co_spawn.hpp>

namespace qm::reco {

namespace {

struct RefusalDetail {
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(RefusalDetail, (), (detail))

http::ClientOptions patient() {
  http::ClientOptions options;
  options.timeout_ms = HttpRecoEngine::kCallTimeout;
  return options;
}

std::string path_of(const std::string& target) { return target.substr(0, target.find('?')); }

}  // namespace

HttpRecoEngine::HttpRecoEngine(std::string url, std::string service_token)
    : url_(std::move(url)), service_token_(std::move(service_token)), client_(url_, patient()) {}

Result<http::ClientResponse> HttpRecoEngine::send(http::ClientRequest request) {
  std::exception_ptr failure;
  Result<http::ClientResponse> answer = Error{};
  boost::asio::co_spawn(context_.get_executor(), client_.send(std::move(request), deadline_in(kCallTimeout)),
                        [&](std::exception_ptr thrown, Result<http::ClientResponse> result) {
                          failure = thrown;
                          answer = std::move(result);
                          context_.stop();
                        });
  context_.restart();
  context_.run();
  if (failure) std::rethrow_exception(failure);
  return answer;
}

std::string HttpRecoEngine::call(http::Method method, std::string target, std::string body) {
  const std::string what = path_of(target);
  http::ClientRequest request;
  request.method = method;
  request.target = std::move(target);
  request.body = std::move(body);
  if (!service_token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + service_token_);
  auto answer = send(std::move(request));
  if (!answer) throw RecoEngineFailed("RecoEngine does not answer at " + url_ + ": " + answer.error().detail);
  if (answer->status == 401)
    throw RecoEngineFailed("RecoEngine wants its service token: set SERVICE_TOKEN (--service-token).");
  if (answer->status != 200 && answer->status != 202) {
    const auto problem = json::parse<RefusalDetail>(answer->body);
    throw RecoEngineFailed(what + " answered " + std::to_string(answer->status) +
                           (problem ? ": " + problem->detail : "."));
  }
  return std::move(answer->body);
}

void HttpRecoEngine::refuse(const std::string& target) const {
  throw RecoEngineFailed("what answers at " + url_ + " is not RecoEngine: its answer to " + path_of(target) +
                         " cannot be read.");
}

}  // namespace qm::reco
