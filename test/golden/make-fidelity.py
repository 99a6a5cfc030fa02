"""Reference values of fidelity, from numpy and scipy: python make-fidelity.py > fidelity.golden.json"""

import json

import numpy as np
from scipy.stats import spearmanr

rng = np.random.default_rng(7)


def unit(x):
    lengths = np.linalg.norm(x, axis=1, keepdims=True)
    return np.divide(x, lengths, out=np.zeros_like(x), where=lengths > 0)


def nearest(similarities, k):
    s = similarities.copy()
    np.fill_diagonal(s, -np.inf)
    return np.argsort(-s, axis=1, kind="stable")[:, :k]


def case(name, original, candidate, k):
    a32, b32 = original.astype(np.float32), candidate.astype(np.float32)
    a, b = a32.astype(np.float64), b32.astype(np.float64)
    n = len(a)
    cosines = np.sum(unit(a) * unit(b), axis=1)
    distances = np.linalg.norm(a - b, axis=1)
    relative = distances / np.linalg.norm(a, axis=1)
    sa, sb = unit(a) @ unit(a).T, unit(b) @ unit(b).T
    upper = np.triu_indices(n, 1)
    na, nb = nearest(sa, k), nearest(sb, k)
    return {
        "name": name,
        "rows": n,
        "columns": a.shape[1],
        "k": k,
        "original": [float(v) for v in a32.ravel()],
        "candidate": [float(v) for v in b32.ravel()],
        "expected": {
            "cosine": {
                "mean": cosines.mean(),
                "p50": np.quantile(cosines, 0.5),
                "p1": np.quantile(cosines, 0.01),
                "min": cosines.min(),
            },
            "l2": {"mean": distances.mean(), "max": distances.max()},
            "relativeL2": {"mean": relative.mean(), "max": relative.max()},
            "meanAbsoluteError": np.abs(sb - sa)[upper].mean(),
            "bias": (sb - sa)[upper].mean(),
            "spearman": float(spearmanr(sa[upper], sb[upper])[0]),
            "topOneAgreement": float((na[:, 0] == nb[:, 0]).mean()),
            "topKOverlap": float(np.mean([len(set(x) & set(y)) / k for x, y in zip(na, nb)])),
            "worst": sorted(cosines)[:10],
        },
    }


def noisy(x, size):
    return x + size * rng.standard_normal(x.shape)


base = rng.standard_normal((40, 12))
large = rng.standard_normal((70, 5)) * np.exp(rng.uniform(-8, 8, (70, 1)))
# Whole numbers of equal length give many equal cosines, exactly.
signs = np.array([[1 if (i >> b) & 1 else -1 for b in range(4)] for i in range(16)], dtype=float)
cases = [
    case("a little noise", unit(base), unit(noisy(base, 0.1)), 10),
    case("much noise, not normalised", base, noisy(base, 1.0) * 3 + 0.2, 10),
    case("lengths from tiny to huge", large, noisy(large, 0.01), 10),
    case("turned round", base[:12], -base[:12], 3),
    case("three texts", base[:3], noisy(base[:3], 0.3), 2),
    case("ties in the similarities", signs, noisy(signs, 0.2), 4),
]
print(json.dumps(cases, indent=None, separators=(",", ":"), default=float))
