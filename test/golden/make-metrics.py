"""Reference values of metrics, from scipy, scikit-learn and pytrec_eval: python make-metrics.py > metrics.golden.json"""

import json
import warnings

import numpy as np
import pytrec_eval
from scipy.stats import pearsonr, spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, v_measure_score

warnings.simplefilter("ignore")
rng = np.random.default_rng(11)


def retrieval_case(name, qrels, run):
    ks = [1, 3, 10]
    measures = {f"{m}.{','.join(map(str, ks))}" for m in ("ndcg_cut", "recall", "map_cut")}
    results = pytrec_eval.RelevanceEvaluator(qrels, measures).evaluate(run)
    expected = {}
    for query in results:
        expected[query] = {
            f"{ours}@{k}": results[query][f"{theirs}_{k}"]
            for ours, theirs in (("ndcg", "ndcg_cut"), ("recall", "recall"), ("map", "map_cut"))
            for k in ks
        }
        # trec_eval's recip_rank knows no cut; a run shortened to k places does.
        for k in ks:
            # Stable sort on the id, descending, then on the score: the order of trec_eval.
            best = dict(sorted(sorted(run[query].items(), reverse=True), key=lambda item: -item[1])[:k])
            cut = pytrec_eval.RelevanceEvaluator({query: qrels[query]}, {"recip_rank"}).evaluate({query: best})
            expected[query][f"mrr@{k}"] = cut[query]["recip_rank"]
    return {"name": name, "qrels": qrels, "run": run, "expected": expected}


def random_run(queries, documents, ties):
    scores = rng.integers(0, 4, (queries, documents)).astype(float) if ties else rng.standard_normal((queries, documents))
    return {f"q{i}": {f"d{j}": float(scores[i, j]) for j in range(documents)} for i in range(queries)}


def random_qrels(queries, documents, grades, share):
    return {
        f"q{i}": {f"d{j}": int(rng.integers(0, grades)) for j in range(documents) if rng.random() < share}
        for i in range(queries)
    }


retrieval = [
    retrieval_case("binary", random_qrels(6, 30, 2, 0.3), random_run(6, 30, False)),
    retrieval_case("graded", random_qrels(6, 30, 4, 0.5), random_run(6, 30, False)),
    retrieval_case("ties", random_qrels(6, 30, 3, 0.4), random_run(6, 30, True)),
    retrieval_case("nothing relevant", {"q0": {"d0": 0, "d1": 0}}, random_run(1, 5, False)),
    retrieval_case("negative grades", {"q0": {"d0": -1, "d1": 2, "d3": 1}}, random_run(1, 5, False)),
    retrieval_case("relevant but not found", {"q0": {"x": 1, "y": 1}}, random_run(1, 5, False)),
    retrieval_case("fewer documents than places", {"q0": {"d0": 1, "d1": 1}}, random_run(1, 2, False)),
]


def correlation_case(name, a, b):
    def plain(value):
        return None if np.isnan(value) else float(value)

    return {
        "name": name,
        "a": [float(v) for v in a],
        "b": [float(v) for v in b],
        "pearson": plain(pearsonr(a, b)[0]),
        "spearman": plain(spearmanr(a, b)[0]),
    }


x = rng.standard_normal(60)
correlation = [
    correlation_case("noise", x, x + rng.standard_normal(60)),
    correlation_case("ties", np.round(x), np.round(2 * (x + rng.standard_normal(60)))),
    correlation_case("reversed", x, -(x**3)),
    correlation_case("constant", x, np.full(60, 0.25)),
    correlation_case("two values", [1.0, 2.0], [3.0, 1.0]),
    correlation_case("huge and tiny", x * 1e150, x * 1e-150),
]


def precision_case(name, scores, labels):
    return {
        "name": name,
        "scores": [float(v) for v in scores],
        "labels": [int(v) for v in labels],
        "averagePrecision": float(average_precision_score(labels, scores)),
    }


labels = rng.integers(0, 2, 50)
precision = [
    precision_case("noise", rng.standard_normal(50) + labels, labels),
    precision_case("ties", np.round(rng.standard_normal(50) + labels), labels),
    precision_case("one class: all positive", rng.standard_normal(10), np.ones(10)),
    precision_case("one class: all negative", rng.standard_normal(10), np.zeros(10)),
    precision_case("constant scores", np.full(50, 0.5), labels),
]


def class_case(name, truth, predicted):
    return {
        "name": name,
        "truth": [int(v) for v in truth],
        "predicted": [int(v) for v in predicted],
        "macroF1": float(f1_score(truth, predicted, average="macro", zero_division=0)),
        "accuracy": float(np.mean(np.asarray(truth) == np.asarray(predicted))),
        "vMeasure": float(v_measure_score(truth, predicted)),
    }


truth = rng.integers(0, 5, 80)
noisy = np.where(rng.random(80) < 0.3, rng.integers(0, 7, 80), truth)
classes = [
    class_case("noise", truth, noisy),
    class_case("perfect", truth, truth),
    class_case("one cluster", truth, np.zeros(80)),
    class_case("one class", np.zeros(80), noisy),
    class_case("one of both", np.zeros(8), np.zeros(8)),
    class_case("each its own", np.arange(9), rng.permutation(9)),
    class_case("unrelated", np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])),
]


def regression_case(name, count, width, kinds, spread):
    centres = rng.standard_normal((kinds, width))
    y = np.arange(count) % kinds
    # Sixteenths are exact in single precision.
    x = np.round(16 * (centres[y] + spread * rng.standard_normal((count, width)))) / 16
    test = np.round(16 * rng.standard_normal((12, width))) / 16
    model = LogisticRegression(max_iter=10000, tol=1e-12).fit(x, y)
    return {
        "name": name,
        "width": width,
        "x": x.ravel().tolist(),
        "y": y.tolist(),
        "test": test.ravel().tolist(),
        "probabilities": model.predict_proba(test).ravel().tolist(),
        "predicted": model.predict(test).tolist(),
    }


regression = [
    regression_case("three classes", 45, 6, 3, 1.0),
    regression_case("two classes", 30, 4, 2, 1.5),
    regression_case("separable, many classes", 40, 10, 10, 0.1),
]

golden = {
    "retrieval": retrieval,
    "correlation": correlation,
    "precision": precision,
    "classes": classes,
    "regression": regression,
}
print(json.dumps(golden, separators=(",", ":")))
