// The command `reco-train simulate`.
#pragma once

namespace qm::reco {

// `argv[0]` is the command's name. Writes or sends what simulated customers did. → exit code: 0 done, 1 failed, 2
// misused.
int simulate_main(int argc, const char* const* argv);

}  // namespace qm::reco
