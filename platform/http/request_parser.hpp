// Beast's incremental HTTP/1 parser, filling a Request that is used again and again.
#pragma once
#include <cstdint>
#include <limits>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "platform/http/message.hpp"

namespace qm::http {

// One request: made anew for each (cheap), writing into `request`, whose capacity is kept.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  RequestParser(Request& request, std::size_t max_header_bytes, std::size_t max_body_bytes);

  // As Beast's put(), but safe for a final chunk that comes in pieces, on which Beast asserts; and the same heads are
  // too large however they are cut, where Beast allows the start line and the fields the whole limit each.
  std::size_t put(boost::asio::const_buffer bytes, boost::beast::error_code& failed);

  // After error::body_limit: goes on, and what came of the body so far stands in the request. Its owner empties
  // Request::body, and limits the whole.
  void take_body_as_it_comes() { max_body_bytes_ = std::numeric_limits<std::uint64_t>::max(); }
  // As the headers, or the chunks so far, say.
  std::uint64_t announced_bytes() const { return announced_bytes_; }

  bool expects_continue() const { return expects_continue_; }
  bool has_host() const { return hosts_ == 1; }
  bool is_http_1_1() const { return version_ == 11; }
  // After the headers: a request whose length two parties could read differently (RFC 9112, section 6.3).
  bool is_ambiguous() const { return hosts_ > 1 || (lengths_ > 0 && encodings_ > 0) || lengths_ > 1 || encodings_ > 1; }

 private:
  using Code = boost::beast::error_code;
  using Text = boost::beast::string_view;
  void on_request_impl(boost::beast::http::verb verb, Text verb_text, Text target, int version, Code& failed) override;
  void on_response_impl(int status, Text reason, int version, Code& failed) override;
  void on_field_impl(boost::beast::http::field field, Text name, Text value, Code& failed) override;
  void on_header_impl(Code& failed) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code& failed) override;
  std::size_t on_body_impl(Text part, Code& failed) override;
  void on_chunk_header_impl(std::uint64_t size, Text extensions, Code& failed) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, Text part, Code& failed) override;
  void on_finish_impl(Code& failed) override;

  std::size_t put_checked(boost::asio::const_buffer bytes, Code& failed);
  bool is_head_too_large(std::string_view bytes) const;

  Request& request_;
  std::size_t head_bytes_left_;
  std::uint64_t max_body_bytes_;
  std::uint64_t announced_bytes_ = 0;
  std::size_t fields_ = 0;
  int version_ = 0;
  int hosts_ = 0, lengths_ = 0, encodings_ = 0;
  bool expects_continue_ = false;
};

}  // namespace qm::http
