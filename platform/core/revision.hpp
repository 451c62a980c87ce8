// Which state of the repository this program was built from. Made at each build by cmake/revision.cmake, as a library
// of its own (qm_revision), so that a commit relinks only the programs that ask.
#pragma once
#include <string_view>

namespace qm {

// As in "1a2b3c4d5e6f", or "1a2b3c4d5e6f with changes" when files differ from it; "unknown" without a repository.
std::string_view revision() noexcept;

}  // namespace qm
