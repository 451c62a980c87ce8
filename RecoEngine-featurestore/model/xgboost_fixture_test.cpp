// Named as a test, so that it is part of the tests' program only.
#include "RecoEngine-featurestore/model/xgboost_fixture.hpp"

#include <xgboost/c_api.h>

#include <stdexcept>

namespace qm::reco::fixture {

namespace {

void want(int code) {
  if (code != 0) throw std::runtime_error(XGBGetLastError());
}

// Labels of both kinds, by numbers and by categories.
bool label_of(Dice& dice, const RowKind& kind, const std::vector<float>& row) {
  double sum = 20 * (dice.uniform() - 0.5);
  for (std::size_t c = 0; c < row.size(); ++c) {
    const double value = std::isnan(row[c]) ? 3.0 : static_cast<double>(row[c]);
    sum += kind.is_category(c) ? (static_cast<int>(value) * 7 % 5 - 2) * 2.0 : (c % 2 == 0 ? 1 : -1) * (value - 5);
  }
  return sum > 0;
}

}  // namespace

Judge::Judge(const std::string& saved) : Judge(std::vector<void*>{}) {
  want(XGBoosterLoadModelFromBuffer(handle_, saved.data(), saved.size()));
  want(XGBoosterSetParam(handle_, "nthread", "1"));
}

Judge::Judge(std::vector<void*> matrices) { want(XGBoosterCreate(matrices.data(), matrices.size(), &handle_)); }

Judge::~Judge() { XGBoosterFree(handle_); }

std::string Judge::saved(const char* format) const {
  bst_ulong size = 0;
  const char* data = nullptr;
  want(XGBoosterSaveModelToBuffer(handle_, format, &size, &data));
  return {data, size};
}

std::string Judge::train(Dice& dice, const RowKind& kind, std::size_t rows, int rounds, const Settings& settings) {
  std::vector<float> values, labels;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = random_row(dice, kind);
    values.insert(values.end(), row.begin(), row.end());
    labels.push_back(label_of(dice, kind, row) ? 1.0F : 0.0F);
  }
  DMatrixHandle matrix = nullptr;
  want(XGDMatrixCreateFromMat_omp(values.data(), rows, kind.columns, kMissing, &matrix, 1));
  want(XGDMatrixSetFloatInfo(matrix, "label", labels.data(), rows));
  std::vector<const char*> types;
  for (std::size_t c = 0; c < kind.columns; ++c) types.push_back(kind.is_category(c) ? "c" : "float");
  want(XGDMatrixSetStrFeatureInfo(matrix, "feature_type", types.data(), types.size()));
  const Judge judge{std::vector<void*>{matrix}};
  want(XGBoosterSetParam(judge.handle_, "nthread", "1"));
  want(XGBoosterSetParam(judge.handle_, "tree_method", "hist"));
  want(XGBoosterSetParam(judge.handle_, "objective", "binary:logistic"));
  for (const auto& [name, value] : settings) want(XGBoosterSetParam(judge.handle_, name.c_str(), value.c_str()));
  for (int i = 0; i < rounds; ++i) want(XGBoosterUpdateOneIter(judge.handle_, i, matrix));
  XGDMatrixFree(matrix);
  return judge.saved();
}

std::vector<float> Judge::predict(const Rows& rows, int type) const {
  const std::string how = "{\"type\":" + std::to_string(type) +
                          R"(,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})";
  std::vector<float> values;
  for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
  const std::size_t columns = rows.front().size();
  DMatrixHandle matrix = nullptr;
  want(XGDMatrixCreateFromMat_omp(values.data(), rows.size(), columns, kMissing, &matrix, 1));
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* found = nullptr;
  const int code = XGBoosterPredictFromDMatrix(handle_, matrix, how.c_str(), &shape, &dimensions, &found);
  std::vector<float> out;
  if (code == 0) out.assign(found, found + rows.size() * (type == 2 ? columns + 1 : 1));
  XGDMatrixFree(matrix);
  want(code);
  return out;
}

}  // namespace qm::reco::fixture
