"""Brute-force search with NumPy over the float32 vectors of an index: p50 and p99 in milliseconds, as JSON."""
import json
import sys
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

files = sorted(Path(sys.argv[1], "segments").glob("*/vectors.safetensors"))
vectors = np.concatenate([load_file(file)["vectors"] for file in files])
queries = np.fromfile(sys.argv[2], dtype=np.float32).reshape(-1, vectors.shape[1])
times = []
for query in queries:
    start = time.perf_counter()
    scores = vectors @ query
    top = np.argpartition(-scores, 10)[:10]
    top[np.argsort(-scores[top])]
    times.append((time.perf_counter() - start) * 1000)
print(json.dumps({"p50": np.percentile(times, 50), "p99": np.percentile(times, 99)}))
