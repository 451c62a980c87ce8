#include "tests/chaos/chaos_scene.hpp"

#include <cstdio>
#include <cstdlib>

#include <boost/asio/co_spawn.hpp>

#include "platform/security/jwt.hpp"

namespace qm::chaos {
namespace {

constexpr std::chrono::milliseconds kAskAgain{50};

}  // namespace

void Books::breach(std::string what) {
  std::printf("breach: %s\n", what.c_str());
  breaches.push_back(std::move(what));
}

bool is_open(const Reply& reply) {
  return reply.status == 0 || reply.status >= 500 || reply.status == 429 || (reply.status == 409 && reply.try_again);
}

std::string token_of(const std::string& subject, const std::string& role) {
  static const security::TokenSigner signer{kJwtSecret, "quickmart"};
  security::Claims claims;
  claims.subject = subject;
  claims.email = subject + "@example.com";
  claims.role = role;
  claims.token_id = "jti_" + subject;
  claims.family = "ses_" + subject;
  claims.issued_at = SystemClock{}.now();
  claims.expires_at = claims.issued_at + std::chrono::hours{24};
  return signer.sign(claims);
}

void Scene::report(std::exception_ptr broken) {
  if (!broken) return;
  try {
    std::rethrow_exception(broken);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "chaos: the harness itself failed: %s\n", failure.what());
    std::_Exit(2);
  }
}

void Scene::spawn(Task<void> task) {
  ++working_;
  boost::asio::co_spawn(context_, std::move(task), [this](std::exception_ptr broken) {
    --working_;
    report(broken);
  });
}

Task<Reply> Scene::insist(std::size_t shop, http::Method method, std::string target, std::string body,
                          std::string token, std::string key, std::function<void()> asking) {
  Reply reply;
  for (int attempt = 0; attempt < attempts(); ++attempt) {
    if (asking) asking();
    reply = co_await world_.shop(shop + static_cast<std::size_t>(attempt)).call(method, target, body, token, key);
    if (!is_open(reply)) {
      count_answer();
      break;
    }
    co_await pause_for(kAskAgain);
  }
  co_return reply;
}

}  // namespace qm::chaos
