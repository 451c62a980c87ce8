// Training as the project does it, on rows that look like customers: writes them for the yardstick, or trains on them.
//   bench_train rows FILE ROWS        36 float32 columns a row with gaps, then the labels, all little-endian
//   bench_train fit FILE ROWS ROUNDS  → «seconds=… rounds=… bytes=…»: from the rows in memory to the model's bytes
#include <cstdio>
#include <cstring>
#include <cmath>
#include <fstream>
#include <limits>

#include "RecoEngine-featurestore/model/xgboost_model.hpp"
#include "RecoEngine-featurestore/training/random.hpp"

namespace {

using qm::reco::FitOptions;
using qm::reco::Matrix;
constexpr std::size_t kColumns = 36;
constexpr std::size_t kInformative = 8;

Matrix make_rows(std::size_t rows) {
  qm::reco::Random random{7};
  Matrix matrix;
  matrix.columns = kColumns;
  matrix.values.reserve(rows * kColumns);
  for (std::size_t i = 0; i < rows; ++i) {
    double margin = -0.3;
    for (std::size_t c = 0; c < kColumns; ++c) {
      const double value = random.uniform(-1, 1);
      if (c < kInformative) margin += (c % 2 == 0 ? 1.5 : -1) * (c < 4 ? value : value * value);
      matrix.values.push_back(random.chance(0.1) ? std::numeric_limits<float>::quiet_NaN()
                                                 : static_cast<float>(value));
    }
    matrix.labels.push_back(random.chance(1 / (1 + std::exp(-margin))) ? 1.0F : 0.0F);
  }
  return matrix;
}

void write(const Matrix& matrix, const char* path) {
  std::ofstream file{path, std::ios::binary};
  for (const auto* part : {&matrix.values, &matrix.labels})
    file.write(reinterpret_cast<const char*>(part->data()), static_cast<std::streamsize>(part->size() * sizeof(float)));
}

Matrix read(const char* path, std::size_t rows) {
  Matrix matrix;
  matrix.columns = kColumns;
  matrix.values.resize(rows * kColumns);
  matrix.labels.resize(rows);
  std::ifstream file{path, std::ios::binary};
  for (auto* part : {&matrix.values, &matrix.labels})
    file.read(reinterpret_cast<char*>(part->data()), static_cast<std::streamsize>(part->size() * sizeof(float)));
  if (!file) throw std::runtime_error("the file holds too few rows");
  return matrix;
}

// The last tenth judges when to stop; it never does, so that both sides boost as often.
Matrix split(Matrix& matrix) {
  const std::size_t kept = matrix.rows() - matrix.rows() / 10;
  Matrix check;
  check.columns = kColumns;
  const auto values = matrix.values.begin() + static_cast<std::ptrdiff_t>(kept * kColumns);
  const auto labels = matrix.labels.begin() + static_cast<std::ptrdiff_t>(kept);
  check.values.assign(values, matrix.values.end());
  check.labels.assign(labels, matrix.labels.end());
  matrix.values.erase(values, matrix.values.end());
  matrix.labels.erase(labels, matrix.labels.end());
  return check;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const auto rows = static_cast<std::size_t>(std::stoull(argv[3]));
  if (std::strcmp(argv[1], "rows") == 0) {
    write(make_rows(rows), argv[2]);
    return 0;
  }
  if (argc < 5) return 2;
  Matrix training = read(argv[2], rows);
  const Matrix check = split(training);
  FitOptions options;
  options.max_rounds = std::stoi(argv[4]);
  options.early_stopping_rounds = options.max_rounds;
  options.max_depth = 6;
  options.threads = 2;
  options.monotone.assign(kColumns, 0);
  const std::atomic<bool> go_on{false};
  const auto began = std::chrono::steady_clock::now();
  const auto fitted = qm::reco::fit_xgboost(training, check, options, [](double) {}, go_on).value();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("seconds=%.3f rounds=%d bytes=%zu\n", took.count(), fitted.rounds, fitted.bytes.size());
}
