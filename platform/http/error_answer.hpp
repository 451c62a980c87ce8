// The one place that turns failures into answers: RFC 9457 problem documents, and for faults of a request the list of
// all of them (422).
#pragma once
#include <string_view>

#include "platform/core/error.hpp"
#include "platform/http/message.hpp"

namespace qm::http {

// `request_id` becomes `instance`. Never shows internals: an Internal error's detail goes to the log only.
Response error_answer(const Error& error, std::string_view request_id);

// A failure below the level of endpoints: 400, 404, 405, 408, 413, 415, 431, 503…
Response problem(int status, std::string_view detail, std::string_view request_id);

// "Not Found" for 404.
std::string_view reason_phrase(int status) noexcept;

}  // namespace qm::http
