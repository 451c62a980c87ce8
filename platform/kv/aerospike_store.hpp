// The engine of a cluster: the port on Aerospike, through platform/aerospike.
//
// What this engine cannot give, and its users do without:
// - A write is acknowledged once every replica has it in memory; one node alone may lose what it acknowledged last when
//   its power fails. `durable` makes no difference.
// - A removed record may come back when a node restarts.
// - Times to live end by the servers' clocks, to the second, and only where the namespace sweeps (nsup-period).
// - Texts are found by equality only, and pages come in no order.
// - A sum beyond 64 bits wraps around.
#pragma once
#include <memory>
#include <string>

#include "platform/aerospike/client.hpp"
#include "platform/kv/store.hpp"

namespace qm::kv {

// On one namespace of the client's cluster. `client` was started and outlives the store. Thread-safe.
std::unique_ptr<Store> make_aerospike_store(aerospike::Client& client, std::string name_space);

}  // namespace qm::kv
