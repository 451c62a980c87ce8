#include "platform/http/request_parser.hpp"

#include <boost/beast/core/string.hpp>

namespace qm::http {

namespace wire = boost::beast::http;

RequestParser::RequestParser(Request& request, std::size_t max_header_bytes, std::size_t max_body_bytes)
    : request_(request), head_bytes_left_(max_header_bytes), max_body_bytes_(max_body_bytes) {
  header_limit(static_cast<std::uint32_t>(max_header_bytes));
  body_limit(boost::none);  // checked here, so that a longer body may go on
  eager(true);
  request_.method = Method::Other;
  request_.target.clear();
  request_.body.clear();
}

std::size_t RequestParser::put(boost::asio::const_buffer bytes, boost::beast::error_code& failed) {
  const std::size_t consumed = put_checked(bytes, failed);
  if (announced_bytes_ > max_body_bytes_) failed = wire::error::body_limit;
  return consumed;
}

std::size_t RequestParser::put_checked(boost::asio::const_buffer bytes, Code& failed) {
  // "0", two line ends: no chunked body that goes on is shorter, so to wait for so much delays nothing.
  constexpr std::size_t kShortestRest = 5;
  if (is_header_done() && chunked() && !is_done() && bytes.size() < kShortestRest) {
    failed = wire::error::need_more;
    return 0;
  }
  if (is_header_done()) return basic_parser::put(bytes, failed);
  if (is_head_too_large({static_cast<const char*>(bytes.data()), bytes.size()})) {
    failed = wire::error::header_limit;
    return 0;
  }
  const std::size_t consumed = basic_parser::put(bytes, failed);
  head_bytes_left_ -= std::min(consumed, head_bytes_left_);
  return consumed;
}

bool RequestParser::is_head_too_large(std::string_view bytes) const {
  if (bytes.size() <= head_bytes_left_) return false;
  const std::string_view allowed = bytes.substr(0, head_bytes_left_);
  // The start line may have been taken already, and there may be no fields.
  return !allowed.starts_with("\r\n") && allowed.find("\r\n\r\n") == std::string_view::npos;
}

void RequestParser::on_request_impl(wire::verb verb, Text, Text target, int version, Code& failed) {
  switch (verb) {
    case wire::verb::get: request_.method = Method::Get; break;
    case wire::verb::head: request_.method = Method::Head; break;
    case wire::verb::post: request_.method = Method::Post; break;
    case wire::verb::put: request_.method = Method::Put; break;
    case wire::verb::delete_: request_.method = Method::Delete; break;
    case wire::verb::patch: request_.method = Method::Patch; break;
    case wire::verb::options: request_.method = Method::Options; break;
    default: request_.method = Method::Other; break;
  }
  version_ = version;
  if (version != 10 && version != 11) failed = wire::error::bad_version;
  request_.target.assign(target.data(), target.size());
}

void RequestParser::on_response_impl(int, Text, int, Code& failed) { failed = wire::error::bad_method; }

void RequestParser::on_field_impl(wire::field field, Text name, Text value, Code& failed) {
  if (is_header_done()) return;  // trailers are no headers (RFC 9110, section 6.5.1)
  constexpr std::size_t kMaxFields = 100;
  if (fields_ == kMaxFields) {
    failed = wire::error::header_limit;
    return;
  }
  // The pairs of the last request are written over, which keeps their memory.
  if (fields_ == request_.headers.size()) request_.headers.emplace_back();
  auto& [known_name, known_value] = request_.headers[fields_++];
  known_name.assign(name.data(), name.size());
  known_value.assign(value.data(), value.size());
  switch (field) {
    case wire::field::host: ++hosts_; break;
    case wire::field::content_length: ++lengths_; break;
    case wire::field::transfer_encoding: ++encodings_; break;
    case wire::field::expect: expects_continue_ = boost::beast::iequals(value, "100-continue"); break;
    default: break;
  }
}

void RequestParser::on_header_impl(Code& failed) {
  request_.headers.resize(fields_);
  if (is_ambiguous()) failed = wire::error::bad_content_length;
  else announced_bytes_ = content_length().value_or(0);
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) {}

std::size_t RequestParser::on_body_impl(Text part, Code&) {
  request_.body.append(part.data(), part.size());
  return part.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, Text, Code&) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  announced_bytes_ = size > kMost - announced_bytes_ ? kMost : announced_bytes_ + size;
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text part, Code&) {
  request_.body.append(part.data(), part.size());
  return part.size();
}

void RequestParser::on_finish_impl(Code&) {}

}  // namespace qm::http
