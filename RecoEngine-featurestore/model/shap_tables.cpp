#include "RecoEngine-featurestore/model/shap_tables.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "RecoEngine-featurestore/model/shapley.hpp"

namespace qm::reco {

namespace {

constexpr std::size_t kOwnSplits = 3;
constexpr std::size_t kIndexBits = 12;  // splits above and in a group, and so columns that it asks
constexpr std::size_t kBlock = 16;      // answers that are compared together
// Sums are kept several times, so that additions to the same column need not wait for each other; and not for long, so
// that little is lost to rounding.
constexpr std::size_t kSums = 4;
constexpr std::size_t kGroupsPerSum = 512;

std::size_t round_up(std::size_t number, std::size_t to) { return (number + to - 1) / to * to; }

// Floats from one row of a group's table to the next.
constexpr std::size_t stride_of(std::size_t columns) { return (columns + 3) / 4 * 4; }

struct WayStep {
  std::uint32_t split = 0;  // a node
  bool left = false;        // the way goes on
};

struct GroupPlan {
  std::size_t tree = 0;
  std::uint32_t root = 0;
  std::vector<WayStep> way;            // from the tree's root, outermost first: bits of the index from own.size() on
  std::vector<std::uint32_t> own;      // splits in the group: the lowest bits
  std::vector<std::uint32_t> columns;  // that all of these ask, each once

  std::size_t bits() const { return way.size() + own.size(); }
  std::size_t lines(std::size_t floats_per_line) const {
    return round_up((std::size_t{1} << bits()) * stride_of(columns.size()), floats_per_line) / floats_per_line;
  }
};

// Cuts a tree into groups, every leaf in exactly one.
class GroupFinder {
 public:
  GroupFinder(const DecisionTree& tree, std::size_t number) : tree_(tree), number_(number), splits_(tree.nodes.size()) {
    for (std::size_t i = tree.nodes.size(); i-- > 0;) {
      const TreeNode& node = tree.nodes[i];
      splits_[i] = node.is_leaf() ? 0 : 1 + splits_[node.left] + splits_[node.left + 1];
    }
  }

  // Empty when a group would have too many bits.
  std::optional<std::vector<GroupPlan>> find() {
    visit(0);
    if (too_deep_) return std::nullopt;
    return std::move(groups_);
  }

 private:
  void visit(std::uint32_t at) {
    if (way_.size() + kOwnSplits > kIndexBits) too_deep_ = true;
    if (too_deep_) return;
    if (splits_[at] <= kOwnSplits) return make_group(at);
    for (const bool left : {true, false}) {
      way_.push_back({at, left});
      visit(left ? tree_.nodes[at].left : tree_.nodes[at].left + 1);
      way_.pop_back();
    }
  }

  void make_group(std::uint32_t root) {
    GroupPlan group;
    group.tree = number_;
    group.root = root;
    group.way = way_;
    collect(root, group.own);
    for (const WayStep& step : way_) group.columns.push_back(tree_.nodes[step.split].column);
    for (const std::uint32_t split : group.own) group.columns.push_back(tree_.nodes[split].column);
    std::sort(group.columns.begin(), group.columns.end());
    group.columns.erase(std::unique(group.columns.begin(), group.columns.end()), group.columns.end());
    if (!group.columns.empty()) groups_.push_back(std::move(group));  // a tree of one leaf asks nothing
  }

  void collect(std::uint32_t at, std::vector<std::uint32_t>& own) const {
    if (tree_.nodes[at].is_leaf()) return;
    own.push_back(at);
    collect(tree_.nodes[at].left, own);
    collect(tree_.nodes[at].left + 1, own);
  }

  const DecisionTree& tree_;
  std::size_t number_;
  std::vector<std::size_t> splits_;  // below each node, with itself
  std::vector<WayStep> way_;
  std::vector<GroupPlan> groups_;
  bool too_deep_ = false;
};

// A leaf of a group: its conditions, by the bits of the index, and U for each set of columns whose conditions are met.
class LeafTable {
 public:
  LeafTable(const DecisionTree& tree, const GroupPlan& group, const std::vector<WayStep>& below, std::uint32_t leaf) {
    for (std::size_t i = 0; i < group.way.size(); ++i) add_step(tree, group, group.way[i], group.own.size() + i);
    for (const WayStep& step : below) {
      const auto own = std::find(group.own.begin(), group.own.end(), step.split) - group.own.begin();
      add_step(tree, group, step, static_cast<std::size_t>(own));
    }
    unmet_.resize(std::size_t{1} << elements_.size());
    std::array<double, kIndexBits + 1> one{1.0};
    fill(0, 0, one, 0, static_cast<double>(tree.nodes[leaf].value));
  }

