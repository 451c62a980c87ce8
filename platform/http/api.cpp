#include "platform/http/api.hpp"

#include <stdexcept>

#include "platform/http/docs.hpp"
#include "platform/log/log.hpp"

namespace qm::http {

struct Api::Impl {
  ApiInfo info;
  Authenticator authenticator;
  Router router;
  std::vector<Endpoint> endpoints;
  json::SchemaBook schemas;
};

Api::Api(ApiInfo info) : impl_(std::make_unique<Impl>()) { impl_->info = std::move(info); }
Api::~Api() = default;
Api::Api(Api&&) noexcept = default;

void Api::authenticate_with(Authenticator authenticator) { impl_->authenticator = std::move(authenticator); }
json::SchemaBook& Api::schemas() { return impl_->schemas; }
const std::vector<Endpoint>& Api::endpoints() const { return impl_->endpoints; }

void Api::insert(Endpoint endpoint) {
  for (const auto& known : impl_->endpoints) {
    if (known.info.name == endpoint.info.name) throw std::logic_error("two endpoints are named " + endpoint.info.name);
  }
  impl_->router.add(endpoint.method, endpoint.pattern, impl_->endpoints.size());
  impl_->endpoints.push_back(std::move(endpoint));
}

void Api::raw(Method method, std::string pattern, EndpointInfo info, RawHandler handler) {
  Endpoint endpoint{method, std::move(pattern), std::move(info), {}, std::nullopt};
  endpoint.run = [handler = std::move(handler)](const Request& request, const PathParameters&) {
    return handler(request);
  };
  insert(std::move(endpoint));
}

std::string Api::openapi() const {
  boost::json::object paths;
  for (const auto& endpoint : impl_->endpoints) {
    if (!endpoint.operation) continue;
    std::string method{to_string(endpoint.method)};
    for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    auto& path = paths[endpoint.pattern];
    if (!path.is_object()) path = boost::json::object{};
    path.get_object()[method] = *endpoint.operation;
  }
  boost::json::object document{
      {"openapi", "3.1.0"},
      {"info",
       {{"title", impl_->info.title}, {"version", impl_->info.version}, {"description", impl_->info.description}}},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", impl_->schemas.components()},
        {"securitySchemes", {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
  return json::print(boost::json::value(std::move(document)));
}

void Api::add_docs(std::string assets_dir, Access access) {
  raw(Method::Get, "/openapi.json", {.name = "openapi", .access = access}, [this](const Request&) -> Task<Response> {
    Response answer;
    answer.body = openapi();
    co_return answer;
  });
  add_docs_pages(*this, std::move(assets_dir), impl_->info.title, access);
}

std::size_t Api::streamed_body_limit(const Request& request) const {
  const Router::Match match = impl_->router.find(request.method, request.path);
  if (match.endpoint == npos) return 0;
  const EndpointInfo& info = impl_->endpoints[match.endpoint].info;
  return info.streams_body ? info.max_body_bytes : 0;
}

Task<Response> Api::serve(Request& request, std::size_t* label) const {
  if (label != nullptr) *label = npos;
  const Router::Match match = impl_->router.find(request.method, request.path);
  if (!match.path_known) co_return problem(404, "There is nothing at this path.", request.request_id);
  if (match.endpoint == npos) {
    Response answer;
    if (request.method == Method::Options) {
      answer.status = 204;
    } else {
      answer = problem(405, "This path does not take that method; it takes " + match.allow + ".", request.request_id);
    }
    answer.headers.emplace_back("Allow", match.allow);
    co_return answer;
  }
  if (label != nullptr) *label = match.endpoint;
  const Endpoint& endpoint = impl_->endpoints[match.endpoint];
  if (request.body.size() > endpoint.info.max_body_bytes) {
    co_return problem(
        413, "The body is larger than this path takes: " + std::to_string(endpoint.info.max_body_bytes) + " bytes.",
        request.request_id);
  }
  try {
    if (endpoint.info.access != Access::Public) {
      if (!impl_->authenticator) throw std::logic_error("no authenticator");
      auto principal = impl_->authenticator(request, endpoint.info.access);
      if (!principal) co_return error_answer(principal.error(), request.request_id);
      request.principal = std::move(*principal);
    }
    request.deadline = deadline_in(endpoint.info.timeout_ms);
    co_return co_await endpoint.run(request, match.parameters);
  } catch (const std::exception& broken) {
    co_return error_answer({ErrorKind::Internal, endpoint.info.name + ": " + broken.what()}, request.request_id);
  }
}

namespace typed {

BodyKind body_kind(const Request& request, const EndpointInfo& info) {
  if (request.body.empty()) return BodyKind::Empty;
  std::string type{request.header("content-type")};
  type.resize(std::min(type.find(';'), type.size()));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  for (char& c : type) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (type == "application/json" || type.ends_with("+json")) return BodyKind::Json;
  if (info.accepts_form && type == "application/x-www-form-urlencoded") return BodyKind::Form;
  return BodyKind::Unsupported;
}

std::optional<TextFields> parse_form(std::string_view text) {
  const auto hex = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  TextFields fields;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    std::pair<std::string, std::string> field;
    std::string* into = &field.first;
    for (std::size_t i = 0; i < pair.size(); ++i) {
      if (pair[i] == '=' && into == &field.first) {
        into = &field.second;
      } else if (pair[i] == '+') {
        *into += ' ';
      } else if (pair[i] == '%') {
        if (i + 2 >= pair.size() || hex(pair[i + 1]) < 0 || hex(pair[i + 2]) < 0) return std::nullopt;
        *into += static_cast<char>(hex(pair[i + 1]) * 16 + hex(pair[i + 2]));
        i += 2;
      } else {
        *into += pair[i];
      }
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

std::size_t parameter_index(std::string_view pattern, std::string_view name) {
  std::size_t index = 0;
  for (std::size_t open = pattern.find('{'); open != std::string_view::npos;
       open = pattern.find('{', open + 1), ++index) {
    if (pattern.substr(open + 1, pattern.find('}', open) - open - 1) == name) return index;
  }
  throw std::logic_error("the path has no {" + std::string{name} + "}");
}

boost::json::value make_operation(const EndpointInfo& info, OperationParts parts) {
  boost::json::object responses;
  responses["200"] = boost::json::object{{"description", "Success"},
                                         {"content", {{info.answer_type, {{"schema", std::move(parts.answer)}}}}}};
  responses["422"] = boost::json::object{{"description", "The request does not fit; every fault is listed"}};
  std::vector<int> errors = info.errors;
  if (info.access != Access::Public) errors.push_back(401);
  for (const int status : errors)
    responses[std::to_string(status)] = boost::json::object{{"description", reason_phrase(status)}};
  boost::json::object operation{
      {"operationId", info.name}, {"summary", info.summary}, {"responses", std::move(responses)}};
  if (!info.tag.empty()) operation["tags"] = boost::json::array{boost::json::value(info.tag)};
  if (!parts.parameters.empty()) operation["parameters"] = std::move(parts.parameters);
  if (!info.body_schema.is_null()) parts.body = info.body_schema;
  if (!parts.body.is_null()) {
    boost::json::object content{{"application/json", {{"schema", parts.body}}}};
    if (info.accepts_form) content["application/x-www-form-urlencoded"] = boost::json::object{{"schema", parts.body}};
    operation["requestBody"] = boost::json::object{{"required", parts.body_required}, {"content", std::move(content)}};
  }
  if (info.access != Access::Public)
    operation["security"] = boost::json::array{boost::json::object{{"bearer", boost::json::array{}}}};
  return operation;
}

}  // namespace typed

}  // namespace qm::http
