"""Makes statistics.golden.json: descriptive statistics as numpy and scipy give them. Needs: numpy, scipy."""

import json
import warnings
from pathlib import Path

import numpy as np
import scipy
from scipy import stats

random = np.random.default_rng(7)
quantiles = [0, 0.01, 0.05, 0.25, 0.5, 0.9, 0.999, 1]


def pair(a, b):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pearson, spearman = stats.pearsonr(a, b)[0], stats.spearmanr(a, b)[0]
    return {
        "a": list(map(float, a)),
        "b": list(map(float, b)),
        "ranks": stats.rankdata(a).tolist(),
        "mean": float(np.mean(a)),
        "quantiles": [float(np.quantile(a, q)) for q in quantiles],
        "pearson": None if np.isnan(pearson) else float(pearson),
        "spearman": None if np.isnan(spearman) else float(spearman),
    }


normal = random.normal(size=50)
pairs = {
    "independent": pair(normal, random.normal(size=50)),
    "correlated": pair(normal, normal + 0.1 * random.normal(size=50)),
    "ties": pair(random.integers(0, 5, 60), random.integers(0, 5, 60)),
    "monotonous": pair(np.arange(10), np.exp(np.arange(10))),
    "reversed": pair(np.arange(10) * 0.1, -np.arange(10) * 0.3),
    "constant": pair(np.full(7, 0.1), np.arange(7)),
    "shifted far": pair(1e9 + np.arange(20), 1e9 + np.arange(20) ** 2),
    "two": pair([1, 2], [5, 3]),
}
golden = {"generated": f"numpy {np.__version__}, scipy {scipy.__version__}", "q": quantiles, "pairs": pairs}
(Path(__file__).parent / "statistics.golden.json").write_text(json.dumps(golden, indent=1) + "\n")
