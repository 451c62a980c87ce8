// The table of endpoints: one declaration gives the route, the parsing, the validation with every fault listed, the
// OpenAPI entry and the metrics label.
//
//   struct ByUser { UserId user_id; };            BOOST_DESCRIBE_STRUCT(ByUser, (), (user_id))
//   struct Paging { int limit = 20; };            BOOST_DESCRIBE_STRUCT(Paging, (), (limit))
//   api.get("/nudges/{user_id}", {.name = "list_nudges", .summary = "Nudges decided for a user", .tag = "nudges"},
//           [&app](Call<ByUser, Paging> call) -> Task<Result<NudgeList>> { … });
//
// A handler takes Call<Path, Query, Body> by value and returns Task<Result<Out>>, Task<Result<Answer<Out>>> (another
// status, headers), Task<Result<Printed<Out>>> (JSON already printed) or Task<Result<Streamed>> (made while sent).
// Out is a described struct, a vector or map of such, or boost::json::value. Body may be std::optional<B>: an empty
// body is then no fault.
// Query members: scalars, enums, std::optional, std::vector (the parameter may be given many times; any other given
// twice is a fault). Handlers must be callable from many threads at once.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "platform/http/message.hpp"
#include "platform/http/router.hpp"
#include "platform/json/schema.hpp"

namespace qm::http {

struct None {};
BOOST_DESCRIBE_STRUCT(None, (), ())

enum class Access { Public, User, Staff, Service };

template <class Path = None, class Query = None, class Body = None>
struct Call {
  using PathType = Path;
  using QueryType = Query;
  using BodyType = Body;
  Path path{};
  Query query{};
  Body body{};
  const Request* request = nullptr;  // valid until the handler's task ends

  const Principal& principal() const { return request->principal; }
  Deadline deadline() const { return request->deadline; }
};

template <class Out>
struct Answer {
  Out body{};
  int status = 200;
  Headers headers{};
  bool lost = false;  // as Response::lost
};

// An answer that is made while it is sent, of another type than JSON.
struct Streamed {
  BodyParts parts;
  std::string content_type;
  Headers headers{};
};

// JSON text that stands for an Out (documented as such).
template <class Out>
struct Printed {
  std::string json;
};

struct EndpointInfo {
  std::string name;     // operationId and metrics label: unique
  std::string summary;  // one line for the docs
  std::string tag{};
  Access access = Access::Public;
  std::vector<int> errors{};                    // statuses beside 200 and 422, for the docs
  std::size_t max_body_bytes = 64 * 1024;
  std::chrono::milliseconds timeout_ms{10'000};
  // The body is taken as it comes (parts_of), so that max_body_bytes may be much; the handler reads it, or does not.
  bool streams_body = false;
  std::string answer_type = "application/json";  // for the docs
  bool accepts_form = false;                    // the body may also be application/x-www-form-urlencoded
  boost::json::value body_schema{};             // for the docs; null: as the body's type says
};

using RawHandler = std::function<Task<Response>(const Request&)>;

// An endpoint after its types were erased.
struct Endpoint {
  Method method;
  std::string pattern;  // "/api/products/{product_id}"
  EndpointInfo info;
  std::function<Task<Response>(const Request&, const PathParameters&)> run;  // parses, validates, calls, prints
  std::optional<boost::json::value> operation;  // for the OpenAPI document; none: not documented
};

// Who is calling? Called for every request of an endpoint whose access is not Public. An error is answered as such
// (Unauthenticated → 401 with WWW-Authenticate, Forbidden → 403).
using Authenticator = std::function<Result<Principal>(const Request&, Access)>;

struct ApiInfo {
  std::string title;
  std::string version;
  std::string description;
};

class Api {
 public:
  explicit Api(ApiInfo info);
  ~Api();
  Api(Api&&) noexcept;

  void authenticate_with(Authenticator authenticator);

  template <class H>
  void get(std::string pattern, EndpointInfo info, H handler) {
    add(Method::Get, std::move(pattern), std::move(info), std::move(handler));
  }
  template <class H>
  void post(std::string pattern, EndpointInfo info, H handler) {
    add(Method::Post, std::move(pattern), std::move(info), std::move(handler));
  }
  template <class H>
  void put(std::string pattern, EndpointInfo info, H handler) {
    add(Method::Put, std::move(pattern), std::move(info), std::move(handler));
  }
  template <class H>
  void patch(std::string pattern, EndpointInfo info, H handler) {
    add(Method::Patch, std::move(pattern), std::move(info), std::move(handler));
  }
  template <class H>
  void del(std::string pattern, EndpointInfo info, H handler) {
    add(Method::Delete, std::move(pattern), std::move(info), std::move(handler));
  }
  // Outside the typed world (HTML, metrics, pictures). Not in the OpenAPI document.
  void raw(Method method, std::string pattern, EndpointInfo info, RawHandler handler);

  // Adds GET /openapi.json and GET /docs (Swagger UI from the files under `assets_dir`; a sentence that says how to
  // get them when they are not there).
  void add_docs(std::string assets_dir, Access access = Access::Public);

  // The OpenAPI 3.1 document.
  std::string openapi() const;

  const std::vector<Endpoint>& endpoints() const;

  // Finds the endpoint, checks access, runs it, and turns every failure into an answer: 404, 405 with Allow, 401, 422…
  // Never throws. Takes HEAD for GET routes. Thread-safe once all endpoints are added. `label`, if given, receives the
  // endpoint's index in endpoints(), or npos: for the metrics.
  Task<Response> serve(Request& request, std::size_t* label = nullptr) const;
  static constexpr std::size_t npos = Router::npos;
  // How long a body the request may have that is taken as it comes; 0: it is not. `path` is filled in.
  std::size_t streamed_body_limit(const Request& request) const;

 private:
  template <class H>
  void add(Method method, std::string pattern, EndpointInfo info, H handler);
  void insert(Endpoint endpoint);
  json::SchemaBook& schemas();

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qm::http

#include "platform/http/api_impl.hpp"  // IWYU pragma: export
