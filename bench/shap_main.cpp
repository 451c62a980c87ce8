// Scores and exact contributions beside XGBoost's C API, one row per call, on a model trained here: 100 trees of depth
// 6 over 36 columns. Rounds of both sides alternate, and each figure is the median of its rounds.
//   bench_shap ROUNDS
// prints, in microseconds of the thread's processor time per row, in which other work on the machine shows little:
//   shap_us=V shap_xgboost_us=V score_us=V score_xgboost_us=V score_xgboost_inplace_us=V plain_us=V
//   worst=V unequal_scores=N trees=N nodes=N tables_mb=V load_ms=V
// shap: score and contributions. plain: the same without tables. worst: the largest difference of a contribution from
// XGBoost's; unequal_scores: margins that differ from XGBoost's in any bit. inplace: by the call that takes no DMatrix,
// which cannot give contributions.
#include <time.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/model/tree_model.hpp"
#include "RecoEngine-featurestore/model/xgboost_dump.hpp"

namespace {

// What this thread has spent. XGBoost is told to use one thread.
double spent_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

using qm::reco::TreeModel;

constexpr std::size_t kColumns = 36, kTrainingRows = 30'000, kRows = 2'000;
constexpr int kTrees = 100;
constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

void must(int code) {
  if (code != 0) throw std::runtime_error(XGBGetLastError());
}

struct Customers {
  std::vector<float> values, churned;
  std::span<const float> row(std::size_t i) const { return {values.data() + i * kColumns, kColumns}; }
};

// Every column matters a little, some with others; a sixth of the values is missing.
Customers make_customers(std::size_t rows) {
  std::mt19937_64 random{20261129};
  const auto uniform = [&random] { return static_cast<double>(random() >> 11) * 0x1.0p-53; };
  Customers made;
  for (std::size_t i = 0; i < rows; ++i) {
    double risk = 30 * (uniform() - 0.5);
    for (std::size_t c = 0; c < kColumns; ++c) {
      const double value = 10 * uniform();
      const bool missing = uniform() < 1.0 / 6;
      made.values.push_back(missing ? kMissing : static_cast<float>(value));
      if (!missing) risk += (static_cast<double>(c % 5) - 2) * (value - 5) + (c % 7 == 0 ? 4 * std::sin(value) : 0);
    }
    made.churned.push_back(risk > 0 ? 1.0F : 0.0F);
  }
  return made;
}

class Yardstick {
 public:
  explicit Yardstick(const Customers& customers) {
    DMatrixHandle matrix = nullptr;
    must(XGDMatrixCreateFromMat_omp(customers.values.data(), kTrainingRows, kColumns, kMissing, &matrix, 1));
    must(XGDMatrixSetFloatInfo(matrix, "label", customers.churned.data(), kTrainingRows));
    must(XGBoosterCreate(&matrix, 1, &booster_));
    for (const auto& [name, value] :
         {std::pair{"objective", "binary:logistic"}, std::pair{"tree_method", "hist"}, std::pair{"max_depth", "6"},
          std::pair{"eta", "0.1"}, std::pair{"nthread", "1"}}) {
      must(XGBoosterSetParam(booster_, name, value));
    }
    for (int i = 0; i < kTrees; ++i) must(XGBoosterUpdateOneIter(booster_, i, matrix));
    XGDMatrixFree(matrix);
  }
  ~Yardstick() { XGBoosterFree(booster_); }
  Yardstick(const Yardstick&) = delete;

  std::string saved() const {
    bst_ulong size = 0;
    const char* bytes = nullptr;
    must(XGBoosterSaveModelToBuffer(booster_, R"({"format":"ubj"})", &size, &bytes));
    return {bytes, size};
  }
  // Valid until the next call.
  const float* margin(std::span<const float> row) const {
    return ask(row, R"({"type":1,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})");
  }
  const float* contributions(std::span<const float> row) const {
    return ask(row, R"({"type":2,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})");
  }
  const float* margin_in_place(std::span<const float> row) const {
    const std::string array = "{\"data\":[" + std::to_string(reinterpret_cast<std::uintptr_t>(row.data())) +
                              ",false],\"shape\":[1,36],\"typestr\":\"<f4\",\"version\":3}";
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* values = nullptr;
    must(XGBoosterPredictFromDense(
        booster_, array.c_str(),
        R"({"type":1,"missing":NaN,"iteration_begin":0,"iteration_end":0,"strict_shape":false,"cache_id":0})", nullptr,
        &shape, &dimensions, &values));
    return values;
  }

