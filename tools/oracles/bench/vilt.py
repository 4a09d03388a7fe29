"""The ViLT of the bench: what `transformers`' ViltForImagesAndTextClassification computes of one image a text, without
dropout, in plain modules, for the reason that vit.py gives, and with scaled_dot_product_attention, which that model
does not have. Its parts are those of vit.py and bert.py.

Tokens are CLS of the image, the patches of the canvas, and words, as packages/backbones/vilt has them; Hugging Face has
words first. Positions of patches are interpolated to every image by one product, as there.

Letters: B batch, N tokens, P patches of the canvas, G × G learned positions, D width, C classes.
"""

import torch
from torch import nn

import bert
from attend import call
from vit import EPSILON, Layer, Patches, module_name  # noqa: F401 (module_name: parameters are named as ViT's are)

STREAM = "multimodal"
TEXT, IMAGE = 0, 1


def canvas_grid(shape):
    """Rows and columns of patches."""
    height, width = shape["canvas"]
    return height // shape["patch"], width // shape["patch"]


def pooled(shape):
    """CLS of the text."""
    rows, columns = canvas_grid(shape)
    return 1 + rows * columns


def pixels(shape):
    return shape["channels"], *shape["canvas"]


def most_tokens(shape):
    return pooled(shape) + shape["positions"]


def patch_mask(pixel_mask, patch):
    """[B, rows, columns], 1 where there is image: a patch is what its first pixel is."""
    return pixel_mask[:, ::patch, ::patch].float()


def token_mask(shape, inputs):
    """[B, N], 0 where there is padding or no image."""
    patches = patch_mask(inputs["pixel_mask"], shape["patch"]).flatten(1)
    return torch.cat((torch.ones(len(patches), 1), patches, inputs["attention_mask"].float()), dim=1)


def interpolation(counts, places, learned):
    """Weights [B, places, G] of the learned places in one direction for `counts` [B] of patches: bilinear, corners on
    corners; 0 beyond."""
    place, count = torch.arange(places, dtype=torch.float32), counts[:, None]
    at = place * ((learned - 1) / (count - 1).clamp_min(1))
    near = (1 - (at[:, :, None] - torch.arange(learned)).abs()).clamp_min(0)
    return near * (place < count)[:, :, None]


class Embeddings(nn.Module):
    """Names of parameters as `transformers` has them."""

    def __init__(self, shape):
        super().__init__()
        width = shape["width"]
        self.patch, self.learned = shape["patch"], shape["image"] // shape["patch"]
        self.text_embeddings = bert.Embeddings(shape)
        self.cls_token = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.position_embeddings = nn.Parameter(0.02 * torch.randn(1, 1 + self.learned**2, width))
        self.patch_embeddings = Patches(shape["channels"], width, shape["patch"])
        self.token_type_embeddings = nn.Embedding(2, width)
        nn.init.normal_(self.token_type_embeddings.weight, std=0.02)

    def positions(self, pixel_mask):
        """[B, P, D]."""
        mask = patch_mask(pixel_mask, self.patch)
        batch, rows, columns = mask.shape
        vertical = interpolation(mask[:, :, 0].sum(1), rows, self.learned)
        horizontal = interpolation(mask[:, 0].sum(1), columns, self.learned)
        both = vertical[:, :, None, :, None] * horizontal[:, None, :, None, :]
        return both.view(batch, rows * columns, -1) @ self.position_embeddings[0, 1:]

    def forward(self, inputs):
        modality = self.token_type_embeddings.weight
        words = self.text_embeddings(inputs["input_ids"], inputs["token_type_ids"]) + modality[TEXT]
        patches = self.patch_embeddings(inputs["pixel_values"]) + self.positions(inputs["pixel_mask"])
        first = (self.cls_token + self.position_embeddings[:, :1]).expand(len(patches), -1, -1)
        return torch.cat((first + modality[IMAGE], patches + modality[IMAGE], words), dim=1)


class Model(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width = shape["width"]
        self.shape, self.pooled = shape, pooled(shape)
        body = nn.Module()
        body.embeddings = Embeddings(shape)
        layers = [Layer(width, shape["heads"], shape["hidden"]) for _ in range(shape["blocks"])]
        body.layers = nn.ModuleList(layers)
        body.layernorm = nn.LayerNorm(width, eps=EPSILON)
        body.pooler = bert.Pooler(width)
        self.vilt = body
        self.classifier = nn.Sequential(
            nn.Linear(width, width), nn.LayerNorm(width), nn.GELU(), nn.Linear(width, shape["classes"])
        )

    def begin(self, inputs):
        """h_0 [B, N, D], and what attention sees, [B, 1, 1, N]."""
        seen = token_mask(self.shape, inputs)[:, None, None, :].bool()
        return self.vilt.embeddings(inputs), seen

    def states(self, inputs, run=call):
        """h_0 … h_L, each [B, N, D]; `run` calls a layer."""
        x, seen = self.begin(inputs)
        states = [x]
        for layer in self.vilt.layers:
            states.append(run(layer, states[-1], seen))
        return states

    def logits(self, last):
        """[B, C] from h_L."""
        return self.classifier(self.vilt.pooler(self.vilt.layernorm(last[:, self.pooled])))

    def forward(self, inputs, run=call):
        x, seen = self.begin(inputs)
        for layer in self.vilt.layers:
            x = run(layer, x, seen)
        return self.logits(x)


def random_inputs(shape, size):
    """Images that have half as many rows and columns of patches as the canvas, and more, with zeros around, the first
    as large as it; and texts."""
    words = bert.random_inputs({**shape, "tokens": shape["tokens"] - pooled(shape)}, size)
    rows, columns = ([most, *(random_half(most, size - 1))] for most in canvas_grid(shape))
    mask = torch.zeros(size, *shape["canvas"], dtype=torch.int32)
    for index, (row, column) in enumerate(zip(rows, columns)):
        mask[index, : row * shape["patch"], : column * shape["patch"]] = 1
    images = torch.randn(size, *pixels(shape)) * mask[:, None]
    return {**words, "pixel_values": images, "pixel_mask": mask}


def random_half(most, size):
    """Numbers from half of `most` to `most`."""
    return torch.randint((most + 1) // 2, most + 1, [size]).tolist()


def is_norm(name):
    return "layernorm" in name or "LayerNorm" in name


def is_head(name):
    return name.startswith(("vilt.pooler.", "classifier."))


def is_embedding(name):
    tables = ("vilt.embeddings.cls_token", "vilt.embeddings.position_embeddings")
    return name in tables or name.endswith("_embeddings.weight")
