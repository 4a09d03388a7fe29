"""What the transformers of the bench share: attention, and how a layer is called.

Letters: B batch, N tokens, D width.
"""

from torch.nn import functional as F


def attend(query, key, value, heads, seen=None):
    """[B, N, D] each to [B, N, D]; `seen` [B, 1, 1, N] says which tokens are no padding, None: all."""
    batch, tokens, width = query.shape

    def split(x):
        return x.view(batch, tokens, heads, width // heads).transpose(1, 2)

    mixed = F.scaled_dot_product_attention(split(query), split(key), split(value), attn_mask=seen)
    return mixed.transpose(1, 2).reshape(batch, tokens, width)


def call(layer, *given):
    """How a layer is called where nothing is computed again."""
    return layer(*given)
