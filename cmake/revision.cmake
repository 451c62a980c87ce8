# Writes OUT, the source of platform/core/revision.hpp, when the revision of the repository at SOURCE has changed.
execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD OUTPUT_VARIABLE revision RESULT_VARIABLE failed
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(failed)
  set(revision "unknown")
else()
  execute_process(COMMAND git -C ${SOURCE} diff --quiet HEAD RESULT_VARIABLE changed ERROR_QUIET OUTPUT_QUIET)
  if(changed)
    string(APPEND revision " with changes")
  endif()
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#include \"platform/core/revision.hpp\"

namespace qm {

std::string_view revision() noexcept { return \"@revision@\"; }

}  // namespace qm
" @ONLY)
