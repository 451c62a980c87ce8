# Language, warnings, sanitizers, compiler cache.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(CCACHE ccache)
if(CCACHE)
  # The sloppiness is what precompiled headers need (ccache's manual, «Precompiled headers»).
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Described enums and defaulted members make this warning cry wolf on partial designated initialisers; the other is
  # wrong inside coroutines (GCC bug 105562 and kin).
  add_compile_options(-Wno-missing-field-initializers -Wno-maybe-uninitialized -fpch-preprocess)
  # At -O2 these cry wolf inside std::string (GCC bugs 105329, 105651 and kin) and on the frames of coroutines, whose
  # own operator delete they take for a stranger; the other builds keep them.
  add_compile_options($<$<CONFIG:Release>:-Wno-restrict> $<$<CONFIG:Release>:-Wno-stringop-overflow>
                      $<$<CONFIG:Release>:-Wno-array-bounds> $<$<CONFIG:Release>:-Wno-mismatched-new-delete>)
else()
  add_compile_options(-Wno-missing-field-initializers -Wno-missing-designated-field-initializers
                      -Wno-unknown-warning-option -Wno-enum-constexpr-conversion)
endif()

set(QM_SANITIZE "" CACHE STRING "address, thread or empty")
if(QM_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
elseif(QM_SANITIZE STREQUAL "thread")
  # Asio's fences, which the sanitizer does not know, stand beside locks, which it does.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  add_link_options(-fsanitize=thread)
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
