"""Overlaps, losses and gradients of boxes, for packages/tasks/refcoco/src.

Run with Python 3.11, torch 2.14 and transformers 5.23:  python tools/oracles/boxes.py
Writes packages/tasks/refcoco/src/oracles/boxes.json. The loss is DETR's: 5 x L1 + 2 x (1 - generalized IoU), with
`generalized_box_iou` and `box_iou` as transformers has them, which are torchvision's.
"""

import json
from pathlib import Path

import torch
from transformers.image_transforms import center_to_corners_format
from transformers.loss.loss_for_object_detection import box_iou, generalized_box_iou

out = Path(__file__).resolve().parents[2] / "packages/tasks/refcoco/src/oracles"
out.mkdir(parents=True, exist_ok=True)
generator = torch.Generator().manual_seed(7)

# In pixels: equal, apart, one in the other, touching, exactly at and just around the threshold, crossing.
pairs = [
    ([10, 10, 20, 20], [10, 10, 20, 20]),
    ([0, 0, 10, 10], [50, 60, 5, 5]),
    ([0, 0, 100, 100], [20, 30, 10, 10]),
    ([0, 0, 10, 10], [10, 0, 10, 10]),
    ([0, 0, 10, 10], [0, 0, 10, 5]),
    ([0, 0, 100, 100], [0, 0, 100, 49.9]),
    ([0, 0, 30, 10], [10, 0, 30, 10]),
    ([0, 0, 30, 10], [10.1, 0, 30, 10]),
    ([0, 4, 10, 2], [4, 0, 2, 10]),
    ([103.9, 299.9, 134.2, 177.4], [99.5, 310.25, 120, 160.125]),
]


def corners(boxes):
    x, y, w, h = boxes.unbind(1)
    return torch.stack([x, y, x + w, y + h], 1)


first, second = (torch.tensor([pair[i] for pair in pairs], dtype=torch.float64) for i in (0, 1))
overlaps = {
    "first": first.tolist(),
    "second": second.tolist(),
    "iou": torch.diag(box_iou(corners(first), corners(second))[0]).tolist(),
    "giou": torch.diag(generalized_box_iou(corners(first), corners(second))).tolist(),
}


def loss(raw, boxes):
    predicted = raw.sigmoid()
    l1 = (predicted - boxes).abs().sum(1)
    pairwise = generalized_box_iou(center_to_corners_format(predicted), center_to_corners_format(boxes))
    return 5 * l1 + 2 * (1 - torch.diag(pairwise))


raw = torch.randn(8, 4, generator=generator, dtype=torch.float64) * 1.5
sizes = torch.rand(8, 2, generator=generator, dtype=torch.float64) * 0.5 + 0.05
boxes = torch.cat([sizes / 2 + torch.rand(8, 2, generator=generator, dtype=torch.float64) * (1 - sizes), sizes], 1)
teacher = torch.randn(8, 4, generator=generator, dtype=torch.float64)
student = raw.clone().requires_grad_()
losses = loss(student, boxes)
(gradient,) = torch.autograd.grad(losses.sum(), student)
distilled = loss(student, teacher.sigmoid())
(distilled_gradient,) = torch.autograd.grad(distilled.sum(), student)
result = {
    "overlaps": overlaps,
    "raw": raw.tolist(),
    "boxes": boxes.tolist(),
    "teacher": teacher.tolist(),
    "loss": losses.tolist(),
    "gradient": gradient.tolist(),
    "distillation": distilled.tolist(),
    "distillationGradient": distilled_gradient.tolist(),
}
(out / "boxes.json").write_text(json.dumps(result, indent=1) + "\n")
print(overlaps["iou"], overlaps["giou"])
