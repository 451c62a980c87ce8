// Webhooks as their receiver sees them: real requests to a real server.
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

struct Received {
  std::string path;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  boost::json::value json() const { return boost::json::parse(body); }
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
  }
};

// A server of one request per connection, each answered with what `answer` says: a status, or 0 to close without one.
class Receiver {
 public:
  using Answer = std::function<int(const Received& request, int number)>;  // number: of the path's requests, from 1

  explicit Receiver(Answer answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0)
      throw std::runtime_error("no receiver");
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~Receiver() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    for (const int fd : hung_) ::close(fd);
  }

  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  std::vector<Received> received(const std::string& path) const {
    std::lock_guard lock{mutex_};
    std::vector<Received> found;
    for (const Received& each : received_)
      if (each.path == path) found.push_back(each);
    return found;
  }
  bool wait_for(const std::string& path, std::size_t count) const {
    return eventually([&] { return received(path).size() >= count; }, std::chrono::seconds{20});
  }

 private:
  static constexpr int kHang = -1;

  void serve() {
    for (int fd = ::accept(listener_, nullptr, nullptr); fd >= 0; fd = ::accept(listener_, nullptr, nullptr)) {
      const timeval limit{10, 0};
      ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      if (answer(fd) == kHang) hung_.push_back(fd);
      else ::close(fd);
    }
  }

  int answer(int fd) {
    const Received request = read(fd);
    int status = 0;
    {
      std::lock_guard lock{mutex_};
      received_.push_back(request);
      int number = 0;
      for (const Received& each : received_) number += each.path == request.path ? 1 : 0;
      status = answer_(request, number);
    }
    if (status <= 0) return status;
    const std::string big(status == 299 ? 100'000 : 2, 'x');
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Said\r\nLocation: /elsewhere\r\nConnection: close\r\n";
    text += "Content-Length: " + std::to_string(big.size()) + "\r\n\r\n" + big;
    static_cast<void>(::send(fd, text.data(), text.size(), MSG_NOSIGNAL));
    return status;
  }

  static Received read(int fd) {
    std::string text;
    Received request;
    std::size_t head = std::string::npos;
    std::size_t body = 0;
    while (head == std::string::npos || text.size() < head + 4 + body) {
      char chunk[4096];
      const ssize_t count = ::recv(fd, chunk, sizeof chunk, 0);
      if (count <= 0) return request;
      text.append(chunk, static_cast<std::size_t>(count));
      if (head == std::string::npos && (head = text.find("\r\n\r\n")) != std::string::npos) {
        read_head(text.substr(0, head), request);
        body = std::stoul("0" + request.header("content-length"));
      }
    }
    request.body = text.substr(head + 4, body);
    return request;
  }

  static void read_head(const std::string& head, Received& request) {
    const std::size_t space = head.find(' ');
    request.path = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
    for (std::size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at + 2)) {
      const std::size_t colon = head.find(':', at);
      if (colon == std::string::npos) break;
      std::string name = head.substr(at + 2, colon - at - 2);
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      const std::size_t end = std::min(head.find("\r\n", colon), head.size());
      request.headers[name] = head.substr(colon + 2, end - colon - 2);
    }
  }

  Answer answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Received> received_;
  std::vector<int> hung_;
  std::thread thread_;
};

// As a receiver checks it, with another library: "v1,BASE64" of HMAC-SHA256.
std::string expected_signature(const std::string& secret, const Received& request) {
  const auto bytes = [](const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  const std::string base64 = secret.substr(std::min<std::size_t>(6, secret.size()));  // after whsec_
  std::vector<unsigned char> key(base64.size() + 3);
  const int decoded = EVP_DecodeBlock(key.data(), bytes(base64), static_cast<int>(base64.size()));
  if (decoded < 0) return "the secret is none";
  const auto padding = std::count(base64.begin(), base64.end(), '=');
  const std::string text =
      request.header("webhook-id") + "." + request.header("webhook-timestamp") + "." + request.body;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), decoded - static_cast<int>(padding), bytes(text), text.size(), digest, &size);
  unsigned char signature[128];
  EVP_EncodeBlock(signature, digest, static_cast<int>(size));
  return std::string{"v1,"} + reinterpret_cast<const char*>(signature);
}

constexpr const char* kHooks = "/api/admin/webhooks";

struct MadeWebhook {
  std::string path;  // of its routes
  std::string id;
  std::string secret;
};

class Webhooks : public testing::Test {
 protected:
  Webhooks()
      : process_(world_.start("quickmart-backend", {"--jwt-secret", kJwtSecret, "--demo-data-dir", kDemoData,
                                                     "--webhook-first-pause-ms", "50", "--webhook-timeout-ms",
                                                     "5000"})),
        admin_(sign_in(peer(), "admin@quickmart.com", "admin")) {}

