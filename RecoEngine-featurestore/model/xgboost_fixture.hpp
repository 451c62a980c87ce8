// For tests: XGBoost as the judge of scores and contributions, models that it trained, and models made by hand.
#pragma once
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "RecoEngine-featurestore/model/tree_ensemble.hpp"

namespace qm::reco::fixture {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : bits_(seed) {}
  std::size_t below(std::size_t count) { return bits_() % count; }
  double uniform() { return static_cast<double>(bits_() >> 11) * 0x1.0p-53; }
  bool chance(double probability) { return uniform() < probability; }

 private:
  std::mt19937_64 bits_;
};

// Column i of a row is a category when i % 3 == 2 and categories are asked for, otherwise a number around 0…10.
struct RowKind {
  std::size_t columns = 6;
  bool categories = false;
  std::size_t levels = 40;
  bool is_category(std::size_t column) const { return categories && column % 3 == 2; }
};

using Rows = std::vector<std::vector<float>>;

inline std::vector<float> random_row(Dice& dice, const RowKind& kind) {
  std::vector<float> row(kind.columns);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (dice.chance(0.2)) {
      row[i] = kMissing;
    } else if (kind.is_category(i)) {
      row[i] = static_cast<float>(dice.below(kind.levels));
    } else {
      row[i] = static_cast<float>(std::floor(dice.uniform() * 100) / 10);  // often exactly at a threshold
    }
  }
  return row;
}

inline Rows random_rows(Dice& dice, const RowKind& kind, std::size_t count) {
  Rows rows;
  for (std::size_t i = 0; i < count; ++i) rows.push_back(random_row(dice, kind));
  return rows;
}

// A booster of XGBoost, defined in xgboost_fixture_test.cpp. Throws std::runtime_error when XGBoost fails.
class Judge {
 public:
  // `saved`: UBJSON or JSON.
  explicit Judge(const std::string& saved);
  ~Judge();
  Judge(const Judge&) = delete;

  // Of each row its margin.
  std::vector<float> margins(const Rows& rows) const { return predict(rows, 1); }
  // Of each row one per column, then the bias.
  std::vector<float> contributions(const Rows& rows) const { return predict(rows, 2); }
  std::string saved(const char* format = R"({"format":"ubj"})") const;

  using Settings = std::vector<std::pair<std::string, std::string>>;
  // As XGBoost saves it: trained on random rows whose labels depend on all columns.
  static std::string train(Dice& dice, const RowKind& kind, std::size_t rows, int rounds, const Settings& settings);

 private:
  explicit Judge(std::vector<void*> matrices);
  // All at once, as a call costs far more than a row.
  std::vector<float> predict(const Rows& rows, int type) const;

  void* handle_ = nullptr;
};

// --- made by hand ----------------------------------------------------------------------------------------------------

struct TreeKind {
  RowKind rows;
  std::size_t depth = 5;
  double grows = 0.8;         // how likely a node above that depth is split
  double least_share = 0.05;  // of a split's rows that one side gets
};

inline DecisionTree random_tree(Dice& dice, const TreeKind& kind) {
  DecisionTree tree;
  std::vector<std::size_t> depth{0};
  tree.nodes.emplace_back().cover = 1000;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    TreeNode node = tree.nodes[i];
    node.value = static_cast<float>(dice.uniform() - 0.5);
    if (depth[i] < kind.depth && (i == 0 || dice.chance(kind.grows))) {
      node.left = static_cast<std::uint32_t>(tree.nodes.size());
      node.column = static_cast<std::uint32_t>(dice.below(kind.rows.columns));
      node.missing_left = dice.chance(0.5);
      if (kind.rows.is_category(node.column)) {
        node.right_categories = static_cast<std::int32_t>(tree.categories.size());
        CategorySet right((kind.rows.levels + 31) / 32, 0);
        for (std::size_t c = 0; c < kind.rows.levels; ++c) {
          if (dice.chance(0.3)) right[c / 32] |= 1U << (c % 32);
        }
        right[0] |= 1;  // never empty
        tree.categories.push_back(std::move(right));
      } else {
        node.threshold = static_cast<float>(std::floor(dice.uniform() * 100) / 10);
      }
      const double share = kind.least_share + (1 - 2 * kind.least_share) * dice.uniform();
      for (const double part : {share, 1 - share}) {
        tree.nodes.emplace_back().cover = static_cast<float>(static_cast<double>(node.cover) * part);
        depth.push_back(depth[i] + 1);
      }
    }
    tree.nodes[i] = node;
  }
  return tree;
}