  // The leaf's part of the table's row `index`, added to `row`.
  void add(std::size_t index, double* row) const {
    std::size_t met = unmet_.size() - 1;
    for (const Condition& condition : conditions_) {
      if ((index >> condition.bit & 1U) != condition.wanted) met &= ~(std::size_t{1} << condition.element);
    }
    for (std::size_t i = 0; i < elements_.size(); ++i) {
      const std::size_t self = std::size_t{1} << i;
      row[elements_[i].place] += (met & self) == 0 ? -unmet_[met] : elements_[i].met_factor * unmet_[met ^ self];
    }
  }

 private:
  struct Element {
    std::uint32_t column = 0;
    std::size_t place = 0;  // of the column among the group's
    double share = 1;
    double met_factor = 0;  // 1/share − 1
  };
  struct Condition {
    std::size_t bit = 0;
    std::size_t wanted = 0;
    std::size_t element = 0;
  };

  void add_step(const DecisionTree& tree, const GroupPlan& group, const WayStep& step, std::size_t bit) {
    const TreeNode& split = tree.nodes[step.split];
    std::size_t i = 0;
    while (i < elements_.size() && elements_[i].column != split.column) ++i;
    if (i == elements_.size()) {
      const auto place = std::find(group.columns.begin(), group.columns.end(), split.column) - group.columns.begin();
      elements_.push_back({split.column, static_cast<std::size_t>(place)});
    }
    elements_[i].share *= share_of(split, tree.nodes[step.left ? split.left : split.left + 1]);
    elements_[i].met_factor = 1.0 / elements_[i].share - 1.0;
    conditions_.push_back({bit, step.left ? std::size_t{1} : std::size_t{0}, i});
  }

  // Decides for one column after the other whether its conditions are met: `product` is Π (share + y) over those that
  // are, of degree `degree`, `value` the leaf's times the shares of those that are not.
  void fill(std::size_t next, std::size_t met, const std::array<double, kIndexBits + 1>& product, std::size_t degree,
            double value) {
    const std::size_t count = elements_.size();
    if (next == count) {
      double sum = 0;
      for (std::size_t s = 0; s <= degree && s < count; ++s) sum += subset_weight(s, count) * product[s];
      unmet_[met] = value * sum;
      return;
    }
    const double share = elements_[next].share;
    fill(next + 1, met, product, degree, value * share);
    auto longer = product;
    longer[degree + 1] = product[degree];
    for (std::size_t s = degree; s > 0; --s) longer[s] = product[s - 1] + product[s] * share;
    longer[0] = product[0] * share;
    fill(next + 1, met | std::size_t{1} << next, longer, degree + 1, value);
  }

