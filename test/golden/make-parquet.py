"""Parquet files as pyarrow and the hub write them, small: python make-parquet.py ../fixtures/parquet"""

import sys

import pyarrow as pa
import pyarrow.parquet as pq

folder = sys.argv[1]
rows = 7

# Labelled texts in several groups of rows, in each compression; whole numbers of 64 bits; a column that nobody asks for.
labelled = pa.table(
    {
        "text": [f"text {i} ü" for i in range(rows)],
        "label": pa.array([i % 2 for i in range(rows)], pa.int64()),
        "image": [bytes([i]) * 9 for i in range(rows)],
    }
)
for codec in ("NONE", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4"):
    pq.write_table(labelled, f"{folder}/labelled-{codec.lower()}.parquet", compression=codec, row_group_size=3)

# As the clustering and pair-classification data of MTEB are: lists in a record.
pq.write_table(
    pa.table({"sentences": [["a", "b", "c"], ["d", "e", "f"]], "labels": [["1", "2", "1"], ["x", "x", "y"]]}),
    f"{folder}/sets.parquet",
)
pq.write_table(
    pa.table({"sent1": [["a", "b"]], "sent2": [["c", "d"]], "labels": pa.array([[1, 0]], pa.list_(pa.int64()))}),
    f"{folder}/pairs.parquet",
)
