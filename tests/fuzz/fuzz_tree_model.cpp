// Any bytes in the place of a stored model: read or refused, and what was read answers every row, by tables and without
// them the same, with contributions that add up.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <vector>

#include "RecoEngine-featurestore/model/tree_model.hpp"
#include "RecoEngine-featurestore/model/xgboost_dump.hpp"

namespace {

using namespace qm::reco;

constexpr std::size_t kTableBytes = 256U << 10;

void must(bool holds) {
  if (!holds) std::abort();
}

// How far the leaves can move a sum.
double scale_of(const TreeEnsemble& ensemble) {
  double scale = std::abs(static_cast<double>(ensemble.base_margin));
  for (const auto& tree : ensemble.trees) {
    for (const auto& node : tree.nodes) scale += std::abs(static_cast<double>(node.value));
  }
  return scale;
}

// Values around thresholds, missing ones, and what no data holds.
std::vector<float> make_row(std::size_t columns, const std::uint8_t* data, std::size_t size) {
  std::vector<float> row(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    const std::uint8_t byte = data[(i * 7 + 1) % size];
    row[i] = static_cast<float>(byte) / 16 - 2;
    if (byte % 5 == 0) row[i] = std::numeric_limits<float>::quiet_NaN();
    if (byte % 31 == 1) row[i] = byte > 100 ? std::numeric_limits<float>::infinity() : -1e30F;
  }
  return row;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto ensemble = read_xgboost_dump({reinterpret_cast<const char*>(data), size});
  if (!ensemble) return 0;
  must(check(*ensemble).has_value());
  const TreeModel tables{*ensemble, kTableBytes}, plain{*ensemble, 0};
  must(tables.footprint().table_bytes <= kTableBytes && plain.footprint().table_bytes == 0);

  const auto row = make_row(ensemble->columns, data, size);
  std::vector<double> read(row.size()), found(row.size());
  const float margin = tables.margin(row);
  must(std::isnan(margin) || margin == tables.explain(row, read));
  must(std::isnan(margin) || margin == plain.explain(row, found));
  const double scale = scale_of(*ensemble);
  if (scale > 1e9) return 0;  // floats have no room for the sum
  double sum = tables.base_value();
  for (std::size_t i = 0; i < row.size(); ++i) {
    must(std::abs(read[i] - found[i]) <= 1e-5 * (1 + scale));
    sum += read[i];
  }
  must(std::abs(sum - static_cast<double>(margin)) <= 1e-5 * (1 + scale) * static_cast<double>(row.size()));
  return 0;
}
