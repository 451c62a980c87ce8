#include "QuickMart-backend/clients/http_reco_client.hpp"

#include "platform/json/parse.hpp"
#include "platform/json/print.hpp"

namespace qm::shop {
namespace {

constexpr std::chrono::milliseconds kAliveTimeoutMs{300};

http::ClientOptions work_options() {
  http::ClientOptions options;
  options.timeout_ms = std::chrono::milliseconds{10'000};  // the callers' deadlines are shorter
  return options;
}

http::ClientOptions probe_options() {
  http::ClientOptions options;
  options.connect_timeout_ms = kAliveTimeoutMs;
  options.timeout_ms = kAliveTimeoutMs;
  options.max_retries = 0;
  options.max_idle_connections = 1;
  options.max_connections = 2;
  return options;
}

std::string print_features(const UserId& user, const FeatureGroup& features) {
  std::string text = "{\"user_id\":";
  json::print_to(user, text);
  for (const auto& [name, value] : features) {
    text += ',';
    json::print_text(name, text);
    text += ':';
    std::visit([&text](const auto& each) { json::print_to(each, text); }, value);
  }
  return text + '}';
}

Error makes_no_sense() { return {ErrorKind::InDoubt, "RecoEngine's answer makes no sense."}; }

}  // namespace

HttpRecoClient::HttpRecoClient(std::string base_url, std::string service_token)
    : client_(base_url, work_options()), probe_(base_url, probe_options()), service_token_(std::move(service_token)) {}

Task<Result<std::string>> HttpRecoClient::post(std::string target, std::string body, Deadline deadline) {
  http::ClientRequest call;
  call.method = http::Method::Post;
  call.target = std::move(target);
  call.body = std::move(body);
  call.headers.emplace_back("Authorization", "Bearer " + service_token_);
  call.idempotent = true;
  auto answer = co_await client_.send(std::move(call), deadline);
  if (!answer) co_return answer.error();
  const int status = answer->status;
  if (status == 200) co_return std::move(answer->body);
  const std::string said = "RecoEngine answered " + std::to_string(status) + ".";
  if (status == 404) co_return not_found(said);
  // A wrong token is mended by an operator and a full house by waiting, not by giving up.
  const bool is_final =
      status >= 400 && status < 500 && status != 401 && status != 403 && status != 408 && status != 429;
  if (is_final) co_return rejected(said);
  co_return unavailable(said);
}

Task<Result<contracts::Prediction>> HttpRecoClient::predict(UserId user, Deadline deadline) {
  std::string target = "/predict/" + http::encode_component(user.str());
  std::string no_body;
  auto answer = co_await post(std::move(target), std::move(no_body), deadline);
  if (!answer) co_return answer.error();
  auto prediction = json::parse<contracts::Prediction>(*answer, "answer");
  if (!prediction) co_return makes_no_sense();
  co_return std::move(*prediction);
}

Task<Result<contracts::IngestAnswer>> HttpRecoClient::ingest(UserId user, std::string group, FeatureGroup features,
                                                             Deadline deadline) {
  std::string target = "/ingest/" + http::encode_component(group);
  std::string body = print_features(user, features);
  auto answer = co_await post(std::move(target), std::move(body), deadline);
  if (!answer) co_return answer.error();
  auto ingested = json::parse<contracts::IngestAnswer>(*answer, "answer");
  if (!ingested) co_return makes_no_sense();
  co_return std::move(*ingested);
}

Task<Result<contracts::EventsAnswer>> HttpRecoClient::send_events(std::vector<contracts::Event> events,
                                                                  Deadline deadline) {
  std::string target = "/events";
  contracts::EventBatch batch;
  batch.events = std::move(events);
  std::string body = json::print(batch);
  auto answer = co_await post(std::move(target), std::move(body), deadline);
  // A RecoEngine of before there were events: it will be renewed.
  if (!answer && answer.error().kind == ErrorKind::NotFound) co_return unavailable(answer.error().detail);
  if (!answer) co_return answer.error();
  auto taken = json::parse<contracts::EventsAnswer>(*answer, "answer");
  if (!taken) co_return makes_no_sense();
  co_return std::move(*taken);
}

Task<bool> HttpRecoClient::is_alive() {
  http::ClientRequest call;
  call.target = "/health/live";
  auto answer = co_await probe_.send(std::move(call), deadline_in(kAliveTimeoutMs));
  co_return answer && answer->status == 200;
}

}  // namespace qm::shop
