"""Image preprocessing of Pillow and transformers, for packages/data/src/preprocess.test.ts.

Run with Python 3, pillow, numpy and transformers:  python tools/oracles/preprocess.py
Writes packages/data/src/oracles/: small images and preprocess.json.
"""

import base64
import json
from pathlib import Path

import numpy as np
import PIL
import transformers
from PIL import Image
from transformers import CLIPImageProcessor, ViTImageProcessor

out = Path(__file__).resolve().parents[2] / "packages/data/src/oracles"
out.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(7)


def picture(width, height, channels):
    """Smooth waves with hard edges and noise: everything that resampling can get wrong."""
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for c in range(channels):
        wave = 127 + 100 * np.sin(x / (3 + c) + c) * np.cos(y / (4 - c))
        wave[(x - width / 2) ** 2 + (y - height / 3) ** 2 < (height / 5) ** 2] = 255 * (c % 2)
        planes.append(np.clip(wave + rng.normal(0, 12, wave.shape), 0, 255))
    array = np.stack(planes, -1).astype(np.uint8)
    return Image.fromarray(array[..., 0] if channels == 1 else array)


images = {
    "rgb.png": picture(53, 37, 3),
    "grey.png": picture(23, 31, 1),
    "photo.jpg": picture(96, 64, 3),
}
for name, image in images.items():
    image.save(out / name, **({"quality": 85} if name.endswith("jpg") else {}))


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


resized = []
for name in ["rgb.png", "grey.png"]:
    image = Image.open(out / name)
    for code in range(6):
        for width, height in [(16, 12), (60, 45), (53, 10)]:
            pixels = np.asarray(image.resize((width, height), code))
            resized.append({"image": name, "code": code, "width": width, "height": height, "bytes": encode(pixels)})

imagenet = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
half = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
configs = [
    (ViTImageProcessor, {"size": {"height": 24, "width": 24}, "resample": 2, **half}),
    (ViTImageProcessor, {"size": {"height": 24, "width": 24}, "resample": 3, **imagenet}),
    (ViTImageProcessor, {"size": {"height": 24, "width": 24}, "resample": 0, "do_normalize": False}),
    (ViTImageProcessor, {"size": {"height": 24, "width": 24}, "do_rescale": False, "image_mean": [128, 127, 126], "image_std": [64, 65, 66]}),
    (CLIPImageProcessor, {"size": {"shortest_edge": 29}, "crop_size": {"height": 24, "width": 24}, "resample": 3, **imagenet}),
    (CLIPImageProcessor, {"size": {"height": 31, "width": 28}, "crop_size": {"height": 24, "width": 24}, "resample": 2, **half}),
]
processed = []
for kind, config in configs:
    config = {"do_convert_rgb": True, **config}
    processor = kind(**config)
    saved = json.loads(processor.to_json_string())
    saved["image_processor_type"] = kind.__name__.removesuffix("Pil")
    for name in ["rgb.png", "grey.png"]:
        image = Image.open(out / name).convert("RGB")
        values = processor(image, return_tensors="np")["pixel_values"][0].astype(np.float32)
        processed.append({"image": name, "config": saved, "shape": list(values.shape), "values": encode(values)})

photo = np.asarray(Image.open(out / "photo.jpg").convert("RGB"))
json.dump(
    {
        "versions": {"pillow": PIL.__version__, "transformers": transformers.__version__, "numpy": np.__version__},
        "resized": resized,
        "processed": processed,
        "photo": {"width": photo.shape[1], "height": photo.shape[0], "bytes": encode(photo)},
    },
    open(out / "preprocess.json", "w"),
    indent=1,
)
