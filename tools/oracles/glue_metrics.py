"""Metrics of scikit-learn and SciPy for GLUE, and the halves of PyTorch, for packages/tasks/glue.

Run with Python 3, numpy, scikit-learn, SciPy and PyTorch:  python tools/oracles/glue_metrics.py
Writes packages/tasks/glue/src/oracles/metrics.json and permutations.json.
"""

import json
import math
import warnings
import zlib
from pathlib import Path

import numpy as np
import scipy
import sklearn
import torch
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef, mean_squared_error

out = Path(__file__).resolve().parents[2] / "packages/tasks/glue/src/oracles"
out.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(5)
warnings.simplefilter("ignore")


def number(value):
    """What is published where the reference has no number: 0."""
    return 0.0 if math.isnan(value) else float(value)


def classes(name, count, labels, predictions):
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    expected = {
        "accuracy": accuracy_score(labels, predictions),
        "f1": f1_score(labels, predictions, pos_label=1, average="binary", zero_division=0)
        if count == 2
        else f1_score(labels, predictions, labels=[1], average="macro", zero_division=0),
        "f1_macro": f1_score(labels, predictions, average="macro", zero_division=0),
        "matthews_correlation": matthews_corrcoef(labels, predictions),
    }
    return {
        "name": name,
        "classes": count,
        "labels": labels.tolist(),
        "predictions": predictions.tolist(),
        "expected": {key: number(value) for key, value in expected.items()},
    }


def scores(name, outputs, labels):
    outputs = np.asarray(outputs, dtype=np.float32)
    labels = np.asarray(labels, dtype=np.float32)
    wide = outputs.astype(np.float64), labels.astype(np.float64)
    enough = len(labels) > 1
    expected = {
        "pearson": pearsonr(*wide)[0] if enough else 0.0,
        "spearmanr": spearmanr(*wide)[0] if enough else 0.0,
        "mse": mean_squared_error(wide[1], wide[0]),
    }
    return {
        "name": name,
        "outputs": outputs.astype(np.float64).tolist(),
        "scores": labels.astype(np.float64).tolist(),
        "expected": {key: number(value) for key, value in expected.items()},
    }


class_cases = [
    classes("all right", 2, [0, 1, 1, 0], [0, 1, 1, 0]),
    classes("all wrong", 2, [0, 1, 1, 0], [1, 0, 0, 1]),
    classes("one class predicted", 2, [0, 1, 1, 0, 1], [1, 1, 1, 1, 1]),
    classes("the other class predicted", 2, [0, 1, 1, 0, 1], [0, 0, 0, 0, 0]),
    classes("one class in the labels", 2, [0, 0, 0], [0, 1, 0]),
    classes("no positives anywhere", 2, [0, 0, 0], [0, 0, 0]),
    classes("one example", 2, [1], [1]),
    classes("one wrong example", 2, [1], [0]),
    classes("three classes, one predicted", 3, [0, 1, 2, 2], [2, 2, 2, 2]),
    classes("three classes, one missing", 3, [0, 2, 2, 0], [0, 2, 0, 0]),
]
for index in range(40):
    count = int(rng.choice([2, 2, 3, 5]))
    size = int(rng.integers(2, 60))
    weights = rng.dirichlet(np.full(count, 0.7))
    truth = rng.choice(count, size, p=weights)
    guess = np.where(rng.random(size) < rng.random(), truth, rng.choice(count, size))
    class_cases.append(classes(f"random {index}", count, truth, guess))

score_cases = [
    scores("all right", [1, 2, 3], [1, 2, 3]),
    scores("the other way round", [3, 2, 1], [1, 2, 3]),
    scores("equal outputs", [2.5, 2.5, 2.5], [1, 2, 3]),
    scores("equal scores", [1, 2, 3], [4, 4, 4]),
    scores("equal everything", [1, 1], [1, 1]),
    scores("one example", [1.5], [2]),
    scores("two examples", [1.5, 1], [2, 3]),
    scores("one far off", [0, 0, 0, 0, 1e6], [0, 1, 2, 3, 4]),
    scores("monotone, not linear", [1, 10, 100, 1000], [1, 2, 3, 4]),
    scores("small numbers", [1e-6, 2e-6, 4e-6], [0, 1, 1]),
]
for index in range(30):
    size = int(rng.integers(2, 50))
    truth = np.round(rng.uniform(0, 5, size) * 5) / 5
    guess = truth * rng.random() + rng.normal(size=size) * rng.choice([0.1, 1, 5])
    if index % 3 == 0:
        guess = np.round(guess)
    score_cases.append(scores(f"random {index}", guess, truth))

json.dump(
    {"sklearn": sklearn.__version__, "scipy": scipy.__version__, "classes": class_cases, "scores": score_cases},
    open(out / "metrics.json", "w"),
)


def permutation(count, seed):
    generator = torch.Generator()
    generator.manual_seed(seed)
    order = torch.randperm(count, generator=generator)
    whole = order.to(torch.int32).numpy().tobytes()
    return {
        "count": count,
        "seed": seed,
        "first": order[:20].tolist(),
        "last": order[-5:].tolist(),
        "crc32": zlib.crc32(whole),
    }


# Sizes of the sets that papers cut: validation of CoLA, MRPC, STS-B, RTE, WNLI; training of SST-2, QNLI, QQP.
sizes = [1, 2, 9, 1_043, 408, 1_500, 277, 71, 67_349, 104_743, 363_846]
cases = [permutation(count, 42) for count in sizes] + [permutation(277, seed) for seed in (0, 1, 4_294_967_295)]
json.dump({"torch": torch.__version__, "cases": cases}, open(out / "permutations.json", "w"))
