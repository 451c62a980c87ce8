// What a failed operation says. Expected failures (bad input, state, a busy or absent peer) travel as
// Result<T>; exceptions mean broken infrastructure and are caught once, at the edge of a request or job.
#pragma once
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/assert/source_location.hpp>

namespace qm {

// The kinds are the vocabulary shared by the store, the use cases and the HTTP edge, which maps each to a status
// (platform/http/error_answer.hpp).
enum class ErrorKind {
  Invalid,             // the request does not fit its declaration; `faults` lists every place        422
  Rejected,            // well formed, refused by a rule of the business                             400
  Unauthenticated,     // no or bad credentials                                                      401
  Forbidden,           // known caller, not allowed                                                  403
  NotFound,            // no such thing (or somebody else's)                                         404
  AlreadyExists,       // create_only met a record                                                   409
  Conflict,            // the state does not allow it                                                409
  GenerationMismatch,  // the record changed since it was read                                       409
  ConditionFailed,     // an `only_if` did not hold; nothing was written                             409
  PreconditionFailed,  // If-Match                                                                   412
  PreconditionMissing, // it must be said which state is to be changed: If-Match                     428
  TooLarge,            // a limit on size                                                            413
  RateLimited,         // try after `retry_after`                                                    429
  Unavailable,         // try after `retry_after`; it is known that nothing happened                 503
  Timeout,             // deadline passed; it is known that nothing happened                         503
  InDoubt,             // may or may not have happened: retry only what is idempotent                503
  Internal,            // a defect; details go to the log only                                       500
};

// One place in a request that does not fit. `loc` starts with body, query, path or header.
struct Fault {
  std::vector<std::string> loc;
  std::string msg;
  std::string type;
  friend bool operator==(const Fault&, const Fault&) = default;
};

struct Error {
  ErrorKind kind = ErrorKind::Internal;
  std::string detail;  // a sentence that may be shown to the caller, except for Internal
  std::chrono::seconds retry_after{0};
  std::vector<Fault> faults{};  // only with Invalid
};

inline Error not_found(std::string detail) { return {ErrorKind::NotFound, std::move(detail)}; }
inline Error rejected(std::string detail) { return {ErrorKind::Rejected, std::move(detail)}; }
inline Error unavailable(std::string detail, std::chrono::seconds retry_after = std::chrono::seconds{1}) {
  return {ErrorKind::Unavailable, std::move(detail), retry_after};
}
inline Error invalid(std::vector<Fault> faults) {
  return {ErrorKind::Invalid, "The request does not fit.", std::chrono::seconds{0}, std::move(faults)};
}

// Thrown by Result<T>::value() on a failure: only where a failure would be a defect.
class ErrorException : public std::runtime_error {
 public:
  explicit ErrorException(Error error) : std::runtime_error(error.detail), error_(std::move(error)) {}
  const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw ErrorException(error);
}

}  // namespace qm
