#include "platform/aerospike/digest.hpp"

#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

namespace qm::aerospike {

namespace {

constexpr unsigned char kStringKey = 3;

// Looking the algorithm up costs more than the hash, so it is done once; a context per thread is reused.
const EVP_MD* ripemd160() {
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm(EVP_MD_fetch(nullptr, "RIPEMD160", nullptr),
                                                                         &EVP_MD_free);
  if (!algorithm) throw std::runtime_error("OpenSSL does not offer RIPEMD-160, which names records");
  return algorithm.get();
}

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Context make_context() {
  Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (context && EVP_DigestInit_ex2(context.get(), ripemd160(), nullptr) != 1) context.reset();
  return context;
}

}  // namespace

Digest digest_of(std::string_view set, std::string_view id) {
  thread_local const Context context = make_context();
  Digest digest;
  // Without an algorithm the context keeps its own, which spares most of a beginning.
  const bool done = context && EVP_DigestInit_ex2(context.get(), nullptr, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), set.data(), set.size()) == 1 &&
                    EVP_DigestUpdate(context.get(), &kStringKey, 1) == 1 &&
                    EVP_DigestUpdate(context.get(), id.data(), id.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
  if (!done) throw std::runtime_error("RIPEMD-160 failed");
  return digest;
}

}  // namespace qm::aerospike
