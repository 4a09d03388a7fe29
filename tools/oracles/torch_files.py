"""Writes packages/tensor/src/torch/oracles: checkpoints of torch.save, what they hold (as safetensors), and hostile ones.

Run: python tools/oracles/torch_files.py   (needs torch, transformers and safetensors)
"""

import argparse
import io
import json
import os
import shutil
import warnings
import zipfile
from collections import Counter, OrderedDict
from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForMaskedLM

folder = Path(__file__).parents[2] / "packages/tensor/src/torch/oracles"
shutil.rmtree(folder, ignore_errors=True)
(folder / "hostile").mkdir(parents=True)
torch.manual_seed(7)


def save(content, name, **options):
    """Bytes of torch.save under a name; the archive's root does not depend on where it is."""
    buffer = io.BytesIO()
    torch.save(content, buffer, **options)
    (folder / name).write_bytes(buffer.getvalue())
    return buffer.getvalue()


def both(content, name):
    """In both formats, checked against what PyTorch reads."""
    for path, options in {f"{name}.bin": {}, f"{name}-legacy.bin": {"_use_new_zipfile_serialization": False}}.items():
        # PyTorch cannot read what it writes of these in the old format.
        newer = {torch.uint16, torch.uint32, torch.uint64} if options else set()
        content = type(content)({key: value for key, value in content.items() if value.dtype not in newer})
        data = save(content, path, **options)
        read = torch.load(io.BytesIO(data), weights_only=True)
        assert all(torch.equal(read[key], value) for key, value in content.items())


def expected(tensors, name):
    save_file({key: value.detach().contiguous().clone() for key, value in tensors.items()}, folder / f"{name}.safetensors")
    (folder / f"{name}.safetensors").chmod(0o644)


floats = torch.tensor([[0.0, -0.0, 1.0], [1 / 3, -65504.0, 1e-7]])
types = {
    "f64": torch.tensor([1 / 3, -2.0], dtype=torch.float64),
    "f32": floats,
    "f16": floats.to(torch.float16),
    "bf16": floats.to(torch.bfloat16),
    "i64": torch.tensor([2**31 - 1, -(2**31)], dtype=torch.int64),
    "i32": torch.tensor([7, -7], dtype=torch.int32),
    "i16": torch.tensor([-300], dtype=torch.int16),
    "i8": torch.tensor([-3], dtype=torch.int8),
    "u8": torch.tensor([200], dtype=torch.uint8),
    "bool": torch.tensor([[True], [False]]),
    "u16": torch.tensor([65535, 1], dtype=torch.uint16),
    "u32": torch.tensor([3], dtype=torch.uint32),
    "u64": torch.tensor([2**31 - 1], dtype=torch.uint64),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros([0, 3]),
    'Ünïcode "name"': torch.tensor([1.5]),
}
both(types, "types")
expected(types, "types")

matrix = torch.arange(48, dtype=torch.float32).reshape(6, 8) / 7
cube = torch.arange(2 * 3 * 4 * 5, dtype=torch.int32).reshape(2, 3, 4, 5)
half = torch.arange(40, dtype=torch.float32).reshape(5, 8).to(torch.bfloat16)
views = OrderedDict(
    {
        "matrix": matrix,
        "rows": matrix[2:4],
        "columns": matrix[:, 3:5],
        "transposed": matrix.t(),
        "stepped": matrix[::2, 1::3],
        "diagonal": matrix.diagonal(),
        "permuted": cube.permute(3, 1, 0, 2),
        "corner": cube[1:, 1:, ::3, 4:],
        "repeated": torch.arange(3).expand(4, 3),
        "position_ids": torch.arange(6).expand((1, -1)),
        "windows": torch.arange(6, dtype=torch.float64).unfold(0, 3, 1),
        "half": half.t()[1:],
        "none": matrix[3:3],
        "one": matrix[4, 5],
        "single": matrix[:1, 2:].t(),
        "parameter": torch.nn.Parameter(matrix[:2].clone()),
        "trained": torch.nn.Parameter(matrix.clone().t()),
        "bytes": torch.arange(250, 255, dtype=torch.uint8)[1:][::2],
    }
)
both(views, "views")
expected(views, "views")


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(3, 2)
        self.norm = torch.nn.BatchNorm1d(2)
        self.last = torch.nn.Linear(3, 2, bias=False)
        self.last.weight = self.first.weight


