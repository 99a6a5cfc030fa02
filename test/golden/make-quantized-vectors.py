"""Reference values of vector quantization, from numpy: python make-quantized-vectors.py > quantized-vectors.golden.json

The formulas are those of sentence-transformers' quantize_embeddings.
"""

import json

import numpy as np

rng = np.random.default_rng(5)
ROWS, COLUMNS = 40, 16
vectors = rng.normal(size=(ROWS, COLUMNS)).astype(np.float32)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
vectors[:, 3] = np.float32(0.25)
# Ranges from calibration hold all vectors; values beyond them are not defined by the reference.
calibration = np.vstack([vectors, rng.normal(size=(60, COLUMNS)).astype(np.float32) * np.float32(0.3)])


def quantized(precision, source):
    starts, ends = source.min(axis=0), source.max(axis=0)
    steps = (ends - starts) / 255
    # The dimension without a range has no steps: the reference divides 0 by 0, which is cast to 0 at its beginning.
    with np.errstate(invalid="ignore"):
        levels = np.nan_to_num((vectors - starts) / steps)
    return levels.astype(np.uint8) if precision == "uint8" else (levels - 128).astype(np.int8)


bits = np.packbits(vectors > 0).reshape(ROWS, -1)
print(
    json.dumps(
        {
            "rows": ROWS,
            "columns": COLUMNS,
            "vectors": vectors.flatten().tolist(),
            "calibration": calibration.flatten().tolist(),
            "own": {p: quantized(p, vectors).flatten().tolist() for p in ("int8", "uint8")},
            "calibrated": {p: quantized(p, calibration).flatten().tolist() for p in ("int8", "uint8")},
            "ubinary": bits.flatten().tolist(),
            "binary": (bits - 128).astype(np.int8).flatten().tolist(),
        }
    )
)
