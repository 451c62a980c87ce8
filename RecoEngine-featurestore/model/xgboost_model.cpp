#include "RecoEngine-featurestore/model/xgboost_model.hpp"

#include <xgboost/c_api.h>

#include <limits>
#include <stdexcept>

#include "RecoEngine-featurestore/model/tree_model.hpp"
#include "RecoEngine-featurestore/model/xgboost_dump.hpp"

namespace qm::reco {

namespace {

void must(int code) {
  if (code != 0) throw std::runtime_error(std::string{"XGBoost: "} + XGBGetLastError());
}

class DataMatrix {
 public:
  DataMatrix(const float* values, std::size_t rows, std::size_t columns) {
    must(XGDMatrixCreateFromMat(values, rows, columns, std::numeric_limits<float>::quiet_NaN(), &handle_));
  }
  DataMatrix(const Matrix& matrix, int threads) {
    must(XGDMatrixCreateFromMat_omp(matrix.values.data(), matrix.rows(), matrix.columns,
                                    std::numeric_limits<float>::quiet_NaN(), &handle_, threads));
    must(XGDMatrixSetFloatInfo(handle_, "label", matrix.labels.data(), matrix.rows()));
    if (matrix.margins.empty()) return;
    must(XGDMatrixSetFloatInfo(handle_, "base_margin", matrix.margins.data(), matrix.rows()));
  }
  ~DataMatrix() { XGDMatrixFree(handle_); }
  DataMatrix(const DataMatrix&) = delete;
  DMatrixHandle get() const { return handle_; }

 private:
  DMatrixHandle handle_ = nullptr;
};

class Booster {
 public:
  explicit Booster(std::vector<DMatrixHandle> matrices = {}) {
    must(XGBoosterCreate(matrices.data(), matrices.size(), &handle_));
  }
  ~Booster() { XGBoosterFree(handle_); }
  Booster(const Booster&) = delete;
  BoosterHandle get() const { return handle_; }
  void set(const char* name, const std::string& value) { must(XGBoosterSetParam(handle_, name, value.c_str())); }
  std::string bytes() const {
    bst_ulong size = 0;
    const char* data = nullptr;
    must(XGBoosterSaveModelToBuffer(handle_, R"({"format":"ubj"})", &size, &data));
    return {data, size};
  }

 private:
  BoosterHandle handle_ = nullptr;
};

std::string monotone_text(const std::vector<int>& signs) {
  std::string text = "(";
  for (std::size_t i = 0; i < signs.size(); ++i) text += (i == 0 ? "" : ",") + std::to_string(signs[i]);
  return text + ")";
}

// The last number of XGBoost's line "[3]\tvalidation-logloss:0.4312".
double evaluate(const Booster& booster, int round, const DataMatrix& validation) {
  DMatrixHandle matrix = validation.get();
  const char* name = "validation";
  const char* line = nullptr;
  must(XGBoosterEvalOneIter(booster.get(), round, &matrix, &name, 1, &line));
  const std::string text{line};
  return std::stod(text.substr(text.rfind(':') + 1));
}

}  // namespace

Result<Fitted> fit_xgboost(const Matrix& train, const Matrix& validation, const FitOptions& options,
                           const std::function<void(double)>& progress, const std::atomic<bool>& cancelled) {
  const bool stops = options.early_stopping_rounds > 0;
  const DataMatrix training{train, options.threads};
  const auto judging = stops ? std::make_unique<DataMatrix>(validation, options.threads) : nullptr;
  std::vector<DMatrixHandle> matrices{training.get()};
  if (stops) matrices.push_back(judging->get());
  auto booster = std::make_unique<Booster>(matrices);
  const bool by_area = options.stop_by == StopBy::roc_auc;
  const std::pair<const char*, std::string> settings[] = {
      {"objective", "binary:logistic"},
      {"eval_metric", by_area ? "auc" : "logloss"},
      {"tree_method", "hist"},
      {"nthread", std::to_string(options.threads)},
      {"verbosity", "0"},
      {"seed", std::to_string(options.seed % 2'000'000'000)},
      {"max_depth", std::to_string(options.max_depth)},
      {"eta", std::to_string(options.learning_rate)},
      {"subsample", std::to_string(options.rows_per_tree)},
      {"colsample_bytree", std::to_string(options.columns_per_tree)},
      {"min_child_weight", std::to_string(options.min_child_weight)},
      {"lambda", std::to_string(options.ridge)},
      {"scale_pos_weight", std::to_string(options.weight_of_leavers)},
      {"monotone_constraints", monotone_text(options.monotone)}};
  for (const auto& [name, value] : settings) booster->set(name, value);

  Fitted best;
  double lowest = std::numeric_limits<double>::infinity();
  int since = 0;
  for (int round = 0; round < options.max_rounds && (!stops || since < options.early_stopping_rounds); ++round) {
    if (cancelled) return rejected("The training was cancelled.");
    must(XGBoosterUpdateOneIter(booster->get(), round, training.get()));
    ++since;
    const double judged = stops ? evaluate(*booster, round, *judging) : 0;
    const double loss = by_area ? -judged : judged;
    if (!stops || loss < lowest - 1e-5) {
      lowest = loss;
      best.rounds = round + 1;
      since = 0;
    }
    progress(static_cast<double>(round + 1) / options.max_rounds);
  }
  BoosterHandle cut = nullptr;
  must(XGBoosterSlice(booster->get(), 0, best.rounds, 1, &cut));
  bst_ulong size = 0;
  const char* data = nullptr;
  const int saved = XGBoosterSaveModelToBuffer(cut, R"({"format":"ubj"})", &size, &data);
  if (saved == 0) best.bytes.assign(data, size);
  XGBoosterFree(cut);
  must(saved);
  return best;
}

Result<std::shared_ptr<const ChurnModel>> load_xgboost_model(const std::string& bytes, std::size_t columns) {
  const auto ensemble = read_xgboost_dump(bytes);
  if (!ensemble) return ensemble.error();
  if (ensemble->columns != columns) return rejected("The model has another number of columns.");
  return std::shared_ptr<const ChurnModel>{std::make_shared<TreeModel>(*ensemble)};
}

std::string xgboost_version() {
  int major = 0, minor = 0, patch = 0;
  XGBoostVersion(&major, &minor, &patch);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace qm::reco
