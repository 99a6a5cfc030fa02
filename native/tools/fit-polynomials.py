"""Fits the polynomials of native/kernels/arithmetic.h: python3 native/tools/fit-polynomials.py (needs numpy).

Minimax fits by Lawson's iteration: least squares, reweighted by the error until the largest errors are equal.
"""

import math

import numpy as np


def minimax(basis, target, weight, rounds=2000):
    w = np.ones(len(target))
    for _ in range(rounds):
        scale = weight * np.sqrt(w)
        coefficients = np.linalg.lstsq(basis * scale[:, None], target * scale, rcond=None)[0]
        error = np.abs((basis @ coefficients - target) * weight)
        w *= error + 1e-30
        w /= w.sum()
    return coefficients, error.max()


def chebyshev(low, high, count=4001):
    return (np.cos(np.linspace(0, math.pi, count)) * 0.5 + 0.5) * (high - low) + low


def show(name, coefficients, error):
    print(name, "error %.2e" % error, ["%.10g" % np.float32(c) for c in coefficients])


# 2^x on 0..1, relative error; the fine one is exactly 1 at 0.
x = chebyshev(0, 1)
show("2^x coarse", *minimax(np.stack([x**k for k in range(4)], 1), 2**x, 1 / 2**x))
x = x[x > 1e-9]
show("2^x fine, from x^1 on", *minimax(np.stack([x**k for k in range(1, 6)], 1), 2**x - 1, 1 / 2**x))


def fit_gelu(phi, limit, terms=7):
    """phi(x) - 1/2 as x P(x^2), exactly 1/2 at the limit; the error of x phi(x) counts."""
    x = chebyshev(0, limit)
    x = x[x > 1e-3]
    target = np.array([phi(v) - 0.5 for v in x])
    powers = np.array([limit ** (2 * k) for k in range(1, terms)])
    basis = np.stack([x ** (2 * k + 1) - x * limit ** (2 * k) for k in range(1, terms)], 1)
    tail, error = minimax(basis / powers, target - 0.5 * x / limit, x, 400)
    tail = tail / powers
    first = (0.5 - sum(c * limit ** (2 * k + 3) for k, c in enumerate(tail))) / limit
    return np.concatenate([[first], tail]), error


show("gelu, limit 3.9", *fit_gelu(lambda v: 0.5 * (1 + math.erf(v / math.sqrt(2))), 3.9))
show(
    "gelu by tanh, limit 3.9",
    *fit_gelu(lambda v: 0.5 * (1 + math.tanh(math.sqrt(2 / math.pi) * (v + 0.044715 * v**3))), 3.9),
)
