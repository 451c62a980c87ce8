#include "RecoEngine-featurestore/model/xgboost_model.hpp"

#include <xgboost/c_api.h>

#include <cmath>
#include <limits>
#include <mutex>
#include <stdexcept>

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
  explicit DataMatrix(const Matrix& matrix) : DataMatrix(matrix.values.data(), matrix.rows(), matrix.columns) {
    must(XGDMatrixSetFloatInfo(handle_, "label", matrix.labels.data(), matrix.rows()));
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

class XgboostModel final : public ChurnModel {
 public:
  XgboostModel(const std::string& bytes, std::size_t columns) : columns_(columns) {
    must(XGBoosterLoadModelFromBuffer(booster_.get(), bytes.data(), bytes.size()));
    booster_.set("nthread", "1");
    bst_ulong width = 0;
    must(XGBoosterGetNumFeature(booster_.get(), &width));
    if (width != columns) throw std::runtime_error("the model has another number of columns");
  }

  ModelOutput predict(const std::vector<float>& row) const override {
    if (row.size() != columns_) throw std::runtime_error("a row has another width than the model");
    constexpr const char* kContributions =
        R"({"type":2,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})";
    const DataMatrix matrix{row.data(), 1, row.size()};
    ModelOutput out;
    // One booster keeps caches that its calls share: one call at a time.
    std::lock_guard lock{mutex_};
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* values = nullptr;
    must(XGBoosterPredictFromDMatrix(booster_.get(), matrix.get(), kContributions, &shape, &dimensions, &values));
    out.shap.assign(values, values + columns_);
    out.base_value = values[columns_];
    double margin = out.base_value;
    for (const double part : out.shap) margin += part;
    out.probability = 1.0 / (1.0 + std::exp(-margin));
    return out;
  }

  std::size_t columns() const override { return columns_; }

 private:
  Booster booster_;
  std::size_t columns_;
  mutable std::mutex mutex_;
};

}  // namespace

Result<Fitted> fit_xgboost(const Matrix& train, const Matrix& validation, const FitOptions& options,
                           const std::function<void(double)>& progress, const std::atomic<bool>& cancelled) {
  const DataMatrix training{train}, judging{validation};
  auto booster = std::make_unique<Booster>(std::vector<DMatrixHandle>{training.get(), judging.get()});
  const std::pair<const char*, std::string> settings[] = {{"objective", "binary:logistic"},
                                                          {"eval_metric", "logloss"},
                                                          {"tree_method", "hist"},
                                                          {"nthread", "1"},
                                                          {"verbosity", "0"},
                                                          {"seed", std::to_string(options.seed % 2'000'000'000)},
                                                          {"max_depth", std::to_string(options.max_depth)},
                                                          {"eta", std::to_string(options.learning_rate)},
                                                          {"subsample", "0.8"},
                                                          {"colsample_bytree", "0.6"},
                                                          {"min_child_weight", "8"},
                                                          {"lambda", "2"},
                                                          {"monotone_constraints", monotone_text(options.monotone)}};
  for (const auto& [name, value] : settings) booster->set(name, value);

  Fitted best;
  double lowest = std::numeric_limits<double>::infinity();
  int since = 0;
  for (int round = 0; round < options.max_rounds && since < options.early_stopping_rounds; ++round) {
    if (cancelled) return rejected("The training was cancelled.");
    must(XGBoosterUpdateOneIter(booster->get(), round, training.get()));
    const double loss = evaluate(*booster, round, judging);
    ++since;
    if (loss < lowest - 1e-5) {
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
  try {
    return std::shared_ptr<const ChurnModel>{std::make_shared<XgboostModel>(bytes, columns)};
  } catch (const std::runtime_error& refused) {
    return rejected(refused.what());
  }
}

std::string xgboost_version() {
  int major = 0, minor = 0, patch = 0;
  XGBoostVersion(&major, &minor, &patch);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace qm::reco
