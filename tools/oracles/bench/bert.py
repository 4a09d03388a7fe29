"""The BERT of the bench: what `transformers`' BertForSequenceClassification computes with attn_implementation="sdpa" and
without dropout, in plain modules, for the reason that vit.py gives. Parameters have the names that files have.

Letters: B batch, N tokens, D width, C classes.
"""

import torch
from torch import nn
from torch.nn import functional as F

from attend import attend, call

EPSILON = 1e-12
STREAM = "text"


class Embeddings(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width = shape["width"]
        self.word_embeddings = nn.Embedding(shape["vocabulary"], width)
        self.position_embeddings = nn.Embedding(shape["positions"], width)
        self.token_type_embeddings = nn.Embedding(shape["types"], width)
        self.LayerNorm = nn.LayerNorm(width, eps=EPSILON)
        for table in (self.word_embeddings, self.position_embeddings, self.token_type_embeddings):
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, ids, types):
        positions = torch.arange(ids.shape[1])
        words = self.word_embeddings(ids) + self.token_type_embeddings(types)
        return self.LayerNorm(words + self.position_embeddings(positions))


class Sublayer(nn.Module):
    """The end of a sublayer: a linear, what came before it, and a norm."""

    def __init__(self, inputs, width):
        super().__init__()
        self.dense = nn.Linear(inputs, width)
        self.LayerNorm = nn.LayerNorm(width, eps=EPSILON)

    def forward(self, x, before):
        return self.LayerNorm(self.dense(x) + before)


class SelfAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)

    def forward(self, x, seen):
        return attend(self.query(x), self.key(x), self.value(x), self.heads, seen)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.self = SelfAttention(width, heads)
        self.output = Sublayer(width, width)

    def forward(self, x, seen):
        return self.output(self.self(x, seen), x)


class Intermediate(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.dense = nn.Linear(width, hidden)

    def forward(self, x):
        return F.gelu(self.dense(x))


class Layer(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.attention = Attention(width, heads)
        self.intermediate = Intermediate(width, hidden)
        self.output = Sublayer(hidden, width)

    def forward(self, x, seen):
        x = self.attention(x, seen)
        return self.output(self.intermediate(x), x)


class Pooler(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.dense = nn.Linear(width, width)

    def forward(self, x):
        return torch.tanh(self.dense(x))


class Model(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width = shape["width"]
        self.bert = nn.Module()
        self.bert.embeddings = Embeddings(shape)
        self.bert.encoder = nn.Module()
        layers = [Layer(width, shape["heads"], shape["hidden"]) for _ in range(shape["blocks"])]
        self.bert.encoder.layer = nn.ModuleList(layers)
        self.bert.pooler = Pooler(width)
        self.classifier = nn.Linear(width, shape["classes"])

    def begin(self, inputs):
        """h_0 [B, N, D], and what attention sees, [B, 1, 1, N]."""
        seen = inputs["attention_mask"][:, None, None, :].bool()
        return self.bert.embeddings(inputs["input_ids"], inputs["token_type_ids"]), seen

    def states(self, inputs, run=call):
        """h_0 … h_L, each [B, N, D]; `run` calls a layer."""
        x, seen = self.begin(inputs)
        states = [x]
        for layer in self.bert.encoder.layer:
            states.append(run(layer, states[-1], seen))
        return states

    def logits(self, last):
        """[B, C] from h_L."""
        return self.classifier(self.bert.pooler(last[:, 0]))

    def forward(self, inputs, run=call):
        x, seen = self.begin(inputs)
        for layer in self.bert.encoder.layer:
            x = run(layer, x, seen)
        return self.logits(x)


def random_inputs(shape, size):
    """Texts of half as many tokens as there are, and more."""
    tokens = shape["tokens"]
    lengths = torch.randint((tokens + 1) // 2, tokens + 1, [size, 1])
    mask = (torch.arange(tokens) < lengths).long()
    return {
        "input_ids": torch.randint(1, shape["vocabulary"], [size, tokens]) * mask,
        "attention_mask": mask,
        "token_type_ids": torch.zeros_like(mask),
    }


def pooled(_shape):
    return 0


def pixels(_shape):
    """None: there are none."""
    return None


def most_tokens(shape):
    return shape["positions"]


def token_mask(_shape, inputs):
    """[B, N], 0 where there is padding."""
    return inputs["attention_mask"].float()


def module_name(name):
    """Name in `Model` of a parameter of a Hugging Face file."""
    return name


def is_norm(name):
    return "LayerNorm" in name


def is_head(name):
    return name.startswith(("bert.pooler.", "classifier."))


def is_embedding(name):
    return name.endswith("_embeddings.weight")
