"""Reads a model card with `huggingface_hub`, as the Hub's own tools do, and writes what they make of its metadata.

    python tools/oracles/model_card.py RUN/model/README.md RESULT.json

The metadata must load, name ids that a repository may have, and come out of ModelCardData as they went in, results of the
test split included. Prints PASS or FAIL; the exit code is 0 or 1.
"""

import argparse
import json
import sys
from pathlib import Path

import huggingface_hub
from huggingface_hub import ModelCard, ModelCardData, metadata_load
from huggingface_hub.utils import validate_repo_id


def as_list(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def problems_of(metadata):
    """What the Hub would complain about, as far as that is known without it."""
    problems = []
    for key in ("base_model", "datasets"):
        for name in as_list(metadata.get(key)):
            try:
                validate_repo_id(name)
            except Exception as error:
                problems.append(f"{key}: {error}")
    texts = [metadata.get(key) for key in ("library_name", "pipeline_tag", "license")]
    texts += metadata.get("tags", []) + metadata.get("metrics", [])
    problems += [f"{each!r} is no text" for each in texts if each is not None and not isinstance(each, str)]
    if metadata.get("license") == "other" and "license_name" not in metadata:
        problems.append("license: other has no license_name")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("card", type=Path, help="README.md of a model")
    parser.add_argument("result", type=Path, help="JSON to write")
    options = parser.parse_args()
    metadata = metadata_load(options.card)
    data = ModelCardData(**metadata)
    problems = problems_of(metadata)
    if data.to_dict() != metadata:
        problems.append(f"comes out as {data.to_dict()}")
    # Written and read again by their own writer.
    card = ModelCard.load(options.card)
    if ModelCard(str(card)).data.to_dict() != metadata:
        problems.append("a card that is written again has other metadata")
    results = [
        {
            "task": each.task_type,
            "dataset": each.dataset_type,
            "name": each.dataset_name,
            "split": each.dataset_split,
            "metric": each.metric_type,
            "value": each.metric_value,
        }
        for each in data.eval_results or []
    ]
    if not results:
        problems.append("no results")
    result = {
        "pass": not problems,
        "problems": problems,
        "model": data.model_name,
        "metadata": metadata,
        "results": results,
        "huggingface_hub": huggingface_hub.__version__,
    }
    options.result.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    print("; ".join(["PASS" if not problems else "FAIL", f"{len(results)} results", *problems]))
    sys.exit(0 if not problems else 1)


if __name__ == "__main__":
    main()
