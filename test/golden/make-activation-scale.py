"""Writes activation-scale.golden.json: scale and zero point of U8 activations as onnxruntime.quantization computes them.

    python3 test/golden/make-activation-scale.py
"""

import json
from pathlib import Path

import numpy as np
from onnxruntime.quantization.quant_utils import compute_scale_zp

rng = np.random.default_rng(7)
ranges = [(-1.0, 1.0), (0.0, 6.0), (-3.5, 0.0), (0.25, 4.0), (-9.0, -2.0), (-1e-3, 40.0), (-120.5, 3.25)]
ranges += [(-float(a), float(b)) for a, b in rng.exponential(3.0, (200, 2)).astype(np.float32)]


def case(low, high):
    zero_point, scale = compute_scale_zp(
        np.array(low, np.float32), np.array(high, np.float32), np.array(0, np.uint8), np.array(255, np.uint8), symmetric=False
    )
    return {
        "low": float(np.float32(low)),
        "high": float(np.float32(high)),
        "scale": float(scale),
        "zeroPoint": int(zero_point),
    }


path = Path(__file__).with_name("activation-scale.golden.json")
path.write_text(json.dumps([case(low, high) for low, high in ranges], indent=1) + "\n")
