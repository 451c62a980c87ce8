#include "RecoEngine-featurestore/store/shadow_score_store.hpp"

#include <algorithm>

#include "platform/kv/record_fields.hpp"

namespace qm::reco {

namespace {

constexpr const char* kShadowSet = "shadow_score";

kv::Key key_of(const std::string& champion, const std::string& shadow) { return {kShadowSet, champion + '/' + shadow}; }
std::string champion_cell(std::size_t cell) { return "c" + std::to_string(cell); }
std::string shadow_cell(std::size_t cell) { return "s" + std::to_string(cell); }

}  // namespace

Task<Result<void>> ShadowScoreStore::add(ShadowCounts counts) {
  const std::size_t cells = counts.champion_cells.size();
  if (cells > kMaxCells || counts.shadow_cells.size() != cells)
    co_return Error{ErrorKind::Invalid, "Scores in shadow are counted in the same cells, 100 at most."};
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::set("cells", static_cast<std::int64_t>(cells)));
  for (std::size_t cell = 0; cell < cells; ++cell) {
    if (counts.champion_cells[cell] != 0) ops.push_back(kv::Op::add(champion_cell(cell), counts.champion_cells[cell]));
    if (counts.shadow_cells[cell] != 0) ops.push_back(kv::Op::add(shadow_cell(cell), counts.shadow_cells[cell]));
  }
  kv::OperateOptions options;
  options.ttl = kKeep;
  options.durable = false;
  kv::Key key = key_of(counts.champion, counts.shadow);
  auto added = co_await store_.operate(std::move(key), std::move(ops), std::move(options));
  if (!added) co_return added.error();
  co_return Result<void>{};
}

Task<Result<ShadowCounts>> ShadowScoreStore::read(std::string champion, std::string shadow) {
  ShadowCounts counts;
  kv::Key key = key_of(champion, shadow);
  counts.champion = std::move(champion);
  counts.shadow = std::move(shadow);
  auto record = co_await store_.get(std::move(key));
  if (!record && record.error().kind == ErrorKind::NotFound) co_return counts;
  if (!record) co_return record.error();
  const kv::RecordFields fields{*record};
  const auto cells = std::min(static_cast<std::size_t>(std::max<std::int64_t>(fields.integer("cells"), 0)), kMaxCells);
  for (std::size_t cell = 0; cell < cells; ++cell) {
    counts.champion_cells.push_back(fields.integer(champion_cell(cell)));
    counts.shadow_cells.push_back(fields.integer(shadow_cell(cell)));
  }
  co_return counts;
}

}  // namespace qm::reco
