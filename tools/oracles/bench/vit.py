"""The Vision Transformer of the bench: what `transformers`' ViTForImageClassification computes with
attn_implementation="sdpa", in plain modules. Importing `transformers` would cost PyTorch 150 MB of resident memory
that no step needs; `compare_transformers.py` shows that both compute the same.

Letters: B batch, N tokens, D width.
"""

import torch
from torch import nn
from torch.nn import functional as F

from attend import attend, call

EPSILON = 1e-12
STREAM = "image"


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.o_proj = nn.Linear(width, width)

    def forward(self, x, seen):
        return self.o_proj(attend(self.q_proj(x), self.k_proj(x), self.v_proj(x), self.heads, seen))


class Mlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Layer(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.attention = Attention(width, heads)
        self.layernorm_before = nn.LayerNorm(width, eps=EPSILON)
        self.layernorm_after = nn.LayerNorm(width, eps=EPSILON)
        self.mlp = Mlp(width, hidden)

    def forward(self, x, seen=None):
        """[B, N, D]; `seen` as `attend` has it."""
        x = self.attention(self.layernorm_before(x), seen) + x
        return self.mlp(self.layernorm_after(x)) + x


class Patches(nn.Module):
    def __init__(self, channels, width, patch):
        super().__init__()
        self.projection = nn.Conv2d(channels, width, kernel_size=patch, stride=patch)

    def forward(self, pixels):
        return self.projection(pixels).flatten(2).transpose(1, 2)


class Embeddings(nn.Module):
    def __init__(self, channels, width, patch, tokens):
        super().__init__()
        self.cls_token = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.position_embeddings = nn.Parameter(0.02 * torch.randn(1, tokens, width))
        self.patch_embeddings = Patches(channels, width, patch)

    def forward(self, pixels):
        patches = self.patch_embeddings(pixels)
        return torch.cat((self.cls_token.expand(len(pixels), -1, -1), patches), dim=1) + self.position_embeddings


class Model(nn.Module):
    """Names of parameters as `transformers` 5 has them inside."""

    def __init__(self, shape):
        super().__init__()
        width = shape["width"]
        body = nn.Module()
        body.embeddings = Embeddings(shape["channels"], width, shape["patch"], shape["tokens"])
        layers = [Layer(width, shape["heads"], shape["hidden"]) for _ in range(shape["blocks"])]
        body.layers = nn.ModuleList(layers)
        body.layernorm = nn.LayerNorm(width, eps=EPSILON)
        self.vit = body
        self.classifier = nn.Linear(width, shape["classes"])

    def states(self, inputs, run=call):
        """h_0 … h_L, each [B, N, D]; `run` calls a layer."""
        states = [self.vit.embeddings(inputs["pixel_values"])]
        for layer in self.vit.layers:
            states.append(run(layer, states[-1]))
        return states

    def logits(self, last):
        """[B, C] from h_L."""
        return self.classifier(self.vit.layernorm(last)[:, 0, :])

    def forward(self, inputs, run=call):
        x = self.vit.embeddings(inputs["pixel_values"])
        for layer in self.vit.layers:
            x = run(layer, x)
        return self.logits(x)


def random_inputs(shape, size):
    return {"pixel_values": torch.randn(size, shape["channels"], shape["image"], shape["image"])}


def pooled(_shape):
    return 0


def pixels(shape):
    return shape["channels"], shape["image"], shape["image"]


def most_tokens(shape):
    return shape["tokens"]


def token_mask(_shape, _inputs):
    """None: every token is one."""
    return None


# Parts of our names (Hugging Face's in files) and of the modules' names, in the order of replacement.
RENAMED = (
    (".encoder.layer.", ".layers."),
    (".attention.attention.query.", ".attention.q_proj."),
    (".attention.attention.key.", ".attention.k_proj."),
    (".attention.attention.value.", ".attention.v_proj."),
    (".attention.output.dense.", ".attention.o_proj."),
    (".intermediate.dense.", ".mlp.fc1."),
    (".output.dense.", ".mlp.fc2."),
)


def module_name(name):
    """Name in `Model` of a parameter of a Hugging Face file."""
    for saved, inside in RENAMED:
        name = name.replace(saved, inside)
    return name


def is_norm(name):
    return "layernorm" in name


def is_head(name):
    return name.startswith("classifier.")


def is_embedding(name):
    return name in ("vit.embeddings.cls_token", "vit.embeddings.position_embeddings")
