#include "QuickMart-backend/app/logout.hpp"

namespace qm::shop {

Task<Result<void>> Logout::run(SessionId session) {
  if (session.empty()) co_return Result<void>{};
  co_return co_await sessions_.revoke(std::move(session), clock_.now());
}

}  // namespace qm::shop
