"""Block-wise quantization as onnxruntime's own kernels do it: codes, scales and zero points of MatMulNBits weights.

    python3 test/golden/make-block-quantization.py
"""

import json
from pathlib import Path

import numpy as np
from onnxruntime.capi._pybind_state import quantize_matmul_4bits, quantize_matmul_8bits

rng = np.random.default_rng(7)
cases = []
for bits, block, symmetric, rows, columns in [
    (4, 32, False, 64, 5),
    (4, 32, True, 64, 5),
    (4, 16, False, 64, 3),
    (4, 64, True, 128, 2),
    (8, 32, False, 64, 3),
    (8, 64, True, 128, 2),
]:
    # Weights [inputs × outputs] as in ONNX; a column of zeros and one of outliers among them.
    weight = rng.standard_normal((rows, columns)).astype(np.float32)
    weight[:, 0] = 0
    weight[3, 1] = 20
    blocks = -(-rows // block)
    packed = np.zeros((columns, blocks, block * bits // 8), dtype=np.uint8)
    scales = np.zeros((columns, blocks), dtype=np.float32)
    zero_points = np.zeros((columns, -(-blocks * bits // 8)), dtype=np.uint8)
    padded = np.pad(weight, ((0, blocks * block - rows), (0, 0)))
    quantize = quantize_matmul_4bits if bits == 4 else quantize_matmul_8bits
    quantize(packed, padded, scales, zero_points, block, columns, rows, symmetric)
    cases.append(
        {
            "bits": bits,
            "blockSize": block,
            "symmetric": symmetric,
            "rows": rows,
            "columns": columns,
            "weight": [float(x) for x in weight.ravel()],
            "packed": packed.ravel().tolist(),
            "scales": [float(x) for x in scales.ravel()],
            "zeroPoints": zero_points.ravel().tolist(),
        }
    )

target = Path(__file__).parent / "block-quantization.golden.json"
target.write_text(json.dumps({"made_with": "onnxruntime", "cases": cases}))
