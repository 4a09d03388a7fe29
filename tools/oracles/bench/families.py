"""The families of backbones that the bench has in PyTorch, by the `family` of a shape: a module each, with

Model(shape)      states(inputs, run), logits(h_L) and forward(inputs, run); parameters by name
STREAM                       name of the hidden states
pooled(shape)                index of the token that the head reads
pixels(shape)                channels, rows and columns of an image that the side network sees too; None: there is none
most_tokens(shape)           that there are positions for: in a batch there may be fewer
random_inputs(shape, size)   inputs of a batch, by the names that Hugging Face has for them
token_mask(shape, inputs)    which tokens are there, None: all
module_name(name)            name in Model of a parameter of a Hugging Face file
is_norm, is_head, is_embedding     what a parameter is, by its name
"""

import bert
import vilt
import vit

FAMILIES = {"vit": vit, "bert": bert, "vilt": vilt}


def family_of(shape):
    return FAMILIES[shape["family"]]
