# One precompiled header serves everything: the parts of Boost and the standard library that nearly every file needs.
add_library(qm_pch STATIC ${CMAKE_SOURCE_DIR}/cmake/pch.cpp)
target_link_libraries(qm_pch PUBLIC qm_boost)
target_include_directories(qm_pch PUBLIC ${CMAKE_SOURCE_DIR})
target_precompile_headers(qm_pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.hpp)

# Several files as one translation unit: what they share is parsed and instantiated once, which more than halves a clean
# build. Daily work (dev) builds file by file, so that a file that forgets an include is found.
option(QM_UNITY "Compile a module's files in groups" OFF)
function(qm_unity target)
  if(QM_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # A unit's own file counts as the main file, the grouped ones as headers, whose anonymous names it warns of.
      target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    endif()
  endif()
endfunction()

# A folder as a static library: every .cpp below it but main.cpp and *_test.cpp, which become <name>_test.
function(qm_module name)
  cmake_parse_arguments(ARG "" "DIR" "USES" ${ARGN})
  file(GLOB_RECURSE all CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${ARG_DIR}/*.cpp)
  set(tests ${all})
  set(sources ${all})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|/main|_main)\\.cpp$")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC qm_boost ${ARG_USES})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_precompile_headers(${name} REUSE_FROM qm_pch)
    qm_unity(${name})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE qm_boost ${ARG_USES})
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
  endif()
  if(QM_TESTS AND tests)
    qm_test(${name}_test SOURCES ${tests} USES ${name})
  endif()
endfunction()

function(qm_program name)
  cmake_parse_arguments(ARG "" "SOURCE" "USES" ${ARGN})
  if(NOT EXISTS ${CMAKE_SOURCE_DIR}/${ARG_SOURCE})
    return()
  endif()
  add_executable(${name} ${CMAKE_SOURCE_DIR}/${ARG_SOURCE})
  # In place of the C library's malloc: a tenth more checkouts per second (docs/adr/0015). The sanitizers bring their
  # own.
  if(NOT QM_SANITIZE)
    target_link_libraries(${name} PRIVATE jemalloc)
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_USES})
  target_precompile_headers(${name} REUSE_FROM qm_pch)
endfunction()

set(QM_TEST_ENVIRONMENT
    "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/cmake/tsan.supp:halt_on_error=1"
    "ASAN_OPTIONS=detect_stack_use_after_return=0"
    "UBSAN_OPTIONS=print_stacktrace=1"
    "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/cmake/lsan.supp")

# A GoogleTest program, one ctest entry each. ARGS are passed on, TIMEOUT in seconds.
function(qm_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;USES" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_USES} GTest::gtest GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM qm_pch)
  qm_unity(${name})
  target_compile_options(${name} PRIVATE -Wno-dangling-else)  # GoogleTest's macros are an if and an else
  target_compile_definitions(${name} PRIVATE QM_SOURCE_DIR="${CMAKE_SOURCE_DIR}" QM_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "${QM_TEST_ENVIRONMENT}")
endfunction()
