// Steps of the port as operations of the cluster, and what they answered as results of the port. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "platform/aerospike/client.hpp"
#include "platform/kv/store.hpp"

namespace qm::kv {

aerospike::Value to_aerospike(Value value);
// A map's keys that are no texts become texts; the port knows no others.
Value from_aerospike(aerospike::Value value);
Bins to_bins(std::vector<aerospike::Bin> bins);

// One step may take two operations: the cluster does not say a sum, nor a list's length after trimming it.
std::vector<aerospike::Operation> to_operations(std::vector<Op> steps);
// `answers`: one per operation of to_operations(steps). Fewer are an answer that makes no sense: Internal.
Result<std::vector<Value>> to_results(const std::vector<Op::Kind>& steps, std::vector<aerospike::Bin> answers);

// Nothing for no conditions. Invalid for a value that the cluster cannot compare: nil, a list, a map.
Result<std::optional<aerospike::Expression>> to_filter(const std::vector<Condition>& conditions);

}  // namespace qm::kv
