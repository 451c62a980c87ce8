#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>

#include "platform/http/api.hpp"

namespace qm::http {
namespace {

struct ByItem { std::string item_id; int part = 0; };
BOOST_DESCRIBE_STRUCT(ByItem, (), (item_id, part))
inline auto constraints(const ByItem*) { return json::fields(json::field(&ByItem::item_id, json::identifier())); }

struct Paging { int limit = 20; std::optional<bool> fresh; std::vector<std::string> tags; };
BOOST_DESCRIBE_STRUCT(Paging, (), (limit, fresh, tags))
inline auto constraints(const Paging*) {
  return json::fields(json::field(&Paging::limit, json::defaulted(), json::range(1, 100)));
}

struct Login { std::string username; std::string password; };
BOOST_DESCRIBE_STRUCT(Login, (), (username, password))
inline auto constraints(const Login*) { return json::fields(json::field(&Login::password, json::length(3, 10))); }

struct Out { std::string text; int limit = 0; std::size_t tags = 0; };
BOOST_DESCRIBE_STRUCT(Out, (), (text, limit, tags))

Api make_api() {
  Api api{{"Test", "1", "A test."}};
  api.authenticate_with([](const Request& request, Access access) -> Result<Principal> {
    if (request.header("authorization").empty()) return Error{ErrorKind::Unauthenticated, "Who are you?"};
    if (access == Access::Staff) return Error{ErrorKind::Forbidden, "Not yours."};
    return Principal{"somebody", "customer", "", "", ""};
  });
  api.get("/items/{item_id}/{part}", {.name = "item"}, [](Call<ByItem, Paging> call) -> Task<Result<Out>> {
    Out out{call.path.item_id + "/" + std::to_string(call.path.part), call.query.limit, call.query.tags.size()};
    co_return out;
  });
  api.get("/items/special", {.name = "special"}, [](Call<> call) -> Task<Result<Printed<Out>>> {
    Printed<Out> out{"{\"text\":\"" + call.request->path + "\"}"};
    co_return out;
  });
  api.post("/login", {.name = "login", .max_body_bytes = 200, .accepts_form = true},
           [](Call<None, None, Login> call) -> Task<Result<Answer<Out>>> {
             Answer<Out> answer;
             answer.status = 201;
             answer.body.text = call.body.username;
             co_return answer;
           });
  api.post("/either", {.name = "either"}, [](Call<None, Paging, std::optional<Login>> call) -> Task<Result<Out>> {
    Out out{call.body ? call.body->username : "nobody", call.query.limit, 0};
    co_return out;
  });
  api.get("/mine", {.name = "mine", .access = Access::User}, [](Call<> call) -> Task<Result<Out>> {
    Out out{call.principal().subject, 0, 0};
    co_return out;
  });
  api.get("/staff", {.name = "staff", .access = Access::Staff}, [](Call<>) -> Task<Result<Out>> { co_return Out{}; });
  api.get("/breaks", {.name = "breaks"}, [](Call<>) -> Task<Result<Out>> {
    throw std::runtime_error("secret path /etc/passwd");
    co_return Out{};
  });
  api.get("/busy", {.name = "busy"},
          [](Call<>) -> Task<Result<Out>> { co_return unavailable("Later.", std::chrono::seconds{7}); });
  return api;
}

Response serve(const Api& api, Request request) {
  boost::asio::io_context context;
  Response answer;
  const std::size_t question = request.target.find('?');
  request.path = request.target.substr(0, question);
  if (question != std::string::npos)
    request.query = *typed::parse_form(std::string_view{request.target}.substr(question + 1));
  request.request_id = "req-1";
  auto task = [&]() -> Task<void> { answer = co_await api.serve(request); };
  boost::asio::co_spawn(context.get_executor(), task, [](std::exception_ptr failed) {
    if (failed) std::rethrow_exception(failed);
  });
  context.run();
  return answer;
}

Response get(const Api& api, std::string target, Headers headers = {}, Method method = Method::Get) {
  Request request;
  request.method = method;
  request.target = std::move(target);
  request.headers = std::move(headers);
  return serve(api, std::move(request));
}

Response post(const Api& api, std::string target, std::string body, std::string type = "application/json") {
  Request request;
  request.method = Method::Post;
  request.target = std::move(target);
  request.body = std::move(body);
  request.headers = {{"content-type", std::move(type)}};
  return serve(api, std::move(request));
}

std::string header(const Response& answer, std::string_view name) {
  for (const auto& [known, value] : answer.headers) if (known == name) return value;
  return {};
}

TEST(Api, RoutesParsesAndPrints) {
  const Api api = make_api();
  EXPECT_EQ(get(api, "/items/a1/7?limit=5&tags=x&tags=y").body, R"({"text":"a1/7","limit":5,"tags":2})");
  EXPECT_EQ(get(api, "/items/a1/7/").body, R"({"text":"a1/7","limit":20,"tags":0})");
  EXPECT_EQ(get(api, "/items/special").body, R"({"text":"/items/special"})");
  const Response made = post(api, "/login", R"({"username":"ann","password":"abcd","more":1})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(post(api, "/login", "username=ann&password=a%2Bb+c", "application/x-www-form-urlencoded").status, 201);
  EXPECT_EQ(post(api, "/either?limit=3", "").body, R"({"text":"nobody","limit":3,"tags":0})");
  EXPECT_EQ(post(api, "/either", R"({"username":"ann","password":"abcd"})").body,
            R"({"text":"ann","limit":20,"tags":0})");
}

TEST(Api, ListsEveryFaultOfARequest) {
  const Api api = make_api();
  const Response answer = get(api, "/items/a b/x?limit=0&fresh=maybe&limit=5");
  EXPECT_EQ(answer.status, 422);
  const auto detail = boost::json::parse(answer.body).at("detail").as_array();
  ASSERT_EQ(detail.size(), 4u) << answer.body;
  EXPECT_EQ(detail[0].at_pointer("/loc/0"), "path");
  EXPECT_EQ(detail[2].at_pointer("/loc/1"), "limit");
  EXPECT_EQ(post(api, "/login", "").status, 422);
  EXPECT_EQ(boost::json::parse(post(api, "/login", "{}").body).at("detail").as_array().size(), 2u);
  EXPECT_EQ(post(api, "/login", "username=a&username=b&password=abcd", "application/x-www-form-urlencoded").status,
            422);
  EXPECT_EQ(post(api, "/login", "username=%zz", "application/x-www-form-urlencoded").status, 422);
  const Response broken = post(api, "/login", R"({"username": nope})");
  EXPECT_EQ(broken.status, 422);
  EXPECT_NE(broken.body.find("byte 13"), std::string::npos) << broken.body;
}

TEST(Api, AnswersWhatIsNotThere) {
  const Api api = make_api();
  EXPECT_EQ(get(api, "/nothing").status, 404);
  EXPECT_EQ(get(api, "/items").status, 404);
  const Response wrong = get(api, "/login");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(header(wrong, "Allow"), "POST");
  EXPECT_EQ(header(get(api, "/mine", {}, Method::Delete), "Allow"), "GET, HEAD");
  EXPECT_EQ(get(api, "/login", {}, Method::Options).status, 204);
  EXPECT_EQ(get(api, "/items/special", {}, Method::Head).status, 200);
  EXPECT_EQ(post(api, "/login", "<x/>", "text/xml").status, 415);
  EXPECT_EQ(post(api, "/login", std::string(300, ' ')).status, 413);
}

TEST(Api, ChecksWhoIsCalling) {
  const Api api = make_api();
  const Response unknown = get(api, "/mine");
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(header(unknown, "WWW-Authenticate"), "Bearer");
  EXPECT_EQ(unknown.content_type, "application/problem+json");
  EXPECT_EQ(boost::json::parse(unknown.body).at("instance"), "req-1");
  EXPECT_EQ(get(api, "/mine", {{"Authorization", "x"}}).body, R"({"text":"somebody","limit":0,"tags":0})");
  EXPECT_EQ(get(api, "/staff", {{"Authorization", "x"}}).status, 403);
}

TEST(Api, NeverShowsItsInside) {
  const Api api = make_api();
  const Response broken = get(api, "/breaks");
  EXPECT_EQ(broken.status, 500);
  EXPECT_EQ(broken.body.find("passwd"), std::string::npos);
  const Response busy = get(api, "/busy");
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(header(busy, "Retry-After"), "7");
}

TEST(Api, DescribesItself) {
  Api api = make_api();
  const auto document = boost::json::parse(api.openapi());
  EXPECT_EQ(document.at("openapi"), "3.1.0");
  EXPECT_EQ(document.at_pointer("/paths/~1items~1{item_id}~1{part}/get/parameters/2/schema/maximum"), 100);
  EXPECT_EQ(document.at_pointer("/paths/~1login/post/requestBody/content/application~1json/schema/$ref"),
            "#/components/schemas/Login");
  EXPECT_TRUE(document.at_pointer("/paths/~1mine/get").as_object().contains("security"));
}

TEST(Api, RefusesTwoOfTheSameRouteOrName) {
  Api api = make_api();
  const auto handler = [](Call<>) -> Task<Result<Out>> { co_return Out{}; };
  EXPECT_THROW(api.get("/mine", {.name = "other"}, handler), std::logic_error);
  EXPECT_THROW(api.get("/other", {.name = "mine"}, handler), std::logic_error);
}

}  // namespace
}  // namespace qm::http
