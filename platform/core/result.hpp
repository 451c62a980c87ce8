// Result<T>: a value or an Error. Thread-compatible; owns both.
#pragma once
#include <boost/system/result.hpp>

#include "platform/core/error.hpp"

namespace qm {

// Usage: `if (!r) return r.error();`, then `*r` or `r->`. `Result<void>` succeeds with `return {};`.
template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace qm
