// The nodes of a cluster as a setting names them: "db1, db2:3100, [::1]:3000".
#pragma once
#include <string_view>
#include <vector>

#include "platform/aerospike/options.hpp"
#include "platform/core/result.hpp"

namespace qm::service {

// At least one. Rejected, with a sentence that shows the part, for what is no host and no port.
Result<std::vector<aerospike::Endpoint>> parse_cluster_nodes(std::string_view text, std::uint16_t default_port);

}  // namespace qm::service
