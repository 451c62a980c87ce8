// The command `reco-train import`.
#pragma once

namespace qm::reco {

// `argv[0]` is the command's name. Writes or sends what the customers of a public dataset bought. → exit code: 0 done,
// 1 failed, 2 misused.
int import_main(int argc, const char* const* argv);

}  // namespace qm::reco
