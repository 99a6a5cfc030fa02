"""Figures of mteb's own evaluators, which octavec's are held to.

    pip download mteb==2.26.24 --no-deps && unzip -d mteb-source mteb-*.whl
    python make-mteb.py mteb-source > mteb.golden.json

The functions are taken out of mteb's source one by one, since the package as a whole needs torch, which none of them does.
Besides: numpy, scipy, scikit-learn, pandas, packaging, pytrec_eval-terrier.
"""

import ast
import json
import sys
import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import ModuleType, SimpleNamespace

import numpy as np
import pandas as pd
import pytrec_eval
from packaging.version import Version
from scipy.stats import pearsonr, spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, auc, average_precision_score, f1_score
from sklearn.metrics.pairwise import paired_cosine_distances

warnings.simplefilter("ignore")
source = sys.argv[1]
rng = np.random.default_rng(5)


def functions_of(path, *names):
    """Functions and methods of a file of mteb, as plain functions."""
    with open(f"{source}/mteb/{path}") as file:
        tree = ast.parse(file.read())
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name in names]
    assert len(found) == len(names), (path, names)
    future = ast.ImportFrom(module="__future__", names=[ast.alias(name="annotations")], level=0)
    module = ast.fix_missing_locations(ast.Module(body=[future, *found], type_ignores=[]))
    scope = {
        **{"np": np, "pd": pd, "pytrec_eval": pytrec_eval, "Version": Version, "auc": auc, "defaultdict": defaultdict},
        **{"RetrievalEvaluationResult": lambda **fields: SimpleNamespace(**fields)},
        **{"_DEFAULT_ABSTENTION_RATES": np.linspace(0, 1, 11)[:-1]},
    }
    exec(compile(module, path, "exec"), scope)
    return SimpleNamespace(**{name: scope[name] for name in names})


retrieval = functions_of(
    "_evaluators/retrieval_metrics.py",
    *["mrr", "parse_metrics_from_scores", "calculate_retrieval_scores", "evaluate_abstention", "nauc", "confidence_scores"],
)
pairs = functions_of("abstasks/pair_classification.py", "_find_best_acc_and_threshold", "_find_best_f1_and_threshold")
classification = functions_of("abstasks/classification.py", "_undersample_data")


def vectors(rows, width=8):
    # Sixteenths are exact in single precision.
    return np.round(16 * rng.standard_normal((rows, width))).astype(np.float32) / 16


def unit(x):
    x = x.astype(np.float64)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def retrieval_case(name, queries, documents, qrels):
    similarities = unit(queries) @ unit(documents).T
    results = {f"q{i}": {f"d{j}": float(s) for j, s in enumerate(row)} for i, row in enumerate(similarities)}
    results = {query: ranking for query, ranking in results.items() if query in qrels}
    scores = retrieval.calculate_retrieval_scores(results, qrels, [1, 10, 100])
    rows = scores.all_scores
    mean = lambda key: float(np.mean([row[key] for row in rows.values()]))
    return {
        "name": name,
        "queries": queries.ravel().tolist(),
        "documents": documents.ravel().tolist(),
        "qrels": qrels,
        # The means of mteb's per-query figures, before it rounds them to five digits.
        "expected": {
            "ndcg@1": mean("ndcg_cut_1"),
            "ndcg@10": mean("ndcg_cut_10"),
            "ndcg@100": mean("ndcg_cut_100"),
            "recall@10": mean("recall_10"),
            "recall@100": mean("recall_100"),
            "map@10": mean("map_cut_10"),
            "map@100": mean("map_cut_100"),
            "mrr@10": scores.mrr["MRR@10"],
        },
    }


def qrels(queries, documents, grades, share):
    judged = {
        f"q{i}": {f"d{j}": int(rng.integers(0, grades)) for j in range(documents) if rng.random() < share}
        for i in range(queries)
    }
    return {query: grades for query, grades in judged.items() if grades}


