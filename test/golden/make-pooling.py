"""Reference values of pooling and heads, from numpy: python make-pooling.py > pooling.golden.json

The formulas are those of sentence-transformers' Pooling module (modes, prompt left out) and Dense module.
"""

import json

import numpy as np

rng = np.random.default_rng(11)
TOKENS, WIDTH = 7, 5
hidden = rng.normal(size=(TOKENS, WIDTH)).astype(np.float32)


def pooled(mode, skip):
    mask = np.ones(TOKENS)
    mask[:skip] = 0
    weights = mask * (np.arange(TOKENS) + 1) if mode == "weightedmean" else mask
    if mode == "cls":
        return hidden[0]
    if mode == "lasttoken":
        return hidden[-1]
    if mode == "max":
        return np.where(mask[:, None] == 0, -1e9, hidden).max(axis=0)
    total = weights.sum()
    return (hidden * weights[:, None]).sum(axis=0) / (np.sqrt(total) if mode == "mean_sqrt_len_tokens" else total)


modes = ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]
cases = [
    {"mode": mode, "skip": skip, "pooled": pooled(mode, skip).tolist()} for mode in modes for skip in (0, 3)
]

weight = rng.normal(size=(3, 2 * WIDTH)).astype(np.float32)
bias = rng.normal(size=3).astype(np.float32)
x = np.concatenate([pooled("max", 0), pooled("mean", 0)])
y = np.tanh(weight @ x + bias)
head = {
    "weight": weight.flatten().tolist(),
    "bias": bias.tolist(),
    "vector": (y / np.linalg.norm(y)).tolist(),
}
print(json.dumps({"width": WIDTH, "hidden": hidden.flatten().tolist(), "cases": cases, "head": head}))
