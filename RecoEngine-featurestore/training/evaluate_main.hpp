// The command `reco-train evaluate`.
#pragma once

namespace qm::reco {

// `argv[0]` is the command's name. Prints the table and where the report lies. → exit code: 0 done, 1 failed, 2
// misused.
int evaluate_main(int argc, const char* const* argv);

}  // namespace qm::reco