inline TreeEnsemble random_ensemble(Dice& dice, const TreeKind& kind, std::size_t trees) {
  TreeEnsemble ensemble;
  ensemble.columns = kind.rows.columns;
  for (std::size_t i = 0; i < trees; ++i) ensemble.trees.push_back(random_tree(dice, kind));
  return ensemble;
}

class JsonList {
 public:
  void add_whole(std::size_t number) { append(std::to_string(number)); }
  void add_whole(std::int64_t number) { append(std::to_string(number)); }
  void add(float number) {
    char text[40];
    // With its exponent, as XGBoost tells real numbers from whole ones by how they are written.
    const auto written = std::to_chars(text, text + sizeof text, number, std::chars_format::scientific);
    append({text, written.ptr});
  }
  std::string str() const { return "[" + text_ + "]"; }

 private:
  void append(std::string_view number) {
    if (!text_.empty()) text_ += ',';
    text_ += number;
  }
  std::string text_;
};

inline std::string tree_json(const DecisionTree& tree, std::size_t columns, std::size_t id) {
  JsonList categories, category_nodes, category_begins, category_sizes, lefts, rights, parents, splits, conditions,
      missing, types, covers, zeros;
  std::vector<std::int64_t> parent(tree.nodes.size(), 2147483647);
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    if (!node.is_leaf()) parent[node.left] = parent[node.left + 1] = static_cast<std::int64_t>(i);
    lefts.add_whole(node.is_leaf() ? std::int64_t{-1} : std::int64_t{node.left});
    rights.add_whole(node.is_leaf() ? std::int64_t{-1} : std::int64_t{node.left} + 1);
    parents.add_whole(parent[i]);
    splits.add_whole(std::size_t{node.column});
    conditions.add(node.is_leaf() ? node.value : node.threshold);
    missing.add_whole(std::size_t{node.missing_left});
    types.add_whole(std::size_t{node.right_categories >= 0});
    covers.add(node.cover);
    zeros.add(0);
    if (node.right_categories < 0) continue;
    std::int64_t size = 0;
    const auto& right = tree.categories[static_cast<std::size_t>(node.right_categories)];
    for (std::size_t c = 0; c < right.size() * 32; ++c) {
      if ((right[c / 32] >> (c % 32) & 1U) == 0) continue;
      categories.add_whole(c);
      ++size;
    }
    category_nodes.add_whole(i);
    category_begins.add_whole(begin);
    category_sizes.add_whole(size);
    begin += size;
  }
  return R"({"base_weights":)" + zeros.str() + R"(,"categories":)" + categories.str() + R"(,"categories_nodes":)" +
         category_nodes.str() + R"(,"categories_segments":)" + category_begins.str() + R"(,"categories_sizes":)" +
         category_sizes.str() + R"(,"default_left":)" + missing.str() + R"(,"id":)" + std::to_string(id) +
         R"(,"left_children":)" + lefts.str() + R"(,"loss_changes":)" + zeros.str() + R"(,"parents":)" + parents.str() +
         R"(,"right_children":)" + rights.str() + R"(,"split_conditions":)" + conditions.str() +
         R"(,"split_indices":)" + splits.str() + R"(,"split_type":)" + types.str() + R"(,"sum_hessian":)" +
         covers.str() + R"(,"tree_param":{"num_deleted":"0","num_feature":")" + std::to_string(columns) +
         R"(","num_nodes":")" + std::to_string(tree.nodes.size()) + R"(","size_leaf_vector":"0"}})";
}

// As XGBoost loads it; base_score is a half, so that the base margin is 0.
inline std::string to_json(const TreeEnsemble& ensemble) {
  std::string trees;
  JsonList info;
  for (std::size_t i = 0; i < ensemble.trees.size(); ++i) {
    trees += (i == 0 ? "" : ",") + tree_json(ensemble.trees[i], ensemble.columns, i);
    info.add_whole(std::size_t{0});
  }
  return R"({"learner":{"attributes":{},"feature_names":[],"feature_types":[],"gradient_booster":{"model":)"
         R"({"gbtree_model_param":{"num_parallel_tree":"1","num_trees":")" +
         std::to_string(ensemble.trees.size()) + R"(","size_leaf_vector":"0"},"tree_info":)" + info.str() +
         R"(,"trees":[)" + trees +
         R"(]},"name":"gbtree"},"learner_model_param":{"base_score":"5E-1","boost_from_average":"0","num_class":"0",)"
         R"("num_feature":")" +
         std::to_string(ensemble.columns) +
         R"(","num_target":"1"},"objective":{"name":"binary:logistic","reg_loss_param":{"scale_pos_weight":"1"}}},)"
         R"("version":[1,7,4]})";
}

}  // namespace qm::reco::fixture
