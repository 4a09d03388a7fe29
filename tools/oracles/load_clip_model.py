"""Loads a saved CLIP with Hugging Face `transformers` and compares vectors of images and texts.

    python tools/oracles/load_clip_model.py FOLDER LOGITS.json RESULT.json

LOGITS.json is what `write_image_text_model.ts` or `write_image_text_logits.ts` writes: the inputs, and of heads of
embeddings image_embeds and text_embeds side by side, of others logits. `transformers` has no other head: the tensors of
KIND_head are unexpected, nothing else may be, and logits are computed here from what both towers give. RESULT.json gets the
keys, the largest difference and the versions. Prints PASS or FAIL; the exit code is 0 or 1.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
import transformers
from clip import pair_logits, record
from safetensors.torch import load_file
from transformers import CLIPModel

inputs_of = lambda given: {
    name: torch.tensor(one["data"]).reshape(one["shape"]) for name, one in given["inputs"].items()
}


@torch.no_grad()
def difference_of_logits(model, folder, given):
    found, inputs = {}, inputs_of(given)
    record(model, found)
    output = model(**inputs)
    text = model.text_model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
    output.text_model_output.hidden_text = text.pooler_output
    last = found[f"image.hidden.{model.config.vision_config.num_hidden_layers}"]
    tensors = load_file(folder / "model.safetensors")
    theirs, ours = pair_logits(model, tensors, given["kind"], output, last), torch.tensor(given["logits"])
    if ours.shape != theirs.shape:
        raise SystemExit(f"FAIL: {list(ours.shape)} logits in the file, {list(theirs.shape)} from transformers")
    return (ours - theirs).abs().max().item()


@torch.no_grad()
def difference(model, given):
    output = model(**inputs_of(given))
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
    if given["kind"] == "embeddings":
        vectors, logits = difference(model.eval(), given)
    else:
        vectors, logits = None, difference_of_logits(model.eval(), options.model, given)
    strange = [key for key in unexpected if not key.startswith(own)]
    same = max(vectors or 0, logits) <= options.tolerance
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
