"""Makes test/fixtures/onnx/tensors-*.onnx and onnx-tensors.golden.json with the reference implementation of ONNX.

One model holds a tensor of every data type as raw data, one in the typed fields, one beside the file. The golden file
says for each tensor what it must read as. Needs: onnx >= 1.20, ml_dtypes, numpy.
"""

import json
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

here = Path(__file__).parent
fixtures = here.parent / "fixtures" / "onnx"
fixtures.mkdir(parents=True, exist_ok=True)

INT64_MAX = 2**63 - 1
floats = [0.0, -0.0, 1.0, -1.5, 0.1, 65504.0, 6e-8, float("inf"), float("-inf")]
values = {
    "FLOAT": np.array(floats, np.float32),
    "DOUBLE": np.array(floats + [1e300], np.float64),
    "FLOAT16": np.array(floats, np.float16),
    "BFLOAT16": np.array(floats, ml_dtypes.bfloat16),
    "INT8": np.array([0, 1, -1, 127, -128], np.int8),
    "UINT8": np.array([0, 1, 127, 128, 255], np.uint8),
    "INT16": np.array([0, -1, 32767, -32768], np.int16),
    "UINT16": np.array([0, 1, 32768, 65535], np.uint16),
    "INT32": np.array([0, -1, 2**31 - 1, -(2**31)], np.int32),
    "UINT32": np.array([0, 1, 2**31, 2**32 - 1], np.uint32),
    "INT64": np.array([0, -1, 2**31, -(2**31) - 1, 2**53 - 1, INT64_MAX, -INT64_MAX - 1], np.int64),
    "UINT64": np.array([0, 1, 2**32, 2**63, 2**64 - 1], np.uint64),
    "BOOL": np.array([True, False, True]),
    "COMPLEX64": np.array([1 + 2j, -3.5 + 0j], np.complex64),
    "COMPLEX128": np.array([1 + 2j, -3.5 + 0.1j], np.complex128),
    "FLOAT8E4M3FN": np.array([0, 1, -1.5, 448], ml_dtypes.float8_e4m3fn),
    "FLOAT8E4M3FNUZ": np.array([0, 1, -1.5, 240], ml_dtypes.float8_e4m3fnuz),
    "FLOAT8E5M2": np.array([0, 1, -1.5, 57344], ml_dtypes.float8_e5m2),
    "FLOAT8E5M2FNUZ": np.array([0, 1, -1.5, 57344], ml_dtypes.float8_e5m2fnuz),
    "FLOAT8E8M0": np.array([1, 2, 0.5], ml_dtypes.float8_e8m0fnu),
    # Odd counts: the last byte is filled in part.
    "UINT4": np.array([0, 1, 8, 15, 7], ml_dtypes.uint4),
    "INT4": np.array([0, -1, -8, 7, 3], ml_dtypes.int4),
    "FLOAT4E2M1": np.array([0, 0.5, -1, 6, -6], ml_dtypes.float4_e2m1fn),
    "UINT2": np.array([0, 1, 2, 3, 2], ml_dtypes.uint2),
    "INT2": np.array([0, -1, -2, 1, 1], ml_dtypes.int2),
    "FLOAT6E2M3": np.array([0, 1, -7.5, 0.125, 3], ml_dtypes.float6_e2m3fn),
    "FLOAT6E3M2": np.array([0, 1, -28, 0.0625, 3], ml_dtypes.float6_e3m2fn),
}
as_floats = {"FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16"}
as_integers = {"INT8", "UINT8", "INT16", "UINT16", "INT32", "UINT32", "INT64", "UINT64", "BOOL"}


def raw(name, array):
    tensor = numpy_helper.from_array(array, name)
    assert tensor.HasField("raw_data") and tensor.data_type == TensorProto.DataType.Value(name), name
    return tensor


def typed(name, array):
    kind = TensorProto.DataType.Value(name)
    tensor = helper.make_tensor(name, kind, array.shape, array.flatten().tolist(), raw=False)
    assert not tensor.HasField("raw_data"), name
    return tensor


def with_quiet_overflow(array):
    with np.errstate(over="ignore"):
        return array.flatten().astype(np.float32)


def model(tensors):
    # Every tensor goes through an Identity, so that the file is a model and not only a store.
    nodes = [helper.make_node("Identity", [t.name], [t.name + "_out"]) for t in tensors]
    outputs = [helper.make_tensor_value_info(t.name + "_out", t.data_type, t.dims) for t in tensors]
    graph = helper.make_graph(nodes, "tensors", [], outputs, initializer=tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)], producer_name="make-onnx-tensors")


def save(name, tensors, **options):
    onnx.save_model(model(tensors), str(fixtures / name), **options)


shapes = {name: array.reshape(1, -1) for name, array in values.items()}
empty = {"empty": np.zeros((2, 0, 3), np.float32), "scalar": np.array(2.5, np.float32)}
save("tensors-raw.onnx", [raw(n, a) for n, a in shapes.items()] + [numpy_helper.from_array(a, n) for n, a in empty.items()])
save("tensors-typed.onnx", [typed(n, a) for n, a in shapes.items()] + [
    helper.make_tensor("STRING", TensorProto.STRING, [2], [b"text", "größer".encode()]),
])
(fixtures / "tensors-external.onnx_data").unlink(missing_ok=True)
save(
    "tensors-external.onnx",
    [raw(n, a) for n, a in shapes.items()],
    save_as_external_data=True,
    all_tensors_to_one_file=True,
    location="tensors-external.onnx_data",
    size_threshold=0,
)

(fixtures / "tensors-external.onnx_data").chmod(0o644)

golden = {}
for name, array in shapes.items():
    entry = {"dataType": TensorProto.DataType.Value(name), "raw": raw(name, array).raw_data.hex()}
    if name in as_floats:
        entry["floats"] = [repr(float(x)) for x in with_quiet_overflow(array)]
    if name in as_integers:
        entry["integers"] = [str(int(x)) for x in array.flatten()]
    golden[name] = entry
golden = {"generated": f"onnx {onnx.__version__}, ml_dtypes {ml_dtypes.__version__}", "tensors": golden}
(here / "onnx-tensors.golden.json").write_text(json.dumps(golden, indent=1) + "\n")
