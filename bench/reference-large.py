"""One quantization by onnxruntime.quantization in a process of its own, for bench/large-models.mjs:

    python3 bench/reference-large.py <int8|q8|q4> <source.onnx> <target.onnx>

Prints {"peak": bytes, "seconds": seconds}.
"""

import json
import os
import resource
import sys
import time

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

method, source, target = sys.argv[1:]
large = os.path.exists(f"{source}_data")
start = time.perf_counter()
if method == "int8":
    quantize_dynamic(source, target, per_channel=True, weight_type=QuantType.QInt8, use_external_data_format=large)
else:
    quantizer = MatMulNBitsQuantizer(
        onnx.load(source), bits=8 if method == "q8" else 4, block_size=32, is_symmetric=method == "q8", accuracy_level=4
    )
    quantizer.process()
    quantizer.model.save_model_to_file(target, large)
seconds = time.perf_counter() - start
print(json.dumps({"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "seconds": seconds}))
