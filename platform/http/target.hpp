// The request line's target, taken apart (RFC 3986), and the ids that travel with a request.
#pragma once
#include <string>
#include <string_view>

#include "platform/http/message.hpp"

namespace qm::http {

// Fills path and query from request.target. False when it is not an absolute path, an escape is broken, or a NUL or
// another control character hides in it.
bool split_target(Request& request);

// 16 hexadecimal digits, unique within and very likely across processes.
std::string make_request_id();
// Ours when `given` is not 1…128 printable, separator-free characters.
void choose_request_id(std::string_view given, std::string& out);
// W3C Trace Context: the caller's trace with a new span, or a new trace.
void choose_traceparent(std::string_view given, std::string& out);

}  // namespace qm::http
