#include "QuickMart-backend/domain/product_import.hpp"

namespace qm::shop {

const char* to_text(ImportState state) noexcept {
  switch (state) {
    case ImportState::checking: return "checking";
    case ImportState::writing: return "writing";
    case ImportState::done: return "done";
    case ImportState::refused: return "refused";
    case ImportState::failed: return "failed";
    case ImportState::interrupted: break;
  }
  return "interrupted";
}

ImportState parse_import_state(const std::string& text) noexcept {
  for (const ImportState each : {ImportState::checking, ImportState::writing, ImportState::done, ImportState::refused,
                                 ImportState::interrupted})
    if (text == to_text(each)) return each;
  return ImportState::failed;
}

}  // namespace qm::shop
