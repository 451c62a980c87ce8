"""Python's xgboost on the rows that bench_train wrote, with the same parameters: train_yardstick.py FILE ROWS ROUNDS."""
import sys
import time

import numpy
import xgboost

COLUMNS = 36
path, rows, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
numbers = numpy.fromfile(path, dtype="<f4")
values, labels = numbers[: rows * COLUMNS].reshape(rows, COLUMNS), numbers[rows * COLUMNS :]
kept = rows - rows // 10
parameters = {
    "objective": "binary:logistic",
    "eval_metric": "logloss",
    "tree_method": "hist",
    "nthread": 2,
    "verbosity": 0,
    "seed": 42,
    "max_depth": 6,
    "eta": 0.08,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "min_child_weight": 8,
    "lambda": 2,
}
began = time.monotonic()
training = xgboost.DMatrix(values[:kept], labels[:kept], nthread=2)
check = xgboost.DMatrix(values[kept:], labels[kept:], nthread=2)
booster = xgboost.train(
    parameters,
    training,
    num_boost_round=rounds,
    evals=[(check, "validation")],
    early_stopping_rounds=rounds,
    verbose_eval=False,
)
model = booster.save_raw("ubj")
print(f"seconds={time.monotonic() - began:.3f} rounds={booster.num_boosted_rounds()} bytes={len(model)} "
      f"version={xgboost.__version__}")
