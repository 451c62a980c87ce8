// Customers as rows of the model's columns, each with what the customer did: what a model is trained on. A quarter of a
// kilobyte a row, where the features that it was made of take fifteen times as much.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "RecoEngine-featurestore/domain/model_input.hpp"

namespace qm::reco {

class LabelledRows {
 public:
  std::size_t size() const { return left_.size(); }
  std::size_t width() const { return model_columns().size(); }

  // `row`: as to_model_row() gives it.
  void add(std::span<const float> row, bool left) {
    values_.insert(values_.end(), row.begin(), row.end());
    left_.push_back(left);
  }
  void reserve(std::size_t rows) {
    values_.reserve(rows * width());
    left_.reserve(rows);
  }

  // Only the rows at these places, which rise; they keep their order. Needs no second copy of the rows.
  void keep(const std::vector<std::size_t>& places) {
    for (std::size_t i = 0; i < places.size(); ++i) copy(places[i], i);
    values_.resize(places.size() * width());
    left_.resize(places.size());
  }
  // The row at places[i] comes to place i; each place is there once. Needs no second copy of the rows either.
  void reorder(std::vector<std::size_t> places) {
    std::vector<float> row(width());
    for (std::size_t begin = 0; begin < places.size(); ++begin) {
      if (places[begin] == begin) continue;
      std::ranges::copy((*this)[begin], row.begin());
      const bool was_left = left_[begin];
      std::size_t at = begin;
      for (std::size_t from = places[at]; from != begin; from = places[at]) {
        copy(from, at);
        places[at] = at;
        at = from;
      }
      std::ranges::copy(row, values_.begin() + static_cast<std::ptrdiff_t>(at * width()));
      left_[at] = was_left;
      places[at] = at;
    }
  }

  std::span<const float> operator[](std::size_t place) const {
    return std::span{values_}.subspan(place * width(), width());
  }
  bool left(std::size_t place) const { return left_[place]; }  // no purchase within LabelRule's horizon
  double churn_rate() const {  // 0 of no rows
    const auto all = static_cast<double>(std::max<std::size_t>(size(), 1));
    return static_cast<double>(std::count(left_.begin(), left_.end(), true)) / all;
  }

 private:
  void copy(std::size_t from, std::size_t to) {
    std::ranges::copy((*this)[from], values_.begin() + static_cast<std::ptrdiff_t>(to * width()));
    left_[to] = left_[from];
  }

  std::vector<float> values_;
  std::vector<bool> left_;
};

}  // namespace qm::reco