def pair_case(name, first, second, labels):
    scores = (1 - paired_cosine_distances(first, second)).tolist()
    accuracy, _ = pairs._find_best_acc_and_threshold(None, scores, labels, True)
    f1, *_ = pairs._find_best_f1_and_threshold(None, scores, labels, True)
    return {
        "name": name,
        "first": first.ravel().tolist(),
        "second": second.ravel().tolist(),
        "labels": labels.tolist(),
        "expected": {"ap": float(average_precision_score(labels, scores)), "f1": float(f1), "accuracy": float(accuracy)},
    }


class Rows:
    """As much of a data set as `_undersample_data` asks for."""

    def __init__(self, labels):
        self.labels = labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, _):
        return self.labels

    def select(self, indices):
        return indices


def classification_case(name, kinds, train_count, test_count, spread):
    centres = 1.5 * rng.standard_normal((kinds, 8))
    y_train, y_test = rng.integers(0, kinds, train_count), np.arange(test_count) % kinds
    near = lambda y: (np.round(16 * (centres[y] + spread * rng.standard_normal((len(y), 8)))) / 16).astype(np.float32)
    x_train, x_test = near(y_train), near(y_test)
    task = SimpleNamespace(seed=42, label_column_name="label", samples_per_label=8)
    indices, drawn, accuracies, f1s = None, [], [], []
    for experiment in range(10):
        _, indices, chosen = classification._undersample_data(task, Rows(y_train.tolist()), experiment, indices)
        drawn.append(list(chosen))
        model = LogisticRegression(max_iter=100, random_state=42).fit(x_train[chosen], y_train[chosen])
        predicted = model.predict(x_test)
        accuracies.append(accuracy_score(y_test, predicted))
        f1s.append(f1_score(y_test, predicted, average="macro"))
    return {
        "name": name,
        "train": x_train.ravel().tolist(),
        "trainLabels": y_train.tolist(),
        "test": x_test.ravel().tolist(),
        "testLabels": y_test.tolist(),
        "drawn": drawn,
        "expected": {"accuracy": float(np.mean(accuracies)), "f1": float(np.mean(f1s))},
    }


def sts_case(name, first, second, gold):
    cosines = 1 - paired_cosine_distances(first, second)
    return {
        "name": name,
        "first": first.ravel().tolist(),
        "second": second.ravel().tolist(),
        "gold": gold.tolist(),
        "expected": {"spearman": float(spearmanr(gold, cosines)[0]), "pearson": float(pearsonr(gold, cosines)[0])},
    }


few, many = vectors(6), vectors(150)
some = vectors(40)
near = (some + vectors(40) / 2).astype(np.float32)
labels = (rng.random(40) < 0.4).astype(int)
positive = np.where(labels[:, None] == 1, near, vectors(40)).astype(np.float32)
doubled = np.repeat(vectors(5), 8, axis=0)

print(
    json.dumps(
        {
            "retrieval": [
                retrieval_case("binary", few, many, qrels(6, 150, 2, 0.1)),
                retrieval_case("graded", few, many, qrels(6, 150, 4, 0.3)),
                retrieval_case("few documents, ties", few, np.repeat(vectors(4), 3, axis=0), qrels(6, 12, 3, 0.5)),
                retrieval_case("nothing relevant", few[:2], many, {"q0": {"d1": 0}, "q1": {"d3": 2, "d4": 0}}),
            ],
            "pairs": [
                pair_case("noise", some, near, labels),
                pair_case("clear", some, positive, labels),
                pair_case("ties", doubled, np.tile(vectors(8), (5, 1)), labels),
                pair_case("constant scores", some, some, labels),
                pair_case("all positive", some, near, np.ones(40, int)),
            ],
            "classification": [
                classification_case("four classes", 4, 90, 60, 1.5),
                classification_case("two classes", 2, 50, 40, 2.5),
                classification_case("fewer examples than wanted", 7, 30, 70, 1.0),
            ],
            "sts": [
                sts_case("noise", some, near, rng.random(40) * 5),
                sts_case("ties", some, near, np.round(rng.random(40) * 5)),
            ],
        }
    )
)
