"""Small data sets in the files of REFER, for packages/tasks/refcoco/src/refer-examples.test.ts.

Run with Python 3.11:  python tools/oracles/refer_files.py
Writes packages/tasks/refcoco/src/oracles/refer/, with the fields and file names of lichengunc/refer. RefCOCO's pickle is
written as Python 2 writes it (protocol 0, byte strings), the others in protocols 2 and 4. Nothing in it is of RefCOCO.
"""

import json
import pickle
from pathlib import Path

out = Path(__file__).resolve().parents[2] / "packages/tasks/refcoco/src/oracles/refer"


class Python2(pickle._Pickler):
    dispatch = dict(pickle._Pickler.dispatch)

    def save_str(self, text):
        self.write(b"S" + repr(text).encode("ascii") + b"\n")
        self.memoize(text)

    dispatch[str] = save_str


# id, width, height
images = [(581857, 40, 30), (98304, 30, 40), (131074, 24, 24)]
# id, image, box
annotations = [
    (1719310, 581857, [4.0, 6.0, 20.0, 12.0]),
    (1719311, 581857, [30.5, 0.25, 9.5, 9.75]),
    (200001, 98304, [-3.0, 10.0, 13.0, 35.0]),
    (200002, 98304, [10, 10, 5, 5]),
    (300001, 131074, [0, 0, 24.3, 24]),
    (300002, 131074, [1, 2, 3, 4]),
]


def name(image):
    return f"COCO_train2014_{image:012d}.jpg"


def instances():
    return {
        "info": {"description": "drawn, [1, 2]", "version": "1.0", "year": 2014},
        "images": [
            {"license": 1, "file_name": name(i), "coco_url": "", "height": h, "width": w, "date_captured": "",
             "flickr_url": "", "id": i}
            for i, w, h in images
        ],
        "licenses": [{"url": "", "id": 1, "name": "none"}],
        "annotations": [
            {"segmentation": [[0.5, 0.5, 9.5, 0.5, 9.5, 9.5]], "area": box[2] * box[3], "iscrowd": 0, "image_id": image,
             "bbox": box, "category_id": 1, "id": number}
            for number, image, box in annotations
        ],
        "categories": [{"supercategory": "shape", "id": 1, "name": "circle"}],
    }


def refs(said):
    result, sentences = [], 0
    for number, (split, annotation, texts) in enumerate(said):
        image = next(i for a, i, _ in annotations if a == annotation)
        listed = []
        for raw in texts:
            sent = "".join(c for c in raw.lower() if c.isalnum() or c == " ").strip()
            listed.append({"tokens": sent.split(), "raw": raw, "sent_id": sentences, "sent": sent})
            sentences += 1
        result.append({
            "sent_ids": [each["sent_id"] for each in listed], "file_name": name(image).replace(".jpg", f"_{number}.jpg"),
            "ann_id": annotation, "ref_id": number, "image_id": image, "split": split, "sentences": listed,
            "category_id": 1,
        })
    return result


data = {
    "refcoco": ("unc", [
        ("train", 1719310, ["THE RED CIRCLE", "left circle", "big one's red"]),
        ("train", 1719311, ["right star", "!"]),
        ("val", 200001, ["circle at left", ""]),
        ("testA", 200002, ["small circle"]),
        ("testB", 300001, ["the square", "all"]),
        ("testB", 300002, ["a star"]),
    ]),
    "refcoco+": ("unc", [
        ("train", 1719310, ["red circle"]), ("val", 200002, ["star"]), ("testA", 200002, ["star"]),
        ("testB", 300002, ["blue star"]),
    ]),
    "refcocog": ("umd", [
        ("train", 1719311, ["the star at the right"]), ("val", 200002, ["the small star"]),
        ("test", 300002, ["the star in the corner", "the blue star"]),
    ]),
}
for folder, (split_by, said) in data.items():
    (out / folder).mkdir(parents=True, exist_ok=True)
    (out / folder / "instances.json").write_text(json.dumps(instances()))
    with open(out / folder / f"refs({split_by}).p", "wb") as file:
        value = refs(said)
        if folder == "refcoco":
            Python2(file, 0).dump(value)
        else:
            pickle.dump(value, file, 2 if folder == "refcoco+" else 4)
with open(out / "refcocog" / "refs(google).p", "wb") as file:
    pickle.dump(refs([("train", 1719311, ["the star"]), ("val", 300002, ["the blue star"])]), file, 2)
print(sorted(str(path.relative_to(out)) for path in out.rglob("*.*")))
