#include "platform/core/temp_dir.hpp"
#include "platform/kv/memory_store.hpp"
#include "platform/kv/rocks_store.hpp"
#include "tests/contract/cluster_engine.hpp"

namespace qm::contract {

namespace {

class MemoryEngine final : public Engine {
 public:
  explicit MemoryEngine(const Clock& clock) : store_(kv::make_memory_store("contract", clock)) {}
  kv::Store& store() override { return *store_; }
  void reopen() override { throw std::logic_error("memory forgets"); }

 private:
  std::unique_ptr<kv::Store> store_;
};

class RocksEngine final : public Engine {
 public:
  explicit RocksEngine(const Clock& clock) : clock_(clock) { open(); }
  kv::Store& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    open();
  }

 private:
  void open() { store_ = kv::open_rocks_store(dir_.path() / "contract", "contract", clock_).value(); }

  const Clock& clock_;
  TempDir dir_;
  std::unique_ptr<kv::Store> store_;
};

template <class T>
std::unique_ptr<Engine> make(const Clock& clock) {
  return std::make_unique<T>(clock);
}

}  // namespace

std::vector<EngineKind> engines() {
  std::vector<EngineKind> kinds{
      {.name = "memory", .keeps = false, .follows_clock = true, .forgets_expired = true,
       .finds_in_order = true, .finds_text_ranges = true, .checks_sums = true, .make = make<MemoryEngine>},
      {.name = "rocks", .keeps = true, .follows_clock = true, .forgets_expired = true,
       .finds_in_order = true, .finds_text_ranges = true, .checks_sums = true, .make = make<RocksEngine>},
  };
  for (auto& kind : cluster_kinds()) kinds.push_back(std::move(kind));
  return kinds;
}

}  // namespace qm::contract
