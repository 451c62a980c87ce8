#include "QuickMart-backend/api/auth_api.hpp"

#include "QuickMart-backend/api/user_wire.hpp"

namespace qm::shop {
namespace wire {

constexpr std::size_t kMinPasswordBytes = 8;
constexpr std::size_t kMaxPasswordBytes = 1'024;
constexpr std::size_t kMaxEmailBytes = 254;

struct Registration {
  std::string email;
  std::string password;
  Profile profile;
  std::optional<PreferencesChange> preferences;
};
BOOST_DESCRIBE_STRUCT(Registration, (), (email, password, profile, preferences))
inline auto constraints(const Registration*) {
  return json::fields(json::field(&Registration::email, json::email()),
                      json::field(&Registration::password, json::length(kMinPasswordBytes, kMaxPasswordBytes)));
}

// As JSON with `email`, or as the form of OAuth 2 (RFC 6749, 4.3.2) with `username`.
struct Login {
  std::optional<std::string> email;
  std::optional<std::string> username;
  std::optional<std::string> password;
  std::optional<std::string> cart_token;  // of the cart filled as a guest; also as the header X-Cart-Token
};
BOOST_DESCRIBE_STRUCT(Login, (), (email, username, password, cart_token))
inline auto constraints(const Login*) {
  return json::fields(json::field(&Login::email, json::length(1, kMaxEmailBytes)),
                      json::field(&Login::username, json::length(1, kMaxEmailBytes)),
                      json::field(&Login::password, json::length(1, kMaxPasswordBytes)));
}

struct RefreshToken {
  std::string refresh_token;
};
BOOST_DESCRIBE_STRUCT(RefreshToken, (), (refresh_token))
inline auto constraints(const RefreshToken*) {
  return json::fields(json::field(&RefreshToken::refresh_token, json::length(1, kMaxRefreshTokenBytes)));
}

struct Tokens {
  std::string access_token;
  std::string token_type = "bearer";
  std::int64_t expires_in = 0;  // seconds
  std::string refresh_token;
  std::optional<User> user;         // at a login
  std::optional<bool> cart_merged;  // at a login with a cart token
};
BOOST_DESCRIBE_STRUCT(Tokens, (), (access_token, token_type, expires_in, refresh_token, user, cart_merged))

struct Said {
  std::string message;
};
BOOST_DESCRIBE_STRUCT(Said, (), (message))

}  // namespace wire

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::None;

Fault missing(std::string name) {
  return Fault{{"body", std::move(name)}, "field required", "value_error.missing"};
}

Result<Registration> to_domain(wire::Registration&& given) {
  Registration registration;
  registration.email = std::move(given.email);
  registration.password = std::move(given.password);
  registration.profile = wire::to_domain(std::move(given.profile));
  if (!given.preferences) return registration;
  auto faults = wire::faults_of(*given.preferences, {"body", "preferences"});
  if (!faults.empty()) return invalid(std::move(faults));
  PreferencesChange wanted = wire::to_domain(std::move(*given.preferences));
  registration.preferences.categories = std::move(wanted.categories).value_or(std::vector<std::string>{});
  registration.preferences.brands = std::move(wanted.brands).value_or(std::vector<std::string>{});
  registration.preferences.price_min = wanted.price_min.value_or(Money{});
  registration.preferences.price_max = wanted.price_max.value_or(Money{});
  return registration;
}

Result<LoginAttempt> to_domain(wire::Login&& given, const std::string& remote_address) {
  auto& email = given.email ? given.email : given.username;
  std::vector<Fault> faults;
  if (!email) faults.push_back(missing("email"));
  if (!given.password) faults.push_back(missing("password"));
  if (!faults.empty()) return invalid(std::move(faults));
  return LoginAttempt{std::move(*email), std::move(*given.password), remote_address, std::move(given.cart_token)};
}

// Tokens must not stay in anybody's cache (RFC 6749, 5.1).
Answer<wire::Tokens> to_answer(SessionTokens&& tokens) {
  Answer<wire::Tokens> answer;
  answer.body.access_token = std::move(tokens.access_token);
  answer.body.expires_in = tokens.expires_in.count();
  answer.body.refresh_token = std::move(tokens.refresh_token);
  answer.headers.emplace_back("Cache-Control", "no-store");
  return answer;
}

// The session that the caller's token was issued under; empty: none.
SessionId session_of(const http::Principal& principal) {
  auto id = SessionId::parse(principal.session);
  return id ? std::move(*id) : SessionId{};
}

void add_registration(http::Api& api, AccountApp& accounts) {
  api.post("/api/auth/register",
           {.name = "register", .summary = "Opens an account", .tag = "auth", .errors = {400, 503}},
           [&accounts](Call<None, None, wire::Registration> call) -> Task<Result<wire::User>> {
             auto registration = to_domain(std::move(call.body));
             if (!registration) co_return registration.error();
             auto user = co_await accounts.register_user.run(std::move(*registration));
             if (user) co_return wire::to_wire(*user);
             // The contract has 400 here, where a conflict would be 409.
             if (user.error().kind == ErrorKind::AlreadyExists) co_return rejected("Email already registered");
             co_return user.error();
           });
}

void add_sessions(http::Api& api, AccountApp& accounts) {
  api.post("/api/auth/login",
           {.name = "login", .summary = "Signs in: as JSON, or with the form of OAuth 2 (username, password)",
            .tag = "auth", .errors = {401, 429, 503}, .accepts_form = true},
           [&accounts](Call<None, None, wire::Login> call) -> Task<Result<Answer<wire::Tokens>>> {
             auto attempt = to_domain(std::move(call.body), call.request->remote_address);
             if (!attempt) co_return attempt.error();
             const std::string_view cart_token = call.request->header("X-Cart-Token");
             if (!attempt->cart_token && !cart_token.empty()) attempt->cart_token = std::string{cart_token};
             const bool has_cart = attempt->cart_token.has_value();
             auto signed_in = co_await accounts.login.run(std::move(*attempt));
             if (!signed_in) co_return signed_in.error();
             auto answer = to_answer(std::move(signed_in->tokens));
             answer.body.user = wire::to_wire(signed_in->user);
             if (has_cart) answer.body.cart_merged = signed_in->cart_merged;
             co_return answer;
           });
  api.post("/api/auth/refresh",
           {.name = "refresh", .summary = "Spends a refresh token for a new pair; using one twice ends the session",
            .tag = "auth", .errors = {401}},
           [&accounts](Call<None, None, wire::RefreshToken> call) -> Task<Result<Answer<wire::Tokens>>> {
             auto tokens = co_await accounts.refresh.run(std::move(call.body.refresh_token));
             if (!tokens) co_return tokens.error();
             co_return to_answer(std::move(*tokens));
           });
  api.post("/api/auth/logout",
           {.name = "logout", .summary = "Ends the session; its refresh token is worth nothing any more", .tag = "auth",
            .access = Access::User},
           [&accounts](Call<> call) -> Task<Result<wire::Said>> {
             UserId user{call.principal().subject};
             SessionId session = session_of(call.principal());
             auto ended = co_await accounts.logout.run(std::move(user), std::move(session));
             if (!ended) co_return ended.error();
             wire::Said said;
             said.message = "Successfully logged out";
             co_return said;
           });
}

void add_profile(http::Api& api, AccountApp& accounts) {
  api.get("/api/auth/profile",
          {.name = "get_profile", .summary = "The caller's account", .tag = "auth", .access = Access::User},
          [&accounts](Call<> call) -> Task<Result<wire::User>> {
            UserId id{call.principal().subject};
            auto user = co_await accounts.account.get(std::move(id));
            if (!user) co_return user.error();
            co_return wire::to_wire(*user);
          });
  api.put("/api/auth/profile",
          {.name = "change_profile", .summary = "Changes what is named; the loyalty tier is the shop's to give",
           .tag = "auth", .access = Access::User},
          [&accounts](Call<None, None, wire::ProfileChange> call) -> Task<Result<wire::User>> {
            UserId id{call.principal().subject};
            ProfileChange change = wire::to_domain(std::move(call.body));
            auto user = co_await accounts.account.change_profile(std::move(id), std::move(change));
            if (!user) co_return user.error();
            co_return wire::to_wire(*user);
          });
}

}  // namespace

void add_auth_routes(http::Api& api, AccountApp& accounts) {
  add_registration(api, accounts);
  add_sessions(api, accounts);
  add_profile(api, accounts);
}

}  // namespace qm::shop
