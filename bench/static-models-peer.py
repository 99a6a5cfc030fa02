"""Python's model2vec beside octavec, for bench/static-models.mjs: `static-models-peer.py <folder> <texts, one a line>` prints as JSON the
milliseconds from import to a first vector, and texts a second.
"""

import json
import resource
import sys
import time
from pathlib import Path


def processor_time():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def speed(folder, file):
    texts = Path(file).read_text(encoding="utf-8").split("\n")
    start = time.perf_counter()
    from model2vec import StaticModel

    model = StaticModel.from_pretrained(folder)
    model.encode(["hello world"])
    first = time.perf_counter() - start

    def encode():
        return model.encode(texts, show_progress_bar=False, use_multiprocessing=False)

    encode()
    start, used = time.perf_counter(), processor_time()
    encode()
    wall, cpu = time.perf_counter() - start, processor_time() - used
    return {"start": first * 1000, "wall": len(texts) / wall, "cpu": len(texts) / cpu}


print(json.dumps(speed(*sys.argv[1:])))
