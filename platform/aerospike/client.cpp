#include "platform/aerospike/client.hpp"

#include <boost/asio/post.hpp>
#include <stdexcept>

#include "platform/aerospike/batch.hpp"
#include "platform/aerospike/client_impl.hpp"
#include "platform/aerospike/login.hpp"
#include "platform/aerospike/page_walk.hpp"
#include "platform/aerospike/tend.hpp"

namespace qm::aerospike {

namespace {

void check_options(const ClientOptions& options) {
  const auto require = [](bool good, const char* what) {
    if (!good) throw std::invalid_argument(std::string{"database client: "} + what);
  };
  require(!options.seeds.empty(), "at least one seed is needed");
  require(options.connections > 0 && options.stream_connections > 0, "a node needs connections");
  require(options.max_in_flight > 0, "a connection must be allowed a command");
  require(options.tend_interval_ms.count() > 0 && options.connect_timeout_ms.count() > 0 &&
              options.request_timeout_ms.count() > 0,
          "intervals and time-outs are above 0");
  require(options.max_frame_bytes >= 1024 && options.max_frame_bytes <= kMaxFrameBytes,
          "max_frame_bytes is 1 KiB to 128 MiB");
}

Credentials credentials_of(const ClientOptions& options) {
  if (options.user.empty()) return {};
  auto hash = hash_password(options.password);
  if (!hash) throw std::invalid_argument(hash.error().detail);
  return {options.user, std::move(*hash)};
}

CallPolicy read_policy(const Target& target, const ReadOptions& options) {
  return {target.name_space, partition_of(target.digest), false, options.master_only, options.deadline};
}

CallPolicy write_policy(const Target& target, const WriteOptions& options) {
  return {target.name_space, partition_of(target.digest), true, true, options.deadline};
}

// The view is the options' own.
WritePolicy to_policy(const WriteOptions& options) {
  return {options.mode, options.generation, options.ttl_seconds,
          options.only_if ? options.only_if->packed() : std::string_view{}};
}

std::string_view filter_of(const ReadOptions& options) {
  return options.only_if ? options.only_if->packed() : std::string_view{};
}

Result<void> check_bins(const std::vector<Bin>& bins) {
  for (const auto& bin : bins) {
    auto good = check_bin_name(bin.name);
    if (!good) return good;
  }
  return {};
}

}  // namespace

// ------------------------------------------------------------------------------------------------------------ running

Client::Impl::Impl(ClientOptions options) {
  check_options(options);
  auto made = std::make_shared<LoopSettings>();
  made->credentials = credentials_of(options);
  if (options.tls.enabled) made->tls = std::make_shared<const TlsContext>(options.tls);
  made->options = std::move(options);
  made->on_trouble = [weak = std::weak_ptr{cluster}] {
    if (const auto known = weak.lock()) known->poke();
  };
  settings = std::move(made);
}

Client::Client(ClientOptions options) : impl_(std::make_shared<Impl>(std::move(options))) {}

Client::~Client() { stop(); }

void Client::start(std::span<boost::asio::io_context* const> contexts) {
  for (auto* context : contexts)
    impl_->workers.push_back(std::make_shared<Worker>(*context, impl_->settings, impl_->cluster));
  if (!impl_->workers.empty()) Tend::start(impl_->cluster, *impl_->workers.front());
}

void Client::stop() {
  impl_->cluster->stop();
  for (const auto& worker : impl_->workers) boost::asio::post(worker->context(), [worker] { worker->stop(); });
}

Stats Client::stats() const {
  Stats sum;
  for (const auto& worker : impl_->workers) worker->counters().add_to(sum);
  sum.nodes = impl_->cluster->snapshot()->node_count();
  return sum;
}

std::vector<NodeState> Client::nodes() const {
  std::vector<NodeState> states;
  const Deadline now = std::chrono::steady_clock::now();
  const auto snapshot = impl_->cluster->snapshot();
  for (const auto& node : snapshot->nodes) {
    if (!node) continue;
    const auto& endpoint = node->endpoint();
    states.push_back(
        {node->name(), endpoint.address().to_string() + ':' + std::to_string(endpoint.port()), node->is_blocked(now),
         node->is_fenced()});
  }
  return states;
}

// ------------------------------------------------------------------------------------------------------------ reading

Task<Result<Record>> Client::get(Key key, std::vector<std::string> bins, ReadOptions options) {
  const Executor here = co_await boost::asio::this_coro::executor;
  Worker* worker = impl_->worker_of(here);
  if (worker == nullptr) {
    auto there = get(std::move(key), std::move(bins), std::move(options));
    co_return co_await impl_->carry(std::move(there));
  }
  const auto good = check_target(key.name_space, key.set);
  if (!good) co_return good.error();
  const Target target = make_target(key.name_space, key.set, key.id, false);
  auto command = command_for<RecordCommand>([&](std::string& out, std::chrono::milliseconds timeout) {
    encode_get(out, target, bins, filter_of(options), timeout);
  });
  auto reply = co_await call(*worker, command, read_policy(target, options));
  if (!reply) co_return reply.error();
  if (reply->code != ResultCode::Ok) co_return error_of(reply->code, false);
  co_return Record{std::move(reply->bins), reply->generation, reply->expires_at_s};
}

Task<Result<bool>> Client::exists(Key key, ReadOptions options) {
  const Executor here = co_await boost::asio::this_coro::executor;
  Worker* worker = impl_->worker_of(here);
  if (worker == nullptr) {
    auto there = exists(std::move(key), std::move(options));
    co_return co_await impl_->carry(std::move(there));
  }
  const auto good = check_target(key.name_space, key.set);
  if (!good) co_return good.error();
  const Target target = make_target(key.name_space, key.set, key.id, false);
  auto command = command_for<RecordCommand>([&](std::string& out, std::chrono::milliseconds timeout) {
    encode_exists(out, target, filter_of(options), timeout);
  });
  const auto reply = co_await call(*worker, command, read_policy(target, options));
  if (!reply) co_return reply.error();
  if (reply->code != ResultCode::Ok && reply->code != ResultCode::NotFound) co_return error_of(reply->code, false);
  co_return reply->code == ResultCode::Ok;
}

Task<Result<std::vector<std::optional<Record>>>> Client::get_many(std::string name_space, std::vector<Key> keys,
                                                                  std::vector<std::string> bins, ReadOptions options) {
  const Executor here = co_await boost::asio::this_coro::executor;
  Worker* worker = impl_->worker_of(here);
  if (worker == nullptr) {
    auto there = get_many(std::move(name_space), std::move(keys), std::move(bins), std::move(options));
    co_return co_await impl_->carry(std::move(there));
  }
  if (keys.size() > kMaxBatch) co_return Error{ErrorKind::TooLarge, "These are more keys than a batch may have."};
  for (const auto& key : keys) {
    const auto good = check_target(name_space, key.set);
    if (!good) co_return good.error();
    if (key.name_space != name_space) co_return Error{ErrorKind::Rejected, "The keys of a batch lie in one namespace."};
  }
  co_return co_await read_batch(*worker, name_space, keys, bins, options);
}

Task<Result<Page>> Client::query_page(Query query, std::string cursor, std::size_t limit, ReadOptions options) {
  const Executor here = co_await boost::asio::this_coro::executor;
  Worker* worker = impl_->worker_of(here);
  if (worker == nullptr) {
    auto there = query_page(std::move(query), std::move(cursor), limit, std::move(options));
    co_return co_await impl_->carry(std::move(there));
  }
  const auto good = check_target(query.name_space, query.set);
  if (!good) co_return good.error();
  if (limit < 1 || limit > kMaxPage) co_return Error{ErrorKind::TooLarge, "This is more than a page may hold."};
  co_return co_await walk_page(*worker, query, cursor, limit, options);
}

// ------------------------------------------------------------------------------------------------------------ writing

Task<Result<std::uint32_t>> Client::put(Key key, std::vector<Bin> bins, WriteOptions options) {
  const Executor here = co_await boost::asio::this_coro::executor;
  Worker* worker = impl_->worker_of(here);
  if (worker == nullptr) {
    auto there = put(std::move(key), std::move(bins), std::move(options));
    co_return co_await impl_->carry(std::move(there));
  }
  auto good = check_target(key.name_space, key.set);
  if (good) good = check_bins(bins);
  if (!good) co_return good.error();
  const Target target = make_target(key.name_space, key.set, key.id, options.send_key);
  auto command = command_for<RecordCommand>([&](std::string& out, std::chrono::milliseconds timeout) {
    encode_put(out, target, bins, to_policy(options), timeout);
  });
  const auto reply = co_await call(*worker, command, write_policy(target, options));
  if (!reply) co_return reply.error();
  if (reply->code != ResultCode::Ok) co_return error_of(reply->code, true);
  co_return reply->generation;
}

Task<Result<Record>> Client::operate(Key key, std::vector<Operation> operations, WriteOptions options) {
  const Executor here = co_await boost::asio::this_coro::executor;
  Worker* worker = impl_->worker_of(here);
  if (worker == nullptr) {
    auto there = operate(std::move(key), std::move(operations), std::move(options));
    co_return co_await impl_->carry(std::move(there));
  }
  auto good = check_target(key.name_space, key.set);
  bool is_write = false;
  for (const auto& operation : operations) {
    if (good && !operation.bin.empty()) good = check_bin_name(operation.bin);
    is_write = is_write || operation.is_write();
  }
  if (!good) co_return good.error();
  const Target target = make_target(key.name_space, key.set, key.id, options.send_key && is_write);
  auto command = command_for<RecordCommand>([&](std::string& out, std::chrono::milliseconds timeout) {
    encode_operate(out, target, operations, to_policy(options), timeout);
  });
  CallPolicy policy = write_policy(target, options);
  policy.is_write = is_write;
  auto reply = co_await call(*worker, command, policy);
  if (!reply) co_return reply.error();
  if (reply->code != ResultCode::Ok) co_return error_of(reply->code, is_write);
  co_return Record{std::move(reply->bins), reply->generation, reply->expires_at_s};
}

Task<Result<bool>> Client::remove(Key key, WriteOptions options) {
  const Executor here = co_await boost::asio::this_coro::executor;
  Worker* worker = impl_->worker_of(here);
  if (worker == nullptr) {
    auto there = remove(std::move(key), std::move(options));
    co_return co_await impl_->carry(std::move(there));
  }
  const auto good = check_target(key.name_space, key.set);
  if (!good) co_return good.error();
  const Target target = make_target(key.name_space, key.set, key.id, false);
  auto command = command_for<RecordCommand>([&](std::string& out, std::chrono::milliseconds timeout) {
    encode_remove(out, target, to_policy(options), timeout);
  });
  const auto reply = co_await call(*worker, command, write_policy(target, options));
  if (!reply) co_return reply.error();
  if (reply->code != ResultCode::Ok && reply->code != ResultCode::NotFound) co_return error_of(reply->code, true);
  co_return reply->code == ResultCode::Ok;
}

Task<Result<std::uint32_t>> Client::touch(Key key, WriteOptions options) {
  const Executor here = co_await boost::asio::this_coro::executor;
  Worker* worker = impl_->worker_of(here);
  if (worker == nullptr) {
    auto there = touch(std::move(key), std::move(options));
    co_return co_await impl_->carry(std::move(there));
  }
  const auto good = check_target(key.name_space, key.set);
  if (!good) co_return good.error();
  const Target target = make_target(key.name_space, key.set, key.id, false);
  auto command = command_for<RecordCommand>([&](std::string& out, std::chrono::milliseconds timeout) {
    encode_touch(out, target, to_policy(options), timeout);
  });
  const auto reply = co_await call(*worker, command, write_policy(target, options));
  if (!reply) co_return reply.error();
  if (reply->code != ResultCode::Ok) co_return error_of(reply->code, true);
  co_return reply->generation;
}

}  // namespace qm::aerospike
