"""One Python peer of bench/run-time.mjs: `run-time-peer.py <peer> <model folder> <threads>`, told by lines of JSON what to
embed, as run-time-peer.mjs is by messages. Texts go in batches of 32 in their order, and single texts by calls of their own.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

peer, folder, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
path = str(folder / "onnx/model_int8.onnx")
batch_size = 32


def tokenized():
    """Gives the feeds of a batch of texts."""
    import numpy as np
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"])
    tokenizer.enable_padding()

    def feeds(texts):
        encoded = tokenizer.encode_batch(texts)
        ids = np.array([each.ids for each in encoded], dtype=np.int64)
        mask = np.array([each.attention_mask for each in encoded], dtype=np.int64)
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}

    return feeds


def pooled(states, mask):
    import numpy as np

    weights = mask[:, :, None].astype(np.float32)
    means = (states * weights).sum(1) / weights.sum(1)
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def onnxruntime_python():
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feeds = tokenized()

    def embed(texts):
        inputs = feeds(texts)
        return pooled(session.run(None, inputs)[0], inputs["attention_mask"])

    return embed


def openvino():
    import openvino

    config = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
    compiled = openvino.Core().compile_model(path, "CPU", config)
    feeds = tokenized()

    def embed(texts):
        inputs = feeds(texts)
        # A request of its own: callers come in several threads.
        return pooled(compiled.create_infer_request().infer(inputs)[compiled.output(0)], inputs["attention_mask"])

    return embed


def fastembed():
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    TextEmbedding.add_custom_model(
        model="octavec/bench",
        pooling=PoolingType.MEAN,
        normalization=True,
        sources=ModelSource(hf="octavec/bench"),
        dim=384,
        model_file="onnx/model_int8.onnx",
    )
    model = TextEmbedding("octavec/bench", specific_model_path=str(folder), threads=threads)
    return lambda texts: list(model.embed(texts, batch_size=batch_size))


peers = {"onnxruntime (Python)": onnxruntime_python, "OpenVINO": openvino, "fastembed": fastembed}
embed = peers[peer]()


def all_of(texts):
    for start in range(0, len(texts), batch_size):
        embed(texts[start : start + batch_size])


def concurrent(texts, callers, calls_each):
    """Callers that come at the same time, each with one text after the other; latencies of all calls in ms."""

    def caller(number):
        latencies = []
        for call in range(calls_each):
            start = time.perf_counter()
            embed([texts[(number + call * callers) % len(texts)]])
            latencies.append(1000 * (time.perf_counter() - start))
        return latencies

    with ThreadPoolExecutor(callers) as pool:
        return [latency for each in pool.map(caller, range(callers)) for latency in each]


print(json.dumps("ready"), flush=True)
for line in sys.stdin:
    task = json.loads(line)
    start, cpu = time.perf_counter(), time.process_time()
    latencies = concurrent(task["texts"], task["callers"], task["callsEach"]) if task["callers"] else all_of(task["texts"])
    ms, cpu_ms = 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)
    print(json.dumps({"ms": ms, "cpuMs": cpu_ms, "latencies": latencies or []}), flush=True)
