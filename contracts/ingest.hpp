// POST /ingest/{group} of RecoEngine. The body is {"user_id": …, <features of the group>}: see
// RecoEngine-featurestore/domain/feature.hpp for names, types and ranges.
#pragma once
#include <string>
#include <vector>

#include "platform/json/describe.hpp"

namespace qm::contracts {

struct IngestAnswer {
  std::string status;  // "success"
  std::string message;
  std::vector<std::string> stored;   // short names
  std::vector<std::string> ignored;  // names no feature of the group has
};
BOOST_DESCRIBE_STRUCT(IngestAnswer, (), (status, message, stored, ignored))

}  // namespace qm::contracts
