"""Reads tensors of ours and gives them the names and shapes that the modules here have."""

import json

import torch

from side_network import conv_weight

DTYPES = {"F32": torch.float32, "I32": torch.int32}


def read_tensors(file):
    """The tensors of a safetensors file of ours, by name."""
    with open(file, "rb") as opened:
        header = json.loads(opened.read(int.from_bytes(opened.read(8), "little")))
        data = bytearray(opened.read())
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            values = torch.frombuffer(data[begin:end], dtype=DTYPES[entry["dtype"]])
            tensors[name] = values.reshape(entry["shape"]).clone()
    tensors["labels"] = tensors["labels"].long()
    return tensors


def inputs_of(tensors):
    """What the backbone reads, of `input/NAME`."""
    return {name.split("/", 1)[1]: value for name, value in tensors.items() if name.startswith("input/")}


def model_parameters(tensors, module_name):
    """Backbone and head, of `frozen/NAME` and `trained/NAME`."""
    return {
        module_name(name.split("/", 1)[1]): value
        for name, value in tensors.items()
        if name.startswith(("frozen/", "trained/"))
    }


def side_parameters(tensors):
    """Side network, couplers and generators, of `side/NAME`."""
    named = {name.split("/", 1)[1]: value for name, value in tensors.items() if name.startswith("side/")}
    return {
        name: conv_weight(value) if ".conv." in name and value.dim() == 2 else value
        for name, value in named.items()
    }
