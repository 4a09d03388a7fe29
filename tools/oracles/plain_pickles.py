"""Pickles of plain data in every protocol, for packages/data/src/pickle/plain-pickle.test.ts.

Run with Python 3.11:  python tools/oracles/plain_pickles.py
Writes packages/data/src/pickle/oracles/pickles.json: each pickle in base64, with the value as JSON. What Python 3 no
longer writes, the byte strings of Python 2, is put together by hand and checked by reading it with `pickle.loads`.
"""

import base64
import io
import json
import pickle
import struct
from pathlib import Path

out = Path(__file__).resolve().parents[2] / "packages/data/src/pickle/oracles"
out.mkdir(parents=True, exist_ok=True)

shared = ["left", "man"]
refs = [
    {
        "ref_id": 0,
        "ann_id": 1719310,
        "file_name": "COCO_train2014_000000581857_16.jpg",
        "sent_ids": [0, 1],
        "sentences": [
            {"tokens": shared, "raw": "LEFT man's \"hat\"", "sent": "left mans hat", "sent_id": 0},
            {"tokens": shared, "raw": "é \\u00e9 \\\\u \U0001f600\n\ttab", "sent": "", "sent_id": 1},
        ],
        "split": "testA",
    }
]
numbers = [0, 1, -1, 255, 256, 65535, 65536, 2**31 - 1, -(2**31), 2**31, 2**53 - 1, -(2**53) + 1, 2**40]
floats = [0.5, -0.0, 1e300, 5e-324, 3.141592653589793]
several = {"none": None, "true": True, "false": False, "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)]}
values = {
    "refs": refs,
    "numbers": numbers,
    "floats": floats,
    "several": several,
    "long list": list(range(1001)),
    "integer keys": {1: "a", 2: "b"},
    "long text": "ab" * 200,
    "empty": [{}, [], ""],
}

cases = []


def add(name, data, value):
    assert pickle.loads(data, encoding="latin1") == value or name.startswith("python 2, utf-8"), name
    cases.append({"name": name, "pickle": base64.b64encode(data).decode(), "value": value})


for protocol in range(6):
    for name, value in values.items():
        add(f"{name}, protocol {protocol}", pickle.dumps(value, protocol), value)
        buffer = io.BytesIO()
        python = pickle._Pickler(buffer, protocol)
        python.fast = True
        python.dump(value)
        add(f"{name}, protocol {protocol}, without memo", buffer.getvalue(), value)

# As Python 2 writes `str`: STRING in protocol 0, SHORT_BINSTRING and BINSTRING in protocols 1 and 2.
protocol0 = (
    b"(lp0\n(dp1\nS'sent_ids'\np2\n(lp3\nI0\naI1\nasS'split'\np4\nS'testA'\np5\nsS'ann_id'\np6\nI1719310\n"
    b"sS'sentences'\np7\n(lp8\n(dp9\nS'tokens'\np10\n(lp11\nS'left'\np12\naVman\np13\nasS'raw'\np14\n"
    b"S\"man's hat\"\np15\nsS'sent_id'\np16\nI0\nsS'ok'\np17\nI01\nsasa."
)
sentence = {"tokens": ["left", "man"], "raw": "man's hat", "sent_id": 0, "ok": True}
wanted = [{"sent_ids": [0, 1], "split": "testA", "ann_id": 1719310, "sentences": [sentence]}]
add("python 2, protocol 0", protocol0, wanted)


def short(text):
    return b"U" + bytes([len(text)]) + text


def long_string(text):
    return b"T" + struct.pack("<i", len(text)) + text


body = b"]q\x00}q\x01(" + short(b"split") + b"q\x02" + short(b"val") + b"q\x03" + short(b"raw") + long_string(b"x" * 300)
body += short(b"n") + b"I12\n" + short(b"again") + b"h\x03ua."
expected = [{"split": "val", "raw": "x" * 300, "n": 12, "again": "val"}]
add("python 2, protocol 1", body, expected)
add("python 2, protocol 2", b"\x80\x02" + body, expected)
escaped = b"S'a\\n\\t\\\\ \\x41 \\' \\\" \\101 \\q'\n."
add("python 2, escapes", escaped, "a\n\t\\ A ' \" A \\q")
add("python 2, latin-1", b"S'caf\\xe9'\n.", "caf\u00e9")
add("python 2, utf-8 in a byte string", short(b"caf\xc3\xa9") + b".", "caf\u00e9")
add("python 2, long", b"L123456789012L\n.", 123456789012)
add("python 2, dict and list with marks", b"(S'a'\n(I1\nI2\nlS'b'\n(dd.", {"a": [1, 2], "b": {}})
add("pop, mark and dup", b"(I1\nI2\n1I7\nI8\n02\x86.", (7, 7))
add("LONG4", b"\x80\x02\x8b\x04\x00\x00\x00\xff\xff\xff\xff.", -1)

(out / "pickles.json").write_text(json.dumps(cases, indent=0) + "\n")
print(f"{len(cases)} pickles, {(out / 'pickles.json').stat().st_size} bytes")
