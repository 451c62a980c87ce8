#include "RecoEngine-featurestore/model/xgboost_dump.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "RecoEngine-featurestore/model/ubjson.hpp"

namespace qm::reco {

namespace {

using ubjson::Value;

Error unreadable(const std::string& what) { return rejected("The model cannot be read: " + what + "."); }

const Value* walk(const Value& from, std::initializer_list<std::string_view> names) {
  const Value* at = &from;
  for (const auto name : names) {
    if (at != nullptr) at = ubjson::find(*at, name);
  }
  return at;
}

std::string_view text_in(const Value& from, std::initializer_list<std::string_view> names) {
  const Value* found = walk(from, names);
  const auto* text = found == nullptr ? nullptr : std::get_if<std::string_view>(&found->held);
  return text == nullptr ? std::string_view{} : *text;
}

// XGBoost writes its parameters as text.
template <class Number>
std::optional<Number> parameter(const Value& from, std::initializer_list<std::string_view> names) {
  const std::string_view text = text_in(from, names);
  Number number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A tree's lists, one entry per node. Nodes are asked for by an index that is known to be below `size`.
class DumpedTree {
 public:
  static std::optional<DumpedTree> of(const Value& tree) {
    DumpedTree dumped;
    const std::pair<const Value**, std::string_view> wanted[] = {
        {&dumped.left_, "left_children"},        {&dumped.right_, "right_children"},
        {&dumped.column_, "split_indices"},      {&dumped.threshold_, "split_conditions"},
        {&dumped.missing_left_, "default_left"}, {&dumped.cover_, "sum_hessian"}};
    for (const auto& [list, name] : wanted) {
      *list = ubjson::find(tree, name);
      if (*list == nullptr) return std::nullopt;
      if (ubjson::count(**list) != ubjson::count(*dumped.left_)) return std::nullopt;
    }
    dumped.type_ = ubjson::find(tree, "split_type");  // absent before XGBoost 1.5
    if (dumped.type_ != nullptr && ubjson::count(*dumped.type_) != dumped.size()) dumped.type_ = nullptr;
    return dumped;
  }

  std::size_t size() const { return ubjson::count(*left_); }
  // −1 as XGBoost writes it for none; nothing when it is no node.
  std::optional<std::int64_t> left(std::size_t node) const { return index(left_, node); }
  std::optional<std::int64_t> right(std::size_t node) const { return index(right_, node); }
  double column(std::size_t node) const { return number(column_, node); }
  // Of a split; of a leaf, its value.
  float threshold(std::size_t node) const { return static_cast<float>(number(threshold_, node)); }
  bool missing_left(std::size_t node) const { return number(missing_left_, node) != 0; }
  float cover(std::size_t node) const { return static_cast<float>(number(cover_, node)); }
  bool by_categories(std::size_t node) const { return type_ != nullptr && number(type_, node) == 1; }

 private:
  static double number(const Value* list, std::size_t node) {
    return ubjson::number_at(*list, node).value_or(std::nan(""));
  }
  std::optional<std::int64_t> index(const Value* list, std::size_t node) const {
    const double found = number(list, node);
    if (!(found >= -1 && found < static_cast<double>(size()))) return std::nullopt;
    return static_cast<std::int64_t>(found);
  }

  const Value* left_ = nullptr;
  const Value* right_ = nullptr;
  const Value* column_ = nullptr;
  const Value* threshold_ = nullptr;
  const Value* missing_left_ = nullptr;
  const Value* cover_ = nullptr;
  const Value* type_ = nullptr;
};

// Each node's categories lie in a segment of one list.
struct DumpedCategories {
  explicit DumpedCategories(const Value& tree)
      : nodes(ubjson::find(tree, "categories_nodes")),
        begins(ubjson::find(tree, "categories_segments")),
        sizes(ubjson::find(tree, "categories_sizes")),
        all(ubjson::find(tree, "categories")) {}
  bool whole() const { return nodes != nullptr && begins != nullptr && sizes != nullptr && all != nullptr; }

  const Value *nodes, *begins, *sizes, *all;
};

std::optional<CategorySet> set_of(const DumpedCategories& dumped, std::size_t segment) {
  const auto begin = ubjson::number_at(*dumped.begins, segment), size = ubjson::number_at(*dumped.sizes, segment);
  const auto all = static_cast<double>(ubjson::count(*dumped.all));
  if (!begin || !size || !(*begin >= 0) || !(*size >= 0) || *begin + *size > all) return std::nullopt;
  CategorySet set;
  const auto from = static_cast<std::size_t>(*begin), to = static_cast<std::size_t>(*begin + *size);
  for (std::size_t i = from; i < to; ++i) {
    const double category = ubjson::number_at(*dumped.all, i).value_or(-1);
    if (!(category >= 0 && category < static_cast<double>(kMaxCategories))) return std::nullopt;
    const auto number = static_cast<std::uint32_t>(category);
    if (set.size() <= number / 32) set.resize(number / 32 + 1, 0);
    set[number / 32] |= 1U << (number % 32);
  }
  return set;
}

// Which of tree.categories a node of the dump has; −1 for none.
std::optional<std::vector<std::int32_t>> read_categories(const Value& value, std::size_t nodes, DecisionTree& tree) {
  std::vector<std::int32_t> of_node(nodes, -1);
  const DumpedCategories dumped{value};
  if (!dumped.whole()) return of_node;
  std::size_t words = 0;
  for (std::size_t i = 0; i < ubjson::count(*dumped.nodes); ++i) {
    const double node = ubjson::number_at(*dumped.nodes, i).value_or(-1);
    if (!(node >= 0 && node < static_cast<double>(nodes)) || of_node[static_cast<std::size_t>(node)] >= 0) {
      return std::nullopt;
    }
    auto set = set_of(dumped, i);
    if (!set || (words += set->size()) > kMaxModelNodes) return std::nullopt;
    of_node[static_cast<std::size_t>(node)] = static_cast<std::int32_t>(tree.categories.size());
    tree.categories.push_back(std::move(*set));
  }
  return of_node;
}

// Breadth first from the root, so that what was pruned is left out, and siblings stand side by side. nullptr when done.
const char* read_nodes(const DumpedTree& dumped, const std::vector<std::int32_t>& categories, float weight,
                       DecisionTree& tree) {
  std::vector<std::size_t> source{0};  // of each node of the tree
  std::vector<bool> taken(dumped.size(), false);
  taken[0] = true;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const std::size_t from = source[i];
    TreeNode node;
    node.cover = dumped.cover(from);
    const auto left = dumped.left(from), right = dumped.right(from);
    if (!left || !right || (*left < 0) != (*right < 0)) return "a node's child does not exist";
    if (*left < 0) {
      node.value = dumped.threshold(from) * weight;
    } else {
      const double column = dumped.column(from);
      if (!(column >= 0 && column < static_cast<double>(kMaxModelColumns))) return "a split's column does not exist";
      node.column = static_cast<std::uint32_t>(column);
      node.missing_left = dumped.missing_left(from);
      node.right_categories = dumped.by_categories(from) ? categories[from] : -1;
      if (dumped.by_categories(from) && node.right_categories < 0) return "a split's categories are missing";
      if (!dumped.by_categories(from)) node.threshold = dumped.threshold(from);
      node.left = static_cast<std::uint32_t>(source.size());
      for (const std::int64_t child : {*left, *right}) {
        if (taken[static_cast<std::size_t>(child)]) return "a node has two parents";
        taken[static_cast<std::size_t>(child)] = true;
        source.push_back(static_cast<std::size_t>(child));
      }
    }
    tree.nodes.push_back(node);
  }
  return nullptr;
}

const char* read_tree(const Value& value, float weight, DecisionTree& tree) {
  const auto dumped = DumpedTree::of(value);
  if (!dumped) return "its lists do not fit together";
  if (dumped->size() == 0 || dumped->size() > kMaxTreeNodes * 2) return "it has no or too many nodes";
  const auto categories = read_categories(value, dumped->size(), tree);
  if (!categories) return "its categories are broken";
  return read_nodes(*dumped, *categories, weight, tree);
}

// As float and by the same steps as XGBoost, so that sums come out the same.
float margin_of(float probability) { return -std::log(1.0F / probability - 1.0F); }

Result<TreeEnsemble> read_head(const Value& model) {
  TreeEnsemble ensemble;
  if (text_in(model, {"learner", "objective", "name"}) != "binary:logistic") {
    return unreadable("it was not trained for binary:logistic");
  }
  const auto number = [&model](std::string_view name) {
    return parameter<std::uint32_t>(model, {"learner", "learner_model_param", name});
  };
  if (number("num_class").value_or(0) > 1 || number("num_target").value_or(1) != 1) {
    return unreadable("it has more than one output");
  }
  const auto columns = number("num_feature");
  const auto base = parameter<float>(model, {"learner", "learner_model_param", "base_score"});
  if (!columns || !base || !(*base > 0 && *base < 1)) return unreadable("its parameters are missing");
  ensemble.columns = *columns;
  ensemble.base_margin = margin_of(*base);
  return ensemble;
}

}  // namespace

Result<TreeEnsemble> read_xgboost_dump(std::string_view bytes) {
  if (bytes.size() > kMaxDumpBytes) return unreadable("it is too large");
  const auto model = ubjson::parse(bytes);
  if (!model) return model.error();
  auto ensemble = read_head(*model);
  if (!ensemble) return ensemble.error();

  const Value* booster = walk(*model, {"learner", "gradient_booster"});
  const Value* weights = nullptr;  // DART's, one per tree
  if (booster != nullptr && text_in(*booster, {"name"}) == "dart") {
    weights = ubjson::find(*booster, "weight_drop");
    booster = ubjson::find(*booster, "gbtree");
  }
  const Value* list = booster == nullptr ? nullptr : walk(*booster, {"model", "trees"});
  const auto* trees = list == nullptr ? nullptr : std::get_if<ubjson::Array>(&list->held);
  if (trees == nullptr) return unreadable("it is no booster of trees");
  if (trees->size() > kMaxTrees) return unreadable("it has too many trees");
  for (std::size_t i = 0; i < trees->size(); ++i) {
    const auto weight = weights == nullptr ? std::optional{1.0} : ubjson::number_at(*weights, i);
    const char* fault = weight ? read_tree((*trees)[i], static_cast<float>(*weight), ensemble->trees.emplace_back())
                               : "it has no weight";
    if (fault != nullptr) return unreadable("tree " + std::to_string(i) + ": " + fault);
  }
  if (const auto checked = check(*ensemble); !checked) return checked.error();
  return ensemble;
}

}  // namespace qm::reco