  std::vector<Element> elements_;
  std::vector<Condition> conditions_;
  std::vector<double> unmet_;
};

void collect_leaves(const DecisionTree& tree, const GroupPlan& group, std::uint32_t at, std::vector<WayStep>& below,
                    std::vector<LeafTable>& leaves) {
  const TreeNode& node = tree.nodes[at];
  if (node.is_leaf()) return static_cast<void>(leaves.emplace_back(tree, group, below, at));
  for (const bool left : {true, false}) {
    below.push_back({at, left});
    collect_leaves(tree, group, left ? node.left : node.left + 1, below, leaves);
    below.pop_back();
  }
}

void fill_table(const DecisionTree& tree, const GroupPlan& group, float* table) {
  std::vector<LeafTable> leaves;
  std::vector<WayStep> below;
  collect_leaves(tree, group, group.root, below, leaves);
  const std::size_t stride = stride_of(group.columns.size());
  for (std::size_t index = 0; index < std::size_t{1} << group.bits(); ++index) {
    std::array<double, kIndexBits> row{};
    for (const auto& leaf : leaves) leaf.add(index, row.data());
    for (std::size_t i = 0; i < group.columns.size(); ++i) table[index * stride + i] = static_cast<float>(row[i]);
  }
}

// The kernel: rows of tables with sizeof...(kPlaces) entries are added to the columns they are of. `sums` holds kSums
// times `width` of them. Written out for each size, as g++ 12 leaves short loops rolled.
template <std::size_t... kPlaces>
void add_rows(const float* const* rows, std::size_t count, const std::uint16_t* columns, float* sums,
              std::size_t width) {
  constexpr std::size_t kColumns = sizeof...(kPlaces);
  const auto add_one = [](const float* row, const std::uint16_t* of, float* to) {
    ((to[of[kPlaces]] += row[kPlaces]), ...);
  };
  std::size_t i = 0;
  for (; i + kSums <= count; i += kSums, columns += kSums * kColumns) {
    add_one(rows[i], columns, sums);
    add_one(rows[i + 1], columns + kColumns, sums + width);
    add_one(rows[i + 2], columns + 2 * kColumns, sums + 2 * width);
    add_one(rows[i + 3], columns + 3 * kColumns, sums + 3 * width);
  }
  for (; i < count; ++i, columns += kColumns) add_one(rows[i], columns, sums);
}
static_assert(kSums == 4);

using AddRows = void (*)(const float* const*, std::size_t, const std::uint16_t*, float*, std::size_t);

template <std::size_t... kPlaces>
constexpr AddRows add_rows_of(std::index_sequence<kPlaces...>) {
  return &add_rows<kPlaces...>;
}

template <std::size_t... kColumns>
constexpr std::array<AddRows, sizeof...(kColumns)> make_add_rows(std::index_sequence<kColumns...>) {
  return {add_rows_of(std::make_index_sequence<kColumns>{})...};
}

constexpr auto kAddRows = make_add_rows(std::make_index_sequence<kIndexBits + 1>{});

// answers[k] = value < thresholds[k] ? −1 : 0, for a block. By hand, as g++ 12 makes no vectors of it.
#ifdef __SSE2__
void compare_block(float value, const float* thresholds, std::int8_t* answers) {
  const __m128 left = _mm_set1_ps(value);
  const auto four = [&](std::size_t at) { return _mm_castps_si128(_mm_cmplt_ps(left, _mm_loadu_ps(thresholds + at))); };
  const __m128i low = _mm_packs_epi32(four(0), four(4)), high = _mm_packs_epi32(four(8), four(12));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(answers), _mm_packs_epi16(low, high));
}
#else
void compare_block(float value, const float* thresholds, std::int8_t* answers) {
  for (std::size_t k = 0; k < kBlock; ++k) answers[k] = value < thresholds[k] ? std::int8_t{-1} : std::int8_t{0};
}
#endif

void empty_sums(std::vector<float>& sums, std::size_t columns, double* contributions) {
  for (std::size_t i = 0; i < columns; ++i) {
    double sum = 0;
    for (std::size_t s = 0; s < kSums; ++s) {
      sum += static_cast<double>(sums[s * columns + i]);
      sums[s * columns + i] = 0;
    }
    contributions[i] += sum;
  }
}

}  // namespace

// Lays out what was planned.
class ShapTablesBuilder {
 public:
  ShapTablesBuilder(ShapTables& made, const TreeEnsemble& ensemble, const WideRows& rows)
      : made_(made), ensemble_(ensemble), rows_(rows), plans_(ensemble.trees.size()) {}

  void choose(std::size_t limit_bytes) {
    std::vector<std::pair<std::size_t, std::size_t>> sizes;  // bytes and tree
    for (std::size_t t = 0; t < plans_.size(); ++t) {
      auto plan = GroupFinder{ensemble_.trees[t], t}.find();
      if (!plan) continue;
      sizes.emplace_back(bytes_of(t, *plan), t);
      plans_[t] = std::move(*plan);
    }
    std::sort(sizes.begin(), sizes.end());
    std::size_t bytes = (rows_.width() + 1) * kBlock * sizeof(float);  // what filling up blocks takes at most
    for (const auto& [size, tree] : sizes) {
      bytes += size;
      if (bytes > limit_bytes) break;
      made_.holds_[tree] = true;
      ++made_.trees_;
    }
  }