 private:
  const float* ask(std::span<const float> row, const char* how) const {
    DMatrixHandle matrix = nullptr;
    must(XGDMatrixCreateFromMat_omp(row.data(), 1, row.size(), kMissing, &matrix, 1));
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* values = nullptr;
    must(XGBoosterPredictFromDMatrix(booster_, matrix, how, &shape, &dimensions, &values));
    XGDMatrixFree(matrix);
    return values;
  }

  BoosterHandle booster_ = nullptr;
};

struct Figure {
  std::size_t rows;  // per round
  std::function<void(std::span<const float>)> call;
  std::vector<double> took_us{};

  double median() {
    std::sort(took_us.begin(), took_us.end());
    return took_us[took_us.size() / 2];
  }
};

void measure(Figure& figure, const Customers& customers) {
  const double begun = spent_us();
  for (std::size_t i = 0; i < figure.rows; ++i) figure.call(customers.row(i % kRows));
  figure.took_us.push_back((spent_us() - begun) / static_cast<double>(figure.rows));
}

void compare(const TreeModel& model, const Yardstick& yardstick, const Customers& customers) {
  std::vector<double> shap(kColumns);
  double worst = 0;
  int unequal = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    const auto row = customers.row(i);
    const float margin = model.explain(row, shap);
    unequal += margin == *yardstick.margin(row) ? 0 : 1;
    const float* wanted = yardstick.contributions(row);
    for (std::size_t c = 0; c < kColumns; ++c) {
      worst = std::max(worst, std::abs(shap[c] - static_cast<double>(wanted[c])));
    }
  }
  std::printf(" worst=%.1e unequal_scores=%d", worst, unequal);
}

void run(int rounds) {
  const auto customers = make_customers(kTrainingRows);
  const Yardstick yardstick{customers};
  const std::string saved = yardstick.saved();
  const double begun = spent_us();
  const auto ensemble = qm::reco::read_xgboost_dump(saved).value();
  const TreeModel model{ensemble};
  const double load_ms = (spent_us() - begun) / 1e3;
  const TreeModel plain{ensemble, 0};
  std::vector<double> shap(kColumns);
  volatile float used = 0;  // so that nothing is left out
  Figure figures[] = {{20'000, [&](auto row) { used = model.explain(row, shap); }},
                      {300, [&](auto row) { used = *yardstick.contributions(row); }},
                      {100'000, [&](auto row) { used = model.margin(row); }},
                      {3'000, [&](auto row) { used = *yardstick.margin(row); }},
                      {3'000, [&](auto row) { used = *yardstick.margin_in_place(row); }},
                      {300, [&](auto row) { used = plain.explain(row, shap); }}};
  for (int i = 0; i < rounds; ++i) {
    for (auto& figure : figures) measure(figure, customers);
  }
  const char* names[] = {"shap_us",          "shap_xgboost_us",          "score_us",
                         "score_xgboost_us", "score_xgboost_inplace_us", "plain_us"};
  for (std::size_t i = 0; i < std::size(names); ++i) std::printf("%s=%.3f ", names[i], figures[i].median());
  std::size_t nodes = 0;
  for (const auto& tree : ensemble.trees) nodes += tree.nodes.size();
  std::printf("trees=%zu nodes=%zu tables_mb=%.1f load_ms=%.0f", ensemble.trees.size(), nodes,
              static_cast<double>(model.footprint().table_bytes) / (1 << 20), load_ms);
  compare(model, yardstick, customers);
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || std::atoi(argv[1]) <= 0) {
    std::fprintf(stderr, "usage: %s ROUNDS\n", argv[0]);
    return 2;
  }
  try {
    run(std::atoi(argv[1]));
    return 0;
  } catch (const std::exception& broken) {
    std::fprintf(stderr, "%s\n", broken.what());
    return 1;
  }
}
