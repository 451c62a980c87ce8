// What a client counts: since its start, all threads together.
#pragma once
#include <atomic>
#include <cstdint>

namespace qm::aerospike {

struct Stats {
  std::uint64_t calls = 0;     // commands on records, batches, pages
  std::uint64_t attempts = 0;  // commands handed to a connection
  std::uint64_t retries = 0;
  std::uint64_t timeouts = 0;            // attempts that ran out of time, sent or not
  std::uint64_t in_doubt = 0;            // calls
  std::uint64_t rejected = 0;            // calls refused because every queue was full
  std::uint64_t broken = 0;              // attempts whose connection ended before the reply
  std::uint64_t connections_opened = 0;  // attempts to connect
  std::uint64_t connections_failed = 0;  // of these, without success
  std::uint64_t connections_closed = 0;  // including the failed ones
  std::uint64_t writes = 0;              // system calls: attempts / writes tells how well requests are gathered
  std::uint64_t reads = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t tends = 0;
  std::uint64_t in_flight = 0;  // now
  std::uint64_t nodes = 0;      // now

  std::uint64_t connections_open() const { return connections_opened - connections_closed; }
};

// Written by one thread, read by any: no lock, no read-modify-write.
class Counter {
 public:
  void add(std::uint64_t by = 1) { value_.store(get() + by, std::memory_order_relaxed); }
  void subtract(std::uint64_t by = 1) { value_.store(get() - by, std::memory_order_relaxed); }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// One thread's share of the above.
struct Counters {
  Counter calls, attempts, retries, timeouts, in_doubt, rejected, broken;
  Counter connections_opened, connections_failed, connections_closed;
  Counter writes, reads, bytes_out, bytes_in, tends, in_flight;

  void add_to(Stats& sum) const {
    sum.calls += calls.get();
    sum.attempts += attempts.get();
    sum.retries += retries.get();
    sum.timeouts += timeouts.get();
    sum.in_doubt += in_doubt.get();
    sum.rejected += rejected.get();
    sum.broken += broken.get();
    sum.connections_opened += connections_opened.get();
    sum.connections_failed += connections_failed.get();
    sum.connections_closed += connections_closed.get();
    sum.writes += writes.get();
    sum.reads += reads.get();
    sum.bytes_out += bytes_out.get();
    sum.bytes_in += bytes_in.get();
    sum.tends += tends.get();
    sum.in_flight += in_flight.get();
  }
};

}  // namespace qm::aerospike
