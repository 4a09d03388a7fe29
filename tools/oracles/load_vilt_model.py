"""Loads a saved ViLT with Hugging Face `transformers` and compares logits.

    python tools/oracles/load_vilt_model.py FOLDER LOGITS.json RESULT.json

LOGITS.json is what `write_image_text_model.ts` or `write_image_text_logits.ts` writes. Answers are those of
ViltForQuestionAnswering. Boxes have no class: the tensors of box_head are unexpected in ViltModel, nothing else may be, and
its logits are computed here from what that model gives. RESULT.json gets the keys that `transformers` missed or did not
expect, the largest difference and the versions. Prints PASS or FAIL; the exit code is 0 or 1.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from transformers import ViltForQuestionAnswering, ViltModel
from vilt import box_logits, follow_patches


def logits_of_boxes(model, folder, inputs):
    """Of images that fill the canvas."""
    tensors = load_file(folder / "model.safetensors")
    taken = follow_patches(model)
    output = model(**inputs)
    batch, rows, columns = inputs["pixel_mask"].shape
    size = model.config.patch_size
    return box_logits(tensors, output, taken, inputs["attention_mask"], [[rows // size, columns // size]] * batch)


@torch.no_grad()
def difference(model, folder, given):
    inputs = {name: torch.tensor(one["data"]).reshape(one["shape"]) for name, one in given["inputs"].items()}
    is_box = given["kind"] == "box"
    theirs = logits_of_boxes(model, folder, inputs) if is_box else model(**inputs).logits
    ours = torch.tensor(given["logits"])
    if ours.shape != theirs.shape:
        raise SystemExit(f"FAIL: {list(ours.shape)} logits in the file, {list(theirs.shape)} from transformers")
    return (ours - theirs).abs().max().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="folder with config.json and model.safetensors")
    parser.add_argument("logits", type=Path, help="JSON with inputs and our logits")
    parser.add_argument("result", type=Path, help="JSON to write")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="largest difference allowed (default 1e-4)")
    options = parser.parse_args()
    given = json.loads(options.logits.read_text())
    loader = ViltModel if given["kind"] == "box" else ViltForQuestionAnswering
    model, info = loader.from_pretrained(options.model, local_files_only=True, output_loading_info=True)
    largest = difference(model.eval(), options.model, given)
    keys = {name: sorted(map(str, info[name])) for name in ("missing_keys", "unexpected_keys", "mismatched_keys")}
    own = "box_head." if given["kind"] == "box" else None
    strange = [key for key in keys["unexpected_keys"] if not (own and key.startswith(own))]
    wrong = keys["missing_keys"] or keys["mismatched_keys"] or strange
    result = {
        "pass": largest <= options.tolerance and not wrong,
        "model": type(model).__name__,
        "keysMissing": keys["missing_keys"],
        "keysUnexpected": keys["unexpected_keys"],
        "keysMismatched": keys["mismatched_keys"],
        "maxDifference": largest,
        "tolerance": options.tolerance,
        "transformers": transformers.__version__,
        "torch": torch.__version__,
    }
    options.result.write_text(json.dumps(result, indent=2) + "\n")
    print(f"{'PASS' if result['pass'] else 'FAIL'}: logits differ by {largest}, keys: {keys}")
    sys.exit(0 if result["pass"] else 1)


if __name__ == "__main__":
    main()
