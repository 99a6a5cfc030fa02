"""Writes symmetric.golden.json: weights as onnxruntime.quantization quantizes them, per column, to S8.

    python3 test/golden/make-symmetric.py
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

rng = np.random.default_rng(20)


def quantize(weight):
    rows, columns = weight.shape
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", rows])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", columns])],
        [numpy_helper.from_array(weight, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.onnx", Path(folder) / "b.onnx"
        onnx.save(model, source)
        quantize_dynamic(source, target, per_channel=True, weight_type=QuantType.QInt8)
        made = {t.name: numpy_helper.to_array(t) for t in onnx.load(target).graph.initializer}
    assert not made["w_zero_point"].any()
    return made["w_quantized"], made["w_scale"]


def case(weight):
    weight = np.asarray(weight, np.float32)
    values, scales = quantize(weight)
    return {
        "rows": weight.shape[0],
        "columns": weight.shape[1],
        "weights": [float(x) for x in weight.ravel()],
        "values": [int(x) for x in values.ravel()],
        "scales": [float(x) for x in scales.ravel()],
    }


outliers = rng.normal(0, 0.02, (48, 6))
outliers[7, 2] = 3.5
outliers[9, 4] = -7.25
zeros = rng.normal(0, 1, (8, 4))
zeros[:, 1] = 0
# Multiples of a half of the scale: ties, which are rounded to even.
ties = np.stack([np.concatenate([[127.0], np.arange(-63.5, 64, 1)]), np.concatenate([[-127.0], np.arange(-63.5, 64, 1)])], 1)

golden = {
    "normal": case(rng.normal(0, 0.05, (64, 16))),
    "outliers": case(outliers),
    "a column of zeros": case(zeros),
    "ties": case(ties),
    "small numbers": case(rng.normal(0, 1e-30, (16, 3))),
    "one row": case(rng.normal(0, 1, (1, 5))),
}

path = Path(__file__).with_name("symmetric.golden.json")
path.write_text(json.dumps(golden) + "\n")