  Peer peer() const { return process_.peer(); }
  MadeWebhook add(const std::string& url, const std::string& events = "[]") {
    const Reply made = peer().post(kHooks, R"({"url":")" + url + R"(","events":)" + events + "}", admin_.headers());
    EXPECT_EQ(made.status, 201) << made.body;
    const std::string id = text_at(made.json(), "webhook/webhook_id");
    return {std::string{kHooks} + "/" + id, id, text_at(made.json(), "secret")};
  }
  HeaderList keyed(const SignedIn& who, const std::string& key) const {
    HeaderList headers = who.headers();
    headers.emplace_back("Idempotency-Key", key);
    return headers;
  }
  // → the order's id
  std::string buy(const SignedIn& who, const std::string& product, int quantity, const std::string& key) {
    const std::string line = R"({"product_id":")" + product + R"(","quantity":)" + std::to_string(quantity) + "}";
    EXPECT_EQ(peer().post("/api/cart/add", line, who.headers()).status, 200);
    const Reply bought = peer().post("/api/cart/checkout", "{}", keyed(who, key));
    EXPECT_EQ(bought.status, 201) << bought.body;
    return text_at(bought.json(), "order_id");
  }
  boost::json::value deliveries(const MadeWebhook& hook) {
    return at(peer().get(hook.path + "/deliveries", admin_.headers()).json(), "deliveries");
  }
  bool is_delivered(const MadeWebhook& hook) {
    return eventually([&] { return text_at(deliveries(hook), "0/state") == "delivered"; }, std::chrono::seconds{20});
  }
  // Whether that was done with success: later ones may have been refused.
  bool audited(const std::string& action, const std::string& subject) {
    const std::string query = "/api/admin/audit?limit=50&action=" + action + "&subject_id=" + subject;
    const auto entries = list_at(peer().get(query, admin_.headers()).json(), "entries");
    return std::any_of(entries.begin(), entries.end(),
                       [](const auto& entry) { return text_at(entry, "outcome") == "succeeded"; });
  }

  World world_;
  ServiceProcess process_;
  SignedIn admin_;
};

std::vector<std::string> types_of(const std::vector<Received>& all) {
  std::vector<std::string> types;
  for (const Received& each : all) types.push_back(text_at(each.json(), "type"));
  std::sort(types.begin(), types.end());
  return types;
}

TEST_F(Webhooks, TellSignedWhatBecomesOfAnOrder) {
  Receiver receiver{[](const Received&, int) { return 204; }};
  const MadeWebhook hook = add(receiver.url("/orders"), R"(["order.confirmed","order.paid","order.processing",)"
                                                        R"("order.refunded","order.cancelled"])");
  const SignedIn who = new_customer(peer());
  const std::string id = buy(who, "prod_001", 1, "k1");
  ASSERT_TRUE(receiver.wait_for("/orders", 2));
  const std::string order = "/api/admin/orders/" + id;
  ASSERT_EQ(peer().post(order + "/status", R"({"status":"processing"})", admin_.headers()).status, 200);
  ASSERT_EQ(peer().post(order + "/refunds", R"({"amount":1.00,"reason":"late"})", keyed(admin_, "r")).status, 201);
  ASSERT_EQ(peer().post(order + "/cancel", "", admin_.headers()).status, 200);
  ASSERT_TRUE(receiver.wait_for("/orders", 6));
  const auto all = receiver.received("/orders");
  EXPECT_EQ(types_of(all), (std::vector<std::string>{"order.cancelled", "order.confirmed", "order.paid",
                                                      "order.processing", "order.refunded", "order.refunded"}));
  std::set<std::string> ids;
  for (const Received& each : all) {
    EXPECT_EQ(each.header("webhook-signature"), expected_signature(hook.secret, each));
    EXPECT_EQ(text_at(each.json(), "data/order_id"), id);
    EXPECT_EQ(each.body.find("address"), std::string::npos);
    ids.insert(each.header("webhook-id"));
  }
  EXPECT_EQ(ids.size(), all.size());
}

