// What an exchange asks of a client, and what came of it as a line of text: "generation 2: i=5 l=[1 'x']", "yes", or
// the name of an error's kind. Blocking; not on a worker's thread.
#pragma once
#include <string>
#include <vector>

#include "platform/aerospike/client.hpp"

namespace qm::aerospike::exchanges {

inline constexpr const char* kNamespace = "churn_features";
inline constexpr const char* kSet = "exchanges";

std::string told(const Value& value);
std::string told(ErrorKind kind);

class Asking {
 public:
  // `began_s`: when the exchanges were recorded, in seconds since 1970; times of expiry are told from then on, rounded.
  Asking(Client& client, std::int64_t began_s, std::chrono::milliseconds patience)
      : client_(client), began_s_(began_s), patience_(patience) {}

  std::string put(std::string id, std::vector<Bin> bins, WriteOptions options = {});
  std::string get(std::string id, std::vector<std::string> bins = {}, ReadOptions options = {});
  std::string get_if(Expression only_if);  // of the record that the filters are tried on
  std::string exists(std::string id, ReadOptions options = {});
  std::string operate(std::string id, std::vector<Operation> operations, WriteOptions options = {});
  std::string remove(std::string id, WriteOptions options = {});
  std::string touch(std::string id, WriteOptions options = {});
  std::string batch(std::vector<std::string> ids, std::vector<std::string> bins = {});
  std::string pages(Query query, std::size_t limit, ReadOptions options = {});  // all of them, ordered by id
  std::string create_index(std::string bin, std::string name, IndexType type);
  std::string truncate();
  std::string info(std::string command, bool of_all = false);

 private:
  Key key(std::string id) const { return {kNamespace, kSet, std::move(id)}; }
  Deadline deadline() const { return deadline_in(patience_); }
  std::string told(const Result<Record>& record) const;

  Client& client_;
  const std::int64_t began_s_;
  const std::chrono::milliseconds patience_;
};

}  // namespace qm::aerospike::exchanges
