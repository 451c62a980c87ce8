// Response → bytes on the wire: status line, headers, CORS, compression.
#pragma once
#include <string>

#include "platform/http/message.hpp"
#include "platform/http/server.hpp"

namespace qm::http {

struct AnswerContext {
  const ServerOptions& options;
  const std::string& date;
  bool close = false;  // says Connection: close
  bool chunked = true;  // how Response::parts go; false: to the end of the connection
};

// Adds to `response` the headers that CORS asks for; answers a preflight by turning the response into 204.
void apply_cors(const ServerOptions& options, const Request& request, Response& response);

// Compresses the payload when the caller takes gzip and it is worth it.
void apply_gzip(const ServerOptions& options, const Request& request, Response& response);

// Appends the head. The body follows, but for HEAD, 204 and 304.
void write_head(const AnswerContext& context, const Request& request, const Response& response, std::string& out);

// gzip (RFC 1952) at a fast level.
std::string gzip(std::string_view plain);

}  // namespace qm::http
