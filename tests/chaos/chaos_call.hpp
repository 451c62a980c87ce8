// Calls to a process that may be gone at any moment. All on one thread, but for renew().
#pragma once
#include <memory>
#include <mutex>
#include <string>

#include <boost/json.hpp>

#include "platform/http/client.hpp"

namespace qm::chaos {

struct Reply {
  int status = 0;  // 0: no answer came
  bool try_again = false;  // it said so
  std::string etag;
  boost::json::value json;
};

class Service {
 public:
  // The process answers there from now on.
  void renew(std::uint16_t port);
  Task<Reply> call(http::Method method, std::string target, std::string body, std::string token, std::string key = {},
                   std::string if_match = {});

 private:
  std::mutex mutex_;
  std::shared_ptr<http::Client> client_;
};

Task<void> pause_for(std::chrono::milliseconds time);

std::string text_of(const boost::json::value& json, const char* pointer);
std::int64_t number_of(const boost::json::value& json, const char* pointer);
// An amount of two decimals in minor units.
std::int64_t minor_of(const boost::json::value& json, const char* pointer);
// The other way round: 4.90
std::string amount_text(std::int64_t minor);
const boost::json::array& list_of(const boost::json::value& json, const char* pointer);

}  // namespace qm::chaos
