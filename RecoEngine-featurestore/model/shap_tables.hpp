// Exact contributions read from tables that are made when a model is loaded (after Yang: «Fast TreeSHAP: Accelerating
// SHAP Value Computation for Trees», 2021, whose second algorithm tabulates per leaf).
//
// What a leaf contributes depends on the row only through which of the splits above it send the row left. A tree is cut
// into small groups of neighbouring leaves, the lowest two levels at most (three splits, four leaves). The splits above
// and in a group, each with one bit, number the rows of its table, which hold the sum of its leaves' contributions to
// each column asked. A row of the model then costs all comparisons at once, one look-up per group, and a few additions.
// A full tree of depth 6 has 16 groups of 2⁷ × 8 floats, 64 KiB; each level more takes four to six times that.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "RecoEngine-featurestore/model/wide_row.hpp"

namespace qm::reco {

// What adding needs besides; one per thread, for any number of models. Grows to the largest.
struct ShapScratch {
  std::vector<std::int8_t> answers;     // of all splits, 0 or −1: left
  std::vector<std::uint32_t> prefixes;  // the answers on the way to a group, one bit each
  std::vector<const float*> found;      // each group's row of its table
  std::vector<float> sums;
};

// Immutable; any number of threads, each with a scratch of its own.
class ShapTables {
 public:
  // Tables for as many trees as fit into `limit_bytes`, small ones first. The ensemble has passed check() and outlives
  // the constructor only; `rows` are its own.
  ShapTables(const TreeEnsemble& ensemble, const WideRows& rows, std::size_t limit_bytes);

  // Whether the tree is in here; otherwise its contributions have to be found otherwise.
  bool holds(std::size_t tree) const { return holds_[tree]; }
  std::size_t trees() const { return trees_; }
  // At most the limit.
  std::size_t memory_bytes() const { return bytes_; }

  // Adds each column's part of all trees in here, log-odds, to contributions[column].
  void add(const float* wide, ShapScratch& scratch, double* contributions) const;

 private:
  friend class ShapTablesBuilder;

  struct Line {  // of a cache
    alignas(64) float values[16] = {};
  };
  struct Comparisons {  // splits by one wide column: answers[begin…end), whole blocks
    std::uint32_t column = 0, begin = 0, end = 0;
  };
  struct Prefix {
    std::uint32_t parent = 0;  // index of the prefix before it; 0: nothing was asked
    std::uint32_t answer = 0;
    std::uint32_t bit = 0;
  };
  struct Group {
    std::uint32_t prefix = 0;
    std::uint32_t answers[3] = {};  // 0: of no split, never left
    std::uint32_t table = 0;        // a line
  };
  struct Run {  // groups of one shape
    std::uint32_t begin = 0, end = 0;
    std::uint32_t own_bits = 0;      // splits in the group
    std::uint32_t columns = 0;       // asked above and in it
    std::uint32_t first_column = 0;  // in columns_
  };

  void compare(const float* wide, std::int8_t* answers) const;
  void look_up(ShapScratch& scratch) const;

  std::size_t columns_ = 0;
  std::size_t trees_ = 0;
  std::size_t bytes_ = 0;
  std::vector<bool> holds_;
  std::vector<float> thresholds_;
  std::vector<Comparisons> comparisons_;
  std::vector<Prefix> prefixes_;
  std::vector<Group> groups_;
  std::vector<Run> runs_;
  std::vector<std::uint16_t> group_columns_;
  std::vector<Line> lines_;
};

}  // namespace qm::reco
