"""The rows of the bench in eager float32 PyTorch: one function a row, which runs one step and returns its loss.

Same shapes, trained parameters, losses, optimizer and clipping as packages/distill; written as a careful user would:
no gradient where none is needed, one pass through the backbone where ours has one, fused AdamW and attention.
"""

import torch
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from families import family_of
from parameters import model_parameters, side_parameters
from side_network import SideNetwork


def recompute(layer, *given):
    return checkpoint(layer, *given, use_reentrant=False)


class Optimizer:
    """AdamW over named parameters with a rate for each name; matrices alone decay. Clips first, as ours does."""

    def __init__(self, named, rate_of, decays, settings):
        self.parameters = [value for _, value in named]
        self.clip = settings["clipNorm"]
        groups = {}
        for name, value in named:
            decay = settings["weightDecay"] if decays(name, value) else 0.0
            groups.setdefault((rate_of(name), decay), []).append(value)
        self.adamw = torch.optim.AdamW(
            [dict(params=values, lr=rate, weight_decay=decay) for (rate, decay), values in groups.items()],
            betas=(settings["beta1"], settings["beta2"]),
            eps=settings["epsilon"],
            fused=True,
        )

    def step(self):
        if self.clip > 0:
            torch.nn.utils.clip_grad_norm_(self.parameters, self.clip)
        self.adamw.step()
        self.adamw.zero_grad(set_to_none=True)


# Our tensors that PyTorch has with another number of axes, and that decay, or do not.
def side_matrices(name, value):
    return value.dim() == 2 or ".conv." in name and name.endswith(".weight")


class Bench:
    """Model, optimizers and batches of one row."""

    def __init__(self, job):
        self.job = job
        self.train = job["train"]
        self.row = job["row"]
        self.family = family_of(job["shape"])
        self.model = self.family.Model(job["shape"])
        self.side = SideNetwork(job["shape"], job["settings"]) if self.row in SIDE_ROWS else None
        self.optimizers = {}

    def load(self, tensors):
        """Parameters of ours instead of random ones."""
        self.model.load_state_dict(model_parameters(tensors, self.family.module_name))
        if self.side is not None:
            self.side.load_state_dict(side_parameters(tensors))

    def start(self):
        """Says what is trained, and makes the optimizers; after the parameters have their values."""
        trained = TRAINED[self.row]
        for name, value in self.model.named_parameters():
            value.requires_grad_(trained(self.family, name))
        own = [(name, value) for name, value in self.model.named_parameters() if value.requires_grad]
        if own:
            self.optimizers["model"] = Optimizer(own, self.rate_of, self.decays, self.train)
        if self.side is not None and self.row in ("side", "mdpd"):
            rate = self.train["learningRate"]["side"]
            named = list(self.side.named_parameters())
            self.optimizers["side"] = Optimizer(named, lambda _name: rate, side_matrices, self.train)
        elif self.side is not None:
            self.side.requires_grad_(False)

    def rate_of(self, name):
        rates = self.train["learningRate"]
        if self.family.is_head(name):
            return rates["head"]
        return rates["weight"] if self.row == "full" else rates["norm"]

    def decays(self, name, value):
        """Matrices, of which tables are none."""
        return value.dim() >= 2 and not self.family.is_embedding(name)

    def cross_entropy(self, logits, labels):
        return F.cross_entropy(logits, labels, label_smoothing=self.train["labelSmoothing"])

    def run(self, batch):
        return ROWS[self.row](self, batch)

    # Rows. Each returns a number of Python: what a training loop would log, or the first logit.

    @torch.inference_mode()
    def forward(self, batch):
        return self.model(batch["inputs"])[0, 0].item()

    @torch.inference_mode()
    def forward_side(self, batch):
        return self.side(self.model.states(batch["inputs"]), batch["inputs"])[0, 0].item()

    def head(self, batch):
        with torch.no_grad():
            last = self.model.states(batch["inputs"])[-1]
        return self.update(self.cross_entropy(self.model.logits(last), batch["labels"]))

    def plain(self, batch):
        return self.update(self.cross_entropy(self.model(batch["inputs"]), batch["labels"]))

    def recomputed(self, batch):
        return self.update(self.cross_entropy(self.model(batch["inputs"], recompute), batch["labels"]))

    def update(self, loss):
        loss.backward()
        self.optimizers["model"].step()
        return loss.item()

    def side_step(self, batch):
        with torch.no_grad():
            taps = self.model.states(batch["inputs"])
        return self.teach_side(taps, batch)[0]

    def teach_side(self, taps, batch):
        logits, task, feature = self.side.losses(
            taps, batch["inputs"], batch["labels"], self.train["labelSmoothing"], batch.get("masks")
        )
        loss = task + self.side.weight * feature
        loss.backward()
        self.optimizers["side"].step()
        return loss.item(), logits.detach()

    def mdpd(self, batch):
        """Both steps on one pass through the backbone, which keeps the taps alone: h_0 … h_L."""
        states = self.model.states(batch["inputs"], recompute)
        side_loss, teacher = self.teach_side([state.detach() for state in states], batch)
        logits = self.model.logits(states[-1])
        del states
        return side_loss + self.update(self.fade_loss(logits, teacher, batch["labels"]))

    def fade_loss(self, logits, side, labels):
        logit = self.job["settings"]["logit"]
        alpha, temperature = logit["alpha"], logit["temperature"]
        # `auto` gates answers that are places alone; those of the bench are classes.
        if logit["teacher"] != "average" or logit["gate"] not in ("none", "auto"):
            raise SystemExit(f"the bench has no such fade loss in PyTorch: {logit}")
        mean = (F.softmax(side / temperature, -1) + F.softmax(logits.detach() / temperature, -1)) / 2
        log_teacher = F.log_softmax(torch.log(mean.clamp_min(1e-12)), -1)
        log_student = F.log_softmax(logits / temperature, -1)
        distilled = F.kl_div(log_student, log_teacher, reduction="batchmean", log_target=True) * temperature**2
        return (1 - alpha) * self.cross_entropy(logits, labels) + alpha * distilled


SIDE_ROWS = ("side", "mdpd", "latency-side")


def nothing(_family, _name):
    return False


def head(family, name):
    return family.is_head(name)


def norm_and_head(family, name):
    return family.is_head(name) or family.is_norm(name)


def everything(_family, _name):
    return True


TRAINED = {
    "forward": nothing,
    "head": head,
    "norm": norm_and_head,
    "norm+recompute": norm_and_head,
    "side": nothing,
    "mdpd": norm_and_head,
    "full": everything,
    "latency-faded": nothing,
    "latency-side": nothing,
}
ROWS = {
    "forward": Bench.forward,
    "head": Bench.head,
    "norm": Bench.plain,
    "norm+recompute": Bench.recomputed,
    "side": Bench.side_step,
    "mdpd": Bench.mdpd,
    "full": Bench.plain,
    "latency-faded": Bench.forward,
    "latency-side": Bench.forward_side,
}
