"""A Parquet file as Hugging Face `datasets` publishes them, for packages/data/src/text/parquet-table.test.ts.

Run with Python 3 and pyarrow:  python tools/oracles/parquet_fixture.py
Writes packages/data/src/text/oracles/glue.parquet: three row groups, every compression, dictionaries, nulls, class names.
"""

import json
from pathlib import Path

import pyarrow
import pyarrow.parquet

folder = Path(__file__).resolve().parents[2] / "packages/data/src/text/oracles"
rows = 10
columns = {
    "sentence1": pyarrow.array([f"sentence {row} with a 'quote\" é 😀" for row in range(rows)]),
    "sentence2": pyarrow.array([None if row == 3 else ["same", "other"][row % 2] for row in range(rows)]),
    "plain": pyarrow.array([f"no dictionary {row}" for row in range(rows)]),
    "label": pyarrow.array([row % 2 if row < 9 else -1 for row in range(rows)], pyarrow.int64()),
    "score": pyarrow.array([row / 4 for row in range(rows)], pyarrow.float32()),
    "idx": pyarrow.array(range(rows), pyarrow.int32()),
    "flag": pyarrow.array([row > 4 for row in range(rows)]),
    "large": pyarrow.array([2**60 + row for row in range(rows)], pyarrow.int64()),
    "when": pyarrow.array(range(rows), pyarrow.timestamp("ms")),
    "tokens": pyarrow.array([["a", "b"]] * rows),
}
features = {
    "sentence1": {"dtype": "string", "_type": "Value"},
    "label": {"names": ["not_equivalent", "equivalent"], "_type": "ClassLabel"},
    "hidden": {"names": ["x"], "_type": "ClassLabel"},
}
table = pyarrow.table(columns).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
codecs = ["snappy", "zstd", "gzip", "brotli", "lz4", "snappy", "none", "snappy", "snappy", "snappy"]
pyarrow.parquet.write_table(
    table,
    folder / "glue.parquet",
    row_group_size=4,
    compression=dict(zip(columns, codecs)),
    use_dictionary=["sentence1", "sentence2", "label"],
)