net = Net()
optimizer = torch.optim.AdamW(net.parameters())
net.last(net.first.weight).sum().backward()
optimizer.step()
settings = argparse.Namespace(lr=0.1, device=torch.device("cpu"), size=torch.Size([1, 2]), names=["a", "b"], none=None)
states = net.state_dict()
training = {"model": states, "optimizer": optimizer.state_dict(), "epoch": 2**40, "loss": 0.5, "args": settings}
for name, content in {
    "nested": training,
    "nested-two": {"teacher": states, "student": states},
    "nested-usual": {"ema": states, "state_dict": states},
    "nested-beside": {"w": floats, "model": states},
    "nested-only": {"net": states, "epoch": 3},
    "keep-vars": net.state_dict(keep_vars=True),
    "tensor": floats,
    "list": [floats],
    "nothing": {"epoch": 3},
}.items():
    save(content, f"{name}.bin")
save(training, "nested-legacy.bin", _use_new_zipfile_serialization=False)
expected(states, "nested")

# A model as older versions of transformers saved it: tied weights, whole and in two files.
config = BertConfig(
    vocab_size=11, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=12, max_position_embeddings=6
)
model = BertForMaskedLM(config)
(folder / "bert").mkdir()
(folder / "bert-shards").mkdir()
weights = model.state_dict()
weights["bert.embeddings.position_ids"] = torch.arange(6).expand((1, -1))
save(weights, "bert/pytorch_model.bin")
names = list(weights)
shards = {
    "pytorch_model-00001-of-00002.bin": names[: len(names) // 2],
    "pytorch_model-00002-of-00002.bin": names[len(names) // 2 :],
}
for shard, part in shards.items():
    save({name: weights[name] for name in part}, f"bert-shards/{shard}")
index = {
    "metadata": {"total_size": sum(value.numel() * value.element_size() for value in weights.values())},
    "weight_map": {name: shard for shard, part in shards.items() for name in part},
}
(folder / "bert-shards/pytorch_model.bin.index.json").write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")
expected(weights, "bert/expected")


def rewritten(data, change, **options):
    """The archive again, written by Python's zipfile, with entries changed (None: left out)."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", **options) as zipped:
        for info in source.infolist():
            content = change(info.filename.split("/", 1)[1], source.read(info))
            if content is not None:
                zipped.writestr(zipfile.ZipInfo(info.filename), content, compress_type=zipped.compression)
    return target.getvalue()


# As a big-endian machine writes it.
plain = save({"f32": floats, "i64": types["i64"], "f16": types["f16"], "columns": matrix[:, 3:5]}, "big-endian.bin")
widths = {"data/0": "<u4", "data/1": "<u8", "data/2": "<u2", "data/3": "<u4"}


def swapped(name, data):
    if name == "byteorder":
        return b"big"
    return numpy.frombuffer(data, widths[name]).byteswap().tobytes() if name in widths else data


(folder / "big-endian.bin").write_bytes(rewritten(plain, swapped))
read = torch.load(folder / "big-endian.bin")
assert torch.equal(read["f32"], floats) and torch.equal(read["columns"], matrix[:, 3:5])

# Hostile and foreign files. What they ask for would leave a file behind that the tests look for.


class Calls:
    """Pickled as a call of `function`."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


class Exploit(torch.nn.Module):
    def forward(self, x):
        return x


def tensor_of(storage, offset, size, stride):
    return Calls(torch._utils._rebuild_tensor_v2, storage, offset, size, stride, False, OrderedDict())


mark = "touch mdpd-exploited"
storage = torch.arange(6, dtype=torch.float32)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    values = storage.storage()
hostile = {
    "system": {"a": floats, "b": Calls(os.system, mark)},
    "eval": {"a": Calls(eval, f"__import__('os').system('{mark}')")},
    "exec": OrderedDict({"a": Calls(exec, f"import os; os.system('{mark}')")}),
    "getattr": Calls(getattr, Calls(__import__, "os"), "system"),
    "open": {"a": Calls(open, "mdpd-exploited", "w")},
    "module": Net(),
    "own-module": Exploit(),
    "numpy": {"a": numpy.zeros(3)},
    "numpy-scalar": {"a": numpy.float64(1.5)},
    "counter": Counter("aab"),
    "bytes": {"a": b"xyz"},
    "set": {"a": {1, 2}},
    "complex": {"a": torch.zeros(2, dtype=torch.complex64)},
    "sparse": {"a": torch.eye(3).to_sparse()},
    "quantized": {"a": torch.quantize_per_tensor(floats, 0.1, 0, torch.qint8)},
    "float8": {"a": floats.to(torch.float8_e4m3fn)},
    "negated": {"a": torch._neg_view(torch.ones(3))},
    "offset": {"a": tensor_of(values, 6, (1,), (1,))},
    "negative-offset": {"a": tensor_of(values, -1, (1,), (1,))},
    "shape": {"a": tensor_of(values, 0, (2, 4), (4, 1))},
    "stride": {"a": tensor_of(values, 0, (2, 2), (5, 1))},
    "negative-stride": {"a": tensor_of(values, 5, (2,), (-1,))},
    "huge": {"a": tensor_of(values, 0, (2**62, 2**62), (2**62, 1))},
    "huge-repeated": {"a": tensor_of(values, 0, (2**40,), (0,))},
    "bigger-than-any": {"a": tensor_of(values, 2**70, (1,), (1,))},
    "axes": {"a": tensor_of(values, 0, (1,) * 65, (1,) * 65)},
    "ranks": {"a": tensor_of(values, 0, (2, 3), (1,))},
    "no-tuple": {"a": tensor_of(values, 0, 6, 1)},
    "floats-in-shape": {"a": tensor_of(values, 0, (1.5,), (1,))},
    "no-storage": {"a": tensor_of("0", 0, (1,), (1,))},
}
legacy = {"system", "offset", "counter"}
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    for name, content in hostile.items():
        save(content, f"hostile/{name}.bin")
        if name in legacy:
            save(content, f"hostile/{name}-legacy.bin", _use_new_zipfile_serialization=False)
    save({"a": floats}, "hostile/protocol-4.bin", pickle_protocol=4)
    scripted = io.BytesIO()
    torch.jit.save(torch.jit.script(Exploit()), scripted)
    (folder / "hostile/torchscript.bin").write_bytes(scripted.getvalue())
good = (folder / "nested.bin").read_bytes()
keep = lambda name, data: data
zipped = {
    "deflated": rewritten(good, keep, compression=zipfile.ZIP_DEFLATED),
    "no-pickle": rewritten(good, lambda name, data: None if name == "data.pkl" else data),
    "no-storage-entry": rewritten(good, lambda name, data: None if name == "data/0" else data),
    "short-storage": rewritten(good, lambda name, data: data[:-1] if name == "data/0" else data),
    "byteorder": rewritten(good, lambda name, data: b"middle" if name == "byteorder" else data),
    "two-roots": None,
}
two = io.BytesIO(rewritten(good, keep))
with zipfile.ZipFile(two, "a") as archive:
    archive.writestr("other/data.pkl", b"\x80\x02}.")
zipped["two-roots"] = two.getvalue()
for name, data in zipped.items():
    (folder / f"hostile/{name}.bin").write_bytes(data)

print(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()), "bytes")
