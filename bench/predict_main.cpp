// XGBoost alone, as a yardstick for POST /predict: exact contributions for one row per call through its C API, on the
// model that the service serves.
//   bench_predict MODEL_FILE SECONDS
// prints: rows_per_s=V p99_us=V columns=N
#include <xgboost/c_api.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

void must(int code) {
  if (code != 0) throw std::runtime_error(XGBGetLastError());
}

// A third of the columns is missing, as for most customers.
std::vector<float> make_row(std::size_t columns, std::minstd_rand& random) {
  std::vector<float> row(columns);
  for (float& value : row) {
    value = random() % 3 == 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(random() % 1000) / 100.0F;
  }
  return row;
}

void explain(BoosterHandle booster, const std::vector<float>& row) {
  constexpr const char* kContributions =
      R"({"type":2,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})";
  DMatrixHandle matrix = nullptr;
  must(XGDMatrixCreateFromMat(row.data(), 1, row.size(), std::numeric_limits<float>::quiet_NaN(), &matrix));
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* values = nullptr;
  must(XGBoosterPredictFromDMatrix(booster, matrix, kContributions, &shape, &dimensions, &values));
  XGDMatrixFree(matrix);
}

int run(const char* model, double seconds) {
  BoosterHandle booster = nullptr;
  must(XGBoosterCreate(nullptr, 0, &booster));
  must(XGBoosterLoadModel(booster, model));
  must(XGBoosterSetParam(booster, "nthread", "1"));
  bst_ulong columns = 0;
  must(XGBoosterGetNumFeature(booster, &columns));

  std::minstd_rand random{1};
  std::vector<double> took_us;
  const auto begun = Clock::now();
  auto now = begun;
  while (now - begun < std::chrono::duration<double>(seconds)) {
    const auto row = make_row(columns, random);
    explain(booster, row);
    const auto done = Clock::now();
    took_us.push_back(std::chrono::duration<double, std::micro>(done - now).count());
    now = done;
  }
  std::sort(took_us.begin(), took_us.end());
  std::printf("rows_per_s=%.0f p99_us=%.0f columns=%lu\n",
              static_cast<double>(took_us.size()) / std::chrono::duration<double>(now - begun).count(),
              took_us[took_us.size() * 99 / 100], static_cast<unsigned long>(columns));
  XGBoosterFree(booster);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || std::atof(argv[2]) <= 0) {
    std::fprintf(stderr, "usage: %s MODEL_FILE SECONDS\n", argv[0]);
    return 2;
  }
  try {
    return run(argv[1], std::atof(argv[2]));
  } catch (const std::exception& broken) {
    std::fprintf(stderr, "%s\n", broken.what());
    return 1;
  }
}
