// What is asked of a real node when exchanges are recorded, and again when they are replayed: a table, in this order,
// as each builds on the records that those before left. `gives` is what both must come to. They begin with an empty
// set.
#pragma once
#include <functional>

#include "tests/aerospike/asking.hpp"

namespace qm::aerospike::exchanges {

// What the node is told, by info commands each ended by '\n', when an exchange is recorded: not part of it.
struct Setting {
  std::string before{};
  std::string until{};  // stands in what the node says of its namespace
  std::string after{};
};

struct Exchange {
  std::string name;
  std::function<std::string(Asking&)> ask;
  std::string gives;
  Setting setting{};
};

// Operations on one record.
Exchange operating(std::string name, std::string id, std::vector<Operation> operations, WriteOptions options,
                   std::string gives);
inline Exchange operating(std::string name, std::string id, std::vector<Operation> operations, std::string gives) {
  return operating(std::move(name), std::move(id), std::move(operations), WriteOptions{}, std::move(gives));
}

std::vector<Exchange> record_exchanges();
std::vector<Exchange> filter_exchanges();
std::vector<Exchange> list_exchanges();
std::vector<Exchange> map_exchanges();
std::vector<Exchange> set_exchanges();      // batches, pages, indexes, info
std::vector<Exchange> refused_exchanges();  // what the server can be brought to refuse
std::vector<Exchange> all_exchanges();

}  // namespace qm::aerospike::exchanges
