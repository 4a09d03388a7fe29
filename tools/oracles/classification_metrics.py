"""Classification metrics of scikit-learn, for packages/tasks/vtab/src/classification-metrics.test.ts.

Run with Python 3, numpy and scikit-learn:  python tools/oracles/classification_metrics.py
Writes packages/tasks/vtab/src/oracles/classification-metrics.json.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.metrics import accuracy_score, f1_score, top_k_accuracy_score

out = Path(__file__).resolve().parents[2] / "packages/tasks/vtab/src/oracles"
out.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(3)


def case(name, labels, outputs):
    labels = np.asarray(labels)
    outputs = np.round(np.asarray(outputs, dtype=np.float64), 3)
    classes = outputs.shape[1]
    predictions = outputs.argmax(1)
    expected = {"accuracy": accuracy_score(labels, predictions)}
    if classes > 5:
        expected["accuracy_top5"] = top_k_accuracy_score(labels, outputs, k=5, labels=np.arange(classes))
    expected["f1_macro"] = f1_score(labels, predictions, average="macro", zero_division=0)
    expected = {key: float(value) for key, value in expected.items()}
    return {"name": name, "classes": classes, "labels": labels.tolist(), "outputs": outputs.tolist(), "expected": expected}


def noisy(labels, classes, strength):
    outputs = rng.normal(size=(len(labels), classes))
    outputs[np.arange(len(labels)), labels] += strength
    return outputs


balanced = rng.integers(0, 10, 80)
skewed = rng.choice(7, 60, p=[0.7, 0.2, 0.05, 0.05, 0, 0, 0])
few = rng.integers(0, 3, 30)
warnings.simplefilter("ignore")
cases = [
    case("ten classes", balanced, noisy(balanced, 10, 1.5)),
    case("skewed, with classes that never occur", skewed, noisy(skewed, 7, 1.0)),
    case("three classes", few, noisy(few, 3, 0.5)),
    case("two classes, all right", [0, 1, 1, 0], [[2, 1], [0, 3], [1, 2], [5, 4]]),
    case("six classes, all wrong", [0, 1, 2], np.eye(6)[[1, 2, 3]] + 0.001 * np.arange(6)),
    case("one class in the labels", [2, 2, 2], np.eye(6)[[2, 2, 1]] + 0.001 * np.arange(6)),
]
json.dump({"sklearn": sklearn.__version__, "cases": cases}, open(out / "classification-metrics.json", "w"))
