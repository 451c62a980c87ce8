#include "platform/http/error_answer.hpp"

#include "platform/json/print.hpp"
#include "platform/log/log.hpp"

namespace qm::http {

namespace {

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Invalid: return 422;
    case ErrorKind::Rejected: return 400;
    case ErrorKind::Unauthenticated: return 401;
    case ErrorKind::Forbidden: return 403;
    case ErrorKind::NotFound: return 404;
    case ErrorKind::AlreadyExists:
    case ErrorKind::Conflict:
    case ErrorKind::GenerationMismatch:
    case ErrorKind::ConditionFailed: return 409;
    case ErrorKind::PreconditionFailed: return 412;
    case ErrorKind::PreconditionMissing: return 428;
    case ErrorKind::TooLarge: return 413;
    case ErrorKind::RateLimited: return 429;
    case ErrorKind::Unavailable:
    case ErrorKind::Timeout:
    case ErrorKind::InDoubt: return 503;
    case ErrorKind::Internal: return 500;
  }
  return 500;
}

bool is_index(std::string_view step) {
  return !step.empty() && step.size() < 10 &&
         std::all_of(step.begin(), step.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string fault_list(const std::vector<Fault>& faults) {
  std::string out = "{\"detail\":[";
  for (std::size_t i = 0; i < faults.size(); ++i) {
    out += i == 0 ? "{\"loc\":[" : ",{\"loc\":[";
    for (std::size_t k = 0; k < faults[i].loc.size(); ++k) {
      if (k != 0) out += ',';
      if (is_index(faults[i].loc[k])) {
        out += faults[i].loc[k];
      } else {
        json::print_text(faults[i].loc[k], out);
      }
    }
    out += "],\"msg\":";
    json::print_text(faults[i].msg, out);
    out += ",\"type\":";
    json::print_text(faults[i].type, out);
    out += '}';
  }
  return out += "]}";
}

}  // namespace

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

Response problem(int status, std::string_view detail, std::string_view request_id) {
  Response answer;
  answer.status = status;
  answer.content_type = "application/problem+json";
  std::string& out = answer.body;
  out = "{\"type\":\"about:blank\",\"title\":";
  json::print_text(reason_phrase(status), out);
  out += ",\"status\":";
  json::print_to(status, out);
  out += ",\"detail\":";
  json::print_text(detail, out);
  out += ",\"instance\":";
  json::print_text(request_id, out);
  out += '}';
  return answer;
}

Response error_answer(const Error& error, std::string_view request_id) {
  const int status = status_of(error.kind);
  if (status == 422) {
    Response answer;
    answer.status = 422;
    answer.body = fault_list(error.faults);
    return answer;
  }
  if (status == 500) {
    log::error("request failed", {{"request_id", request_id}, {"error", error.detail}});
    return problem(500, "Something went wrong on our side.", request_id);
  }
  Response answer = problem(status, error.detail, request_id);
  if (status == 401) answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (status == 429 || status == 503) {
    answer.headers.emplace_back("Retry-After", std::to_string(std::max<std::int64_t>(1, error.retry_after.count())));
  }
  return answer;
}

}  // namespace qm::http
