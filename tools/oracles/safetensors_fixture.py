"""Writes packages/tensor/src/oracles/*.safetensors with the reference implementation; the tests read them, and write
the same tensors to the same bytes.

Run: python tools/oracles/safetensors_fixture.py   (needs torch and safetensors)
"""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

folder = Path(__file__).parents[2] / "packages/tensor/src/oracles"

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
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros([0, 3]),
}
save_file(types, folder / "types.safetensors", {"format": "pt"})


def written(dtype):
    """The tensors that safetensors.test.ts writes."""
    return {
        "weight": (torch.arange(-7, 8) / 7).reshape(3, 5).to(dtype),
        "a.bias": torch.tensor([0.1, -0.2, 3e-8]).to(dtype),
        "Ünïcode \"name\"": torch.tensor(1.5).to(dtype),
        "ids": torch.tensor([[1, -2]], dtype=torch.int32),
        "mask": torch.tensor([True, False, True]),
        "empty": torch.zeros([0, 4]).to(dtype),
    }


for name, dtype in {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}.items():
    path = folder / f"written-{name}.safetensors"
    save_file(written(dtype), path, {"format": "pt"})
    read = load_file(path)
    assert all(torch.equal(read[key], value) for key, value in written(dtype).items())

# The library writes files that only their owner can read.
for path in folder.glob("*.safetensors"):
    path.chmod(0o644)
