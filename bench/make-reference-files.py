"""Quantizes a model with onnxruntime.quantization, for bench/method-table.mjs to compare with:

    python3 bench/make-reference-files.py <model.onnx> <tokenizer.json> <texts.txt> <folder for the files>

Needs onnx, onnxruntime and tokenizers. Prints the files that were made; what a tool cannot make is said on stderr.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from tokenizers import Tokenizer

source, tokenizer_path, texts_path, folder = sys.argv[1:]
folder = Path(folder)
folder.mkdir(parents=True, exist_ok=True)
tokenizer = Tokenizer.from_file(tokenizer_path)
tokenizer.no_padding()
tokenizer.enable_truncation(256)
texts = Path(texts_path).read_text().splitlines()
inputs = [i.name for i in onnxruntime.InferenceSession(source, providers=["CPUExecutionProvider"]).get_inputs()]


class Texts(CalibrationDataReader):
    def __init__(self):
        self.rest = iter(texts)

    def get_next(self):
        text = next(self.rest, None)
        if text is None:
            return None
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        values = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        return {name: values.get(name, np.zeros_like(ids)) for name in inputs}


def static(target, **options):
    with tempfile.TemporaryDirectory() as scratch:
        prepared = Path(scratch) / "prepared.onnx"
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            target,
            Texts(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            **options,
        )


def blocks(target, bits, symmetric):
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    quantizer = MatMulNBitsQuantizer(
        onnx.load(source), bits=bits, block_size=32, is_symmetric=symmetric, accuracy_level=4
    )
    quantizer.process()
    quantizer.model.save_model_to_file(str(target))


makers = {
    "ort-dynamic": lambda target: quantize_dynamic(source, target, weight_type=QuantType.QInt8),
    "ort-dynamic-channels": lambda target: quantize_dynamic(
        source, target, per_channel=True, weight_type=QuantType.QInt8
    ),
    "ort-static": static,
    "ort-static-matmul": lambda target: static(target, op_types_to_quantize=["MatMul"]),
    "ort-static-percentile": lambda target: static(
        target, op_types_to_quantize=["MatMul"], calibrate_method=CalibrationMethod.Percentile
    ),
    "ort-q8": lambda target: blocks(target, 8, True),
    "ort-q4-symmetric": lambda target: blocks(target, 4, True),
    "ort-q4-asymmetric": lambda target: blocks(target, 4, False),
}
for name, make in makers.items():
    target = folder / f"{name}.onnx"
    try:
        make(str(target))
        print(target)
    except Exception as error:  # A tool that fails is a result, too.
        print(f"{name}: {type(error).__name__}: {str(error)[:200]}", file=sys.stderr)
