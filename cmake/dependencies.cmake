# Every dependency, once. The reasons stand in CONTRIBUTING.md («Dependencies»); all are Debian 12 packages.
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Eigen3 REQUIRED)
find_package(RocksDB REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(xgboost REQUIRED IMPORTED_TARGET xgboost)
pkg_check_modules(jwt REQUIRED IMPORTED_TARGET libjwt)
pkg_check_modules(xapian REQUIRED IMPORTED_TARGET xapian-core)
# Header only, and needs no Boost when told so; its package asks for Debian's default Boost, which cannot stand beside
# 1.81, so tools/bootstrap unpacks the package under .deps instead of installing it.
find_path(MSGPACK_INCLUDE_DIR msgpack.hpp HINTS ${CMAKE_SOURCE_DIR}/.deps/usr/include REQUIRED)
add_library(qm_msgpack INTERFACE)
target_include_directories(qm_msgpack SYSTEM INTERFACE ${MSGPACK_INCLUDE_DIR})
target_compile_definitions(qm_msgpack INTERFACE MSGPACK_NO_BOOST)
add_library(qm_mustache INTERFACE)  # header only, from libkainjow-mustache-dev
if(QM_TESTS OR NOT DEFINED QM_TESTS)
  find_package(GTest REQUIRED)
endif()

# Asio's and Beast's function bodies are compiled once, in platform/core/boost_bodies.cpp and platform/http.
add_library(qm_boost INTERFACE)
target_link_libraries(qm_boost INTERFACE Boost::headers Boost::json Boost::url Threads::Threads)
target_compile_definitions(qm_boost INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                           BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