TEST_F(Webhooks, FailedAttemptsAreMadeAgainAndCanBeRedelivered) {
  Receiver receiver{[](const Received& request, int number) {
    if (request.path == "/big") return 299;
    if (request.path == "/moved") return 302;
    return number == 1 ? 500 : number == 2 ? 0 : 200;
  }};
  const MadeWebhook hook = add(receiver.url("/shaky"));
  const Reply test = peer().post(hook.path + "/test", "", admin_.headers());
  ASSERT_EQ(test.status, 202) << test.body;
  ASSERT_TRUE(receiver.wait_for("/shaky", 3));
  const auto tried = receiver.received("/shaky");
  for (const Received& each : tried) {
    EXPECT_EQ(each.header("webhook-id"), tried.front().header("webhook-id"));
    EXPECT_EQ(each.body, tried.front().body);
    EXPECT_EQ(each.header("webhook-signature"), expected_signature(hook.secret, each));
  }
  ASSERT_TRUE(is_delivered(hook));
  const boost::json::value log = deliveries(hook);
  EXPECT_EQ(number_at(log, "0/attempts/0/status_code"), 500);
  EXPECT_TRUE(at(log, "0/attempts/1/status_code").is_null());
  EXPECT_EQ(number_at(log, "0/attempts/2/status_code"), 200);
  EXPECT_EQ(text_at(log, "0/event_type"), "webhook.test");

  const std::string again = hook.path + "/deliveries/" + text_at(log, "0/delivery_id") + "/redeliver";
  ASSERT_EQ(peer().post(again, "", admin_.headers()).status, 202);
  ASSERT_TRUE(receiver.wait_for("/shaky", 4));
  EXPECT_EQ(receiver.received("/shaky").back().header("webhook-id"), tried.front().header("webhook-id"));
  EXPECT_TRUE(audited("webhook.redeliver", hook.id));
  EXPECT_EQ(peer().post(hook.path + "/deliveries/whd_none/redeliver", "", admin_.headers()).status, 404);

  // A large answer is a success all the same; a redirect is none, and not followed.
  const MadeWebhook big = add(receiver.url("/big"));
  ASSERT_EQ(peer().post(big.path + "/test", "", admin_.headers()).status, 202);
  EXPECT_TRUE(is_delivered(big));
  const MadeWebhook moved = add(receiver.url("/moved"));
  ASSERT_EQ(peer().post(moved.path + "/test", "", admin_.headers()).status, 202);
  EXPECT_TRUE(receiver.wait_for("/moved", 2));
  EXPECT_TRUE(receiver.received("/elsewhere").empty());
}

