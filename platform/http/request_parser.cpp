#include "platform/http/request_parser.hpp"

#include <boost/beast/core/string.hpp>

namespace qm::http {

namespace beast = boost::beast::http;

RequestParser::RequestParser(Request& request, std::size_t max_header_bytes, std::size_t max_body_bytes)
    : request_(request) {
  header_limit(static_cast<std::uint32_t>(max_header_bytes));
  body_limit(max_body_bytes);
  eager(true);
  request_.method = Method::Other;
  request_.target.clear();
  request_.body.clear();
}

std::size_t RequestParser::put(boost::asio::const_buffer bytes, boost::beast::error_code& failed) {
  // "0", two line ends: no chunked body that goes on is shorter, so to wait for so much delays nothing.
  constexpr std::size_t kShortestRest = 5;
  if (is_header_done() && chunked() && !is_done() && bytes.size() < kShortestRest) {
    failed = beast::error::need_more;
    return 0;
  }
  return basic_parser::put(bytes, failed);
}

void RequestParser::on_request_impl(beast::verb verb, Text, Text target, int version, Code& failed) {
  switch (verb) {
    case beast::verb::get: request_.method = Method::Get; break;
    case beast::verb::head: request_.method = Method::Head; break;
    case beast::verb::post: request_.method = Method::Post; break;
    case beast::verb::put: request_.method = Method::Put; break;
    case beast::verb::delete_: request_.method = Method::Delete; break;
    case beast::verb::patch: request_.method = Method::Patch; break;
    case beast::verb::options: request_.method = Method::Options; break;
    default: request_.method = Method::Other; break;
  }
  version_ = version;
  if (version != 10 && version != 11) failed = beast::error::bad_version;
  request_.target.assign(target.data(), target.size());
}

void RequestParser::on_response_impl(int, Text, int, Code& failed) { failed = beast::error::bad_method; }

void RequestParser::on_field_impl(beast::field field, Text name, Text value, Code& failed) {
  if (is_header_done()) return;  // trailers are no headers (RFC 9110, section 6.5.1)
  constexpr std::size_t kMaxFields = 100;
  if (fields_ == kMaxFields) {
    failed = beast::error::header_limit;
    return;
  }
  // The pairs of the last request are written over, which keeps their memory.
  if (fields_ == request_.headers.size()) request_.headers.emplace_back();
  auto& [known_name, known_value] = request_.headers[fields_++];
  known_name.assign(name.data(), name.size());
  known_value.assign(value.data(), value.size());
  switch (field) {
    case beast::field::host: ++hosts_; break;
    case beast::field::content_length: ++lengths_; break;
    case beast::field::transfer_encoding: ++encodings_; break;
    case beast::field::expect: expects_continue_ = boost::beast::iequals(value, "100-continue"); break;
    default: break;
  }
}

void RequestParser::on_header_impl(Code& failed) {
  request_.headers.resize(fields_);
  if (is_ambiguous()) failed = beast::error::bad_content_length;
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) {}

std::size_t RequestParser::on_body_impl(Text part, Code&) {
  request_.body.append(part.data(), part.size());
  return part.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, Text, Code&) {}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text part, Code&) {
  request_.body.append(part.data(), part.size());
  return part.size();
}

void RequestParser::on_finish_impl(Code&) {}

}  // namespace qm::http
