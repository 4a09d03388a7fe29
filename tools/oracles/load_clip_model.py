"""Loads a saved CLIP with Hugging Face `transformers` and compares vectors of images and texts.

    python tools/oracles/load_clip_model.py FOLDER LOGITS.json RESULT.json

LOGITS.json is what `write_image_text_model.ts` writes for heads of embeddings: the inputs, and image_embeds and
text_embeds side by side. For other heads keys alone are compared: `transformers` has none of them, so the tensors of
KIND_head are unexpected, and nothing else may be. RESULT.json gets the keys, the largest difference and the versions.
Prints PASS or FAIL; the exit code is 0 or 1.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import CLIPModel


@torch.no_grad()
def difference(model, given):
    inputs = {name: torch.tensor(one["data"]).reshape(one["shape"]) for name, one in given["inputs"].items()}
    output = model(**inputs)
    theirs = torch.cat([output.image_embeds, output.text_embeds], 1)
    ours = torch.tensor(given["logits"])
    if ours.shape != theirs.shape:
        raise SystemExit(f"FAIL: {list(ours.shape)} numbers in the file, {list(theirs.shape)} from transformers")
    scale = model.logit_scale.exp()
    image, text = ours.chunk(2, 1)
    logits = (scale * image @ text.T - output.logits_per_image).abs().max().item()
    return (ours - theirs).abs().max().item(), logits


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="folder with config.json and model.safetensors")
    parser.add_argument("logits", type=Path, help="JSON with inputs and our logits")
    parser.add_argument("result", type=Path, help="JSON to write")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="largest difference allowed (default 1e-4)")
    options = parser.parse_args()
    model, info = CLIPModel.from_pretrained(options.model, local_files_only=True, output_loading_info=True)
    given = json.loads(options.logits.read_text())
    own = f"{given['kind']}_head."
    unexpected = sorted(info["unexpected_keys"])
    vectors, logits = difference(model.eval(), given) if given["kind"] == "embeddings" else (None, None)
    strange = [key for key in unexpected if not key.startswith(own)]
    same = vectors is None or max(vectors, logits) <= options.tolerance
    result = {
        "pass": same and not info["missing_keys"] and not info["mismatched_keys"] and not strange,
        "model": type(model).__name__,
        "head": given["kind"],
        "keysMissing": sorted(info["missing_keys"]),
        "keysUnexpected": unexpected,
        "keysMismatched": sorted(map(str, info["mismatched_keys"])),
        "maxDifferenceOfVectors": vectors,
        "maxDifferenceOfLogits": logits,
        "tolerance": options.tolerance,
        "transformers": transformers.__version__,
        "torch": torch.__version__,
    }
    options.result.write_text(json.dumps(result, indent=2) + "\n")
    print(f"{'PASS' if result['pass'] else 'FAIL'}: vectors differ by {vectors}, logits by {logits}, unexpected: {unexpected}")
    sys.exit(0 if result["pass"] else 1)


if __name__ == "__main__":
    main()
