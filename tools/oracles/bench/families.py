"""The families of backbones that the bench has in PyTorch, by the `family` of a shape: a module each, with

Model(shape)      states(inputs, run), logits(h_L) and forward(inputs, run); parameters by name
STREAM, POOLED    name of the hidden states, and the token that the head reads
random_inputs     inputs of a batch, by the names that Hugging Face has for them
token_mask        which tokens are there, None: all
module_name       name in Model of a parameter of a Hugging Face file
is_norm, is_head, is_embedding     what a parameter is
"""

import bert
import vit

FAMILIES = {"vit": vit, "bert": bert}


def family_of(shape):
    return FAMILIES[shape["family"]]