  void build() {
    lay_out_comparisons();
    made_.prefixes_.emplace_back();
    std::vector<const GroupPlan*> groups;
    for (std::size_t t = 0; t < plans_.size(); ++t) {
      if (!made_.holds_[t]) continue;
      for (const auto& group : plans_[t]) groups.push_back(&group);
    }
    std::stable_sort(groups.begin(), groups.end(), [](const GroupPlan* a, const GroupPlan* b) {
      return std::pair{a->columns.size(), a->own.size()} < std::pair{b->columns.size(), b->own.size()};
    });
    prefix_of_.resize(plans_.size());
    for (const GroupPlan* group : groups) add_group(*group);
    made_.bytes_ = made_.thresholds_.size() * sizeof(float) +
                   made_.comparisons_.size() * sizeof(ShapTables::Comparisons) +
                   made_.prefixes_.size() * sizeof(ShapTables::Prefix) +
                   made_.groups_.size() * sizeof(ShapTables::Group) + made_.runs_.size() * sizeof(ShapTables::Run) +
                   made_.group_columns_.size() * sizeof(std::uint16_t) + made_.lines_.size() * sizeof(ShapTables::Line);
  }

 private:
  static constexpr std::size_t kFloatsPerLine = sizeof(ShapTables::Line) / sizeof(float);

  std::size_t bytes_of(std::size_t tree, const std::vector<GroupPlan>& plan) const {
    std::size_t bytes = ensemble_.trees[tree].nodes.size() * (sizeof(float) + sizeof(ShapTables::Prefix));
    for (const auto& group : plan) {
      bytes += group.lines(kFloatsPerLine) * sizeof(ShapTables::Line) + sizeof(ShapTables::Group) +
               sizeof(ShapTables::Run) + group.columns.size() * sizeof(std::uint16_t);
    }
    return bytes;
  }

  // Splits of all trees by the wide column they ask, so that a column is compared with many thresholds at once.
  void lay_out_comparisons() {
    std::vector<std::vector<std::pair<std::size_t, std::uint32_t>>> by_column(rows_.width());
    answer_of_.resize(plans_.size());
    for (std::size_t t = 0; t < plans_.size(); ++t) {
      if (!made_.holds_[t]) continue;
      const auto& nodes = ensemble_.trees[t].nodes;
      answer_of_[t].resize(nodes.size(), 0);
      for (std::uint32_t i = 0; i < nodes.size(); ++i) {
        if (!nodes[i].is_leaf()) by_column[rows_.splits(t)[i].column].emplace_back(t, i);
      }
    }
    made_.thresholds_.resize(kBlock, -std::numeric_limits<float>::infinity());
    for (std::uint32_t column = 0; column < by_column.size(); ++column) {
      if (by_column[column].empty()) continue;
      const auto begin = static_cast<std::uint32_t>(made_.thresholds_.size());
      for (const auto& [tree, node] : by_column[column]) {
        answer_of_[tree][node] = static_cast<std::uint32_t>(made_.thresholds_.size());
        made_.thresholds_.push_back(rows_.splits(tree)[node].threshold);
      }
      made_.thresholds_.resize(round_up(made_.thresholds_.size(), kBlock), -std::numeric_limits<float>::infinity());
      made_.comparisons_.push_back({column, begin, static_cast<std::uint32_t>(made_.thresholds_.size())});
    }
  }

  // The prefix below the group's whole way.
  std::uint32_t prefix_for(const GroupPlan& group) {
    auto& known = prefix_of_[group.tree];
    known.resize(ensemble_.trees[group.tree].nodes.size(), 0);
    std::uint32_t prefix = 0;
    for (std::size_t i = 0; i < group.way.size(); ++i) {
      const std::uint32_t split = group.way[i].split;
      if (known[split] == 0) {
        known[split] = static_cast<std::uint32_t>(made_.prefixes_.size());
        made_.prefixes_.push_back({prefix, answer_of_[group.tree][split], std::uint32_t{1} << i});
      }
      prefix = known[split];
    }
    return prefix;
  }

