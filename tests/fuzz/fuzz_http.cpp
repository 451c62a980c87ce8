// A connection's bytes: however they are cut, the same request comes out, and none that two could read differently.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include "platform/http/request_parser.hpp"
#include "platform/http/target.hpp"

namespace {

using qm::http::Request;
using qm::http::RequestParser;

void must(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  Request request;
  bool whole = false;
  std::size_t left = 0;  // bytes of the next request
};

Outcome parse(std::string_view text, std::size_t step) {
  Outcome outcome;
  outcome.request.headers = {{"Of", "the last request"}, {"Authorization", "Bearer x"}};
  RequestParser parser{outcome.request, 1024, 2048};
  boost::system::error_code failed;
  std::string pending;
  while (!failed && !parser.is_done() && !text.empty()) {
    pending.append(text.substr(0, step));
    text.remove_prefix(std::min(step, text.size()));
    std::size_t consumed = 1;
    while (consumed > 0 && !pending.empty() && !failed && !parser.is_done()) {
      consumed = parser.put(boost::asio::buffer(pending), failed);
      must(consumed <= pending.size());
      if (failed == boost::beast::http::error::need_more) failed = {};
      pending.erase(0, consumed);
    }
  }
  outcome.whole = !failed && parser.is_done();
  outcome.left = pending.size() + text.size();
  if (outcome.whole) must(!parser.is_ambiguous());
  return outcome;
}

void expect_clean(const std::string& text) {
  for (const char c : text) must(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

// The plainest way to write a path.
std::string encode(const std::string& path) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : path) {
    if (c == '/') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  Outcome at_once = parse(text, text.size() + 1);
  const Outcome in_pieces = parse(text, 1 + data[0] % 64);
  // A broken head may be found out at once or only when it is complete, but neither is ever a request.
  must(at_once.whole == in_pieces.whole);
  if (!at_once.whole) return 0;
  Request& request = at_once.request;
  must(at_once.left == in_pieces.left);
  must(request.method == in_pieces.request.method && request.target == in_pieces.request.target);
  must(request.headers == in_pieces.request.headers && request.body == in_pieces.request.body);
  must(request.body.size() <= 2048);

  if (!split_target(request)) return 0;
  must(!request.path.empty() && request.path[0] == '/');
  expect_clean(request.path);
  for (const auto& [name, value] : request.query) {
    expect_clean(name);
    expect_clean(value);
  }
  Request again;
  again.target = encode(request.path);
  must(split_target(again));
  std::string path = request.path;
  if (path.size() > 1 && path.back() == '/') path.pop_back();  // of two slashes at the end the first is still there
  must(again.path == path);
  return 0;
}
