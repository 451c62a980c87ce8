#include "platform/http/answer_writer.hpp"

#include <zlib.h>

#include <charconv>
#include <stdexcept>

#include "platform/http/error_answer.hpp"

namespace qm::http {

namespace {

// A zlib stream that a thread uses again and again: setting one up costs more than a small answer.
class Deflater {
 public:
  Deflater() {
    constexpr int kGzipWindow = 15 + 16;
    if (deflateInit2(&stream_, 4, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::runtime_error("zlib cannot start");
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;

  std::string run(std::string_view plain) {
    deflateReset(&stream_);
    std::string out(deflateBound(&stream_, plain.size()), '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream_.avail_in = static_cast<uInt>(plain.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("zlib cannot compress");
    out.erase(out.size() - stream_.avail_out);
    return out;
  }

 private:
  z_stream stream_{};
};

// RFC 9110, 12.5.3: gzip is named with a weight above zero.
bool takes_gzip(std::string_view accepted) {
  std::size_t at = accepted.find("gzip");
  if (at == std::string_view::npos) return false;
  std::string_view weight = accepted.substr(at + 4, accepted.find(',', at) - at - 4);
  at = weight.find("q=");
  return at == std::string_view::npos || weight.substr(at + 2).find_first_of("123456789") != std::string_view::npos;
}

bool compressible(std::string_view type) {
  return type.find("json") != std::string_view::npos || type.starts_with("text/") || type.starts_with("image/svg");
}

bool is_header_text(std::string_view text) {
  return text.size() <= 1024 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

void append(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(value).append("\r\n");
}

}  // namespace

std::string gzip(std::string_view plain) {
  thread_local Deflater deflater;
  return deflater.run(plain);
}

void apply_cors(const ServerOptions& options, const Request& request, Response& response) {
  if (options.cors_origins.empty()) return;
  const std::string_view origin = request.header("origin");
  if (origin.empty() || !is_header_text(origin)) return;
  const bool any = options.cors_origins.front() == "*";
  if (!any && std::find(options.cors_origins.begin(), options.cors_origins.end(), origin) == options.cors_origins.end())
    return;
  response.headers.emplace_back("Access-Control-Allow-Origin", any ? std::string{"*"} : std::string{origin});
  if (!any) response.headers.emplace_back("Vary", "Origin");
  response.headers.emplace_back("Access-Control-Expose-Headers", "X-Request-Id, Retry-After, ETag");
  if (request.method != Method::Options || request.header("access-control-request-method").empty()) return;
  response.headers.emplace_back("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
  const std::string_view wanted = request.header("access-control-request-headers");
  if (!wanted.empty() && is_header_text(wanted))
    response.headers.emplace_back("Access-Control-Allow-Headers", std::string{wanted});
  response.headers.emplace_back("Access-Control-Max-Age", "600");
}

void apply_gzip(const ServerOptions& options, const Request& request, Response& response) {
  const std::string_view payload = response.payload();
  if (options.gzip_min_bytes == 0 || payload.size() < options.gzip_min_bytes || !compressible(response.content_type))
    return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!takes_gzip(request.header("accept-encoding"))) return;
  std::string packed = gzip(payload);
  response.shared_body.reset();
  response.body = std::move(packed);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

void write_head(const AnswerContext& context, const Request& request, const Response& response, std::string& out) {
  char digits[24];
  const auto number = [&](std::size_t n) {
    return std::string_view(digits,
                            static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, n).ptr - digits));
  };
  out.append("HTTP/1.1 ")
      .append(number(static_cast<std::size_t>(response.status)))
      .append(" ")
      .append(reason_phrase(response.status));
  append(out, "\r\nDate: ", context.date);
  if (response.status != 204 && response.status != 304) {
    append(out, "Content-Type: ", response.content_type);
    if (!response.parts) append(out, "Content-Length: ", number(response.payload().size()));
    else if (context.chunked) out.append("Transfer-Encoding: chunked\r\n");
  }
  append(out, "X-Request-Id: ", request.request_id);
  append(out, "traceparent: ", request.traceparent);
  for (const auto& [name, value] : response.headers) out.append(name).append(": ").append(value).append("\r\n");
  out.append(context.close ? "Connection: close\r\n\r\n" : "\r\n");
}

}  // namespace qm::http