  void add_group(const GroupPlan& plan) {
    ShapTables::Group group;
    group.prefix = prefix_for(plan);
    for (std::size_t i = 0; i < plan.own.size(); ++i) group.answers[i] = answer_of_[plan.tree][plan.own[i]];
    group.table = static_cast<std::uint32_t>(made_.lines_.size());
    made_.lines_.resize(made_.lines_.size() + plan.lines(kFloatsPerLine));
    fill_table(ensemble_.trees[plan.tree], plan, made_.lines_[group.table].values);

    const auto columns = static_cast<std::uint32_t>(plan.columns.size()),
               own = static_cast<std::uint32_t>(plan.own.size());
    auto& runs = made_.runs_;
    const auto at = static_cast<std::uint32_t>(made_.groups_.size());
    if (runs.empty() || runs.back().columns != columns || runs.back().own_bits != own) {
      runs.push_back({at, at, own, columns, static_cast<std::uint32_t>(made_.group_columns_.size())});
    }
    runs.back().end = at + 1;
    made_.groups_.push_back(group);
    for (const std::uint32_t column : plan.columns) made_.group_columns_.push_back(static_cast<std::uint16_t>(column));
  }

  ShapTables& made_;
  const TreeEnsemble& ensemble_;
  const WideRows& rows_;
  std::vector<std::vector<GroupPlan>> plans_;
  std::vector<std::vector<std::uint32_t>> answer_of_;  // by tree and node
  std::vector<std::vector<std::uint32_t>> prefix_of_;  // by tree and node; 0: none yet
};

ShapTables::ShapTables(const TreeEnsemble& ensemble, const WideRows& rows, std::size_t limit_bytes)
    : columns_(ensemble.columns), holds_(ensemble.trees.size(), false) {
  ShapTablesBuilder builder{*this, ensemble, rows};
  builder.choose(limit_bytes);
  if (trees_ > 0) builder.build();
}

void ShapTables::compare(const float* wide, std::int8_t* answers) const {
  std::fill_n(answers, kBlock, std::int8_t{0});
  for (const Comparisons& comparisons : comparisons_) {
    const float value = wide[comparisons.column];
    for (std::size_t i = comparisons.begin; i < comparisons.end; i += kBlock) {
      compare_block(value, &thresholds_[i], answers + i);
    }
  }
}

// Which row of its table each group has.
void ShapTables::look_up(ShapScratch& scratch) const {
  const std::int8_t* answers = scratch.answers.data();
  std::uint32_t* prefixes = scratch.prefixes.data();
  prefixes[0] = 0;
  for (std::size_t i = 1; i < prefixes_.size(); ++i) {
    const Prefix& prefix = prefixes_[i];
    prefixes[i] = prefixes[prefix.parent] | (static_cast<std::uint32_t>(answers[prefix.answer]) & prefix.bit);
  }
  const auto* floats = reinterpret_cast<const float*>(lines_.data());
  constexpr std::size_t kFloatsPerLine = sizeof(Line) / sizeof(float);
  for (const Run& run : runs_) {
    const std::size_t stride = stride_of(run.columns);
    for (std::size_t i = run.begin; i < run.end; ++i) {
      const Group& group = groups_[i];
      const auto answer = [&](std::size_t k) {
        return static_cast<std::uint32_t>(answers[group.answers[k]]) & (1U << k);
      };
      const std::uint32_t index = prefixes[group.prefix] << run.own_bits | answer(0) | answer(1) | answer(2);
      const float* row = floats + group.table * kFloatsPerLine + index * stride;
      __builtin_prefetch(row);
      scratch.found[i] = row;
    }
  }
}

void ShapTables::add(const float* wide, ShapScratch& scratch, double* contributions) const {
  if (groups_.empty()) return;
  const auto grow = [](auto& list, std::size_t size) {
    if (list.size() < size) list.resize(size);
  };
  grow(scratch.answers, thresholds_.size());
  grow(scratch.prefixes, prefixes_.size());
  grow(scratch.found, groups_.size());
  grow(scratch.sums, kSums * columns_);  // zeros between calls

  compare(wide, scratch.answers.data());
  look_up(scratch);
  std::size_t summed = 0;
  for (const Run& run : runs_) {
    const std::uint16_t* columns = group_columns_.data() + run.first_column;
    for (std::size_t i = run.begin; i < run.end;) {
      const std::size_t count = std::min<std::size_t>(run.end - i, kGroupsPerSum - summed);
      kAddRows[run.columns](scratch.found.data() + i, count, columns, scratch.sums.data(), columns_);
      i += count;
      columns += count * run.columns;
      summed += count;
      if (summed < kGroupsPerSum) continue;
      empty_sums(scratch.sums, columns_, contributions);
      summed = 0;
    }
  }
  empty_sums(scratch.sums, columns_, contributions);
}

}  // namespace qm::reco