TEST_F(Webhooks, AreSetUpByStaffWhoSeeEachSecretOnce) {
  Receiver receiver{[](const Received& request, int) { return request.path == "/gone" ? 410 : 200; }};
  const SignedIn who = new_customer(peer());
  EXPECT_EQ(peer().get(kHooks, who.headers()).status, 403);
  EXPECT_EQ(peer().post(kHooks, R"({"url":"ftp://example.com/"})", admin_.headers()).status, 400);
  EXPECT_EQ(peer().post(kHooks, R"({"url":"http://u:p@example.com/"})", admin_.headers()).status, 400);
  EXPECT_EQ(peer().post(kHooks, R"({"url":"http://127.0.0.1/","events":["order.eaten"]})", admin_.headers()).status,
            422);
  const MadeWebhook hook = add(receiver.url("/hook?token=of-the-receiver"));
  EXPECT_TRUE(hook.secret.starts_with("whsec_"));
  EXPECT_EQ(peer().get(kHooks, admin_.headers()).body.find("whsec_"), std::string::npos);
  EXPECT_EQ(peer().get(hook.path, admin_.headers()).body.find("whsec_"), std::string::npos);

  const Reply rotated = peer().post(hook.path + "/rotate-secret", "", admin_.headers());
  ASSERT_EQ(rotated.status, 200);
  const std::string secret = text_at(rotated.json(), "secret");
  EXPECT_NE(secret, hook.secret);
  ASSERT_EQ(peer().post(hook.path + "/test", "", admin_.headers()).status, 202);
  EXPECT_TRUE(audited("webhook.test", hook.id));
  ASSERT_TRUE(receiver.wait_for("/hook?token=of-the-receiver", 1));
  const Received got = receiver.received("/hook?token=of-the-receiver").front();
  EXPECT_EQ(got.header("webhook-signature"),
            expected_signature(secret, got) + " " + expected_signature(hook.secret, got));

  const std::string off = R"({"url":")" + receiver.url("/hook") + R"(","enabled":false,"description":"ours"})";
  const Reply updated = peer().put(hook.path, off, admin_.headers());
  ASSERT_EQ(updated.status, 200) << updated.body;
  EXPECT_EQ(text_at(updated.json(), "description"), "ours");
  EXPECT_EQ(peer().post(hook.path + "/test", "", admin_.headers()).status, 409);

  const MadeWebhook gone = add(receiver.url("/gone"));
  ASSERT_EQ(peer().post(gone.path + "/test", "", admin_.headers()).status, 202);
  const auto why = [&] { return text_at(peer().get(gone.path, admin_.headers()).json(), "disabled_why"); };
  EXPECT_TRUE(eventually([&] { return !why().empty(); }, std::chrono::seconds{20}));
  EXPECT_TRUE(audited("webhook.update", hook.id));
  EXPECT_TRUE(audited("webhook.rotate_secret", hook.id));
  EXPECT_TRUE(audited("webhook.disable", gone.id));
  const Reply log = peer().get("/api/admin/audit", admin_.headers());
  EXPECT_EQ(log.body.find("whsec_"), std::string::npos);
  EXPECT_EQ(log.body.find("of-the-receiver"), std::string::npos);

  EXPECT_EQ(peer().send("DELETE", hook.path, "", admin_.headers()).status, 200);
  EXPECT_TRUE(audited("webhook.remove", hook.id));
  EXPECT_EQ(peer().get(hook.path, admin_.headers()).status, 404);
}

TEST_F(Webhooks, ASlowEndpointHoldsUpNoOther) {
  Receiver slow{[](const Received&, int) { return -1; }};  // it never answers
  Receiver quick{[](const Received&, int) { return 200; }};
  const MadeWebhook never = add(slow.url("/never"));
  const MadeWebhook soon = add(quick.url("/soon"));
  constexpr int kMessages = 100;
  for (int i = 0; i < kMessages; ++i)
    ASSERT_EQ(peer().post(never.path + "/test", "", admin_.headers()).status, 202);
  ASSERT_EQ(peer().post(soon.path + "/test", "", admin_.headers()).status, 202);
  ASSERT_TRUE(quick.wait_for("/soon", 1));
  // It overtook nearly all of them.
  EXPECT_LT(slow.received("/never").size(), static_cast<std::size_t>(kMessages));
}

TEST_F(Webhooks, TellOfStockAndSurviveAKill) {
  Receiver receiver{[](const Received&, int) { return 200; }};
  add(receiver.url("/stock"), R"(["stock.low","stock.out","stock.back"])");
  const MadeWebhook orders = add(receiver.url("/paid"), R"(["order.paid"])");
  const std::string stock = "/api/admin/stock/prod_002";
  const auto available =
      static_cast<int>(number_at(peer().get(stock, admin_.headers()).json(), "available"));
  ASSERT_GT(available, 3);
  const auto adjust = [&](int change, const std::string& key) {
    const std::string body = R"({"reason":"count","change":)" + std::to_string(change) + "}";
    ASSERT_EQ(peer().post(stock + "/adjust", body, keyed(admin_, key)).status, 200);
  };
  ASSERT_EQ(peer().put(stock + "/threshold", R"({"low_below":3})", admin_.headers()).status, 200);
  EXPECT_TRUE(audited("stock.threshold", "prod_002"));
  adjust(2 - available, "a1");
  ASSERT_TRUE(receiver.wait_for("/stock", 1));
  const SignedIn who = new_customer(peer());
  buy(who, "prod_002", 2, "k1");
  ASSERT_TRUE(receiver.wait_for("/stock", 2));
  adjust(10, "a2");
  ASSERT_TRUE(receiver.wait_for("/stock", 3));
  const auto told = receiver.received("/stock");
  EXPECT_EQ(text_at(told[0].json(), "type"), "stock.low");
  EXPECT_EQ(number_at(told[0].json(), "data/available"), 2);
  EXPECT_EQ(number_at(told[0].json(), "data/threshold"), 3);
  EXPECT_EQ(text_at(told[1].json(), "type"), "stock.out");
  EXPECT_EQ(text_at(told[2].json(), "type"), "stock.back");

  std::set<std::string> bought;
  for (int i = 0; i < 5; ++i) bought.insert(buy(who, "prod_001", 1, "p" + std::to_string(i)));
  process_.kill();
  process_ = world_.start("quickmart-backend", {"--jwt-secret", kJwtSecret, "--demo-data-dir", kDemoData});
  const auto all_told = [&] {
    std::set<std::string> paid;
    for (const Received& each : receiver.received("/paid")) paid.insert(text_at(each.json(), "data/order_id"));
    return std::includes(paid.begin(), paid.end(), bought.begin(), bought.end());
  };
  EXPECT_TRUE(eventually(all_told, std::chrono::seconds{40}));
  for (const Received& each : receiver.received("/paid"))
    EXPECT_EQ(each.header("webhook-signature"), expected_signature(orders.secret, each));
}

}  // namespace
}  // namespace qm::functional
