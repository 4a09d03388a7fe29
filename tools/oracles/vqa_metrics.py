"""Accuracies of VQA and GQA on generated answers, for packages/tasks/vqa.

    python tools/oracles/vqa_metrics.py vqaEval.py > packages/tasks/vqa/src/oracles/vqa-metrics.json

`vqaEval.py` is PythonEvaluationTools/vqaEvaluation/vqaEval.py of GT-Vision-Lab/VQA: its own table of contractions is
read from it, and its own regular expressions. The rest is written from what it does. GQA's is written from what eval.py
of GQA does.
"""

import ast
import json
import random
import re
import sys
from collections import defaultdict


def table_of(path):
    """The dictionary of contractions that stands in the evaluator."""
    for node in ast.walk(ast.parse(open(path, encoding="utf8").read())):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", "") == "contractions":
            return ast.literal_eval(node.value)
    raise SystemExit("no contractions in " + path)


CONTRACTIONS = table_of(sys.argv[1])
NUMBERS = dict(zip("none zero one two three four five six seven eight nine ten".split(),
                   "0 0 1 2 3 4 5 6 7 8 9 10".split()))
MARKS = [";", "/", "[", "]", '"', "{", "}", "(", ")", "=", "+", "\\", "_", "-", ">", "<", "@", "`", ",", "?", "!"]
PERIOD = re.compile(r"(?!<=\d)(\.)(?!\d)")
COMMA = re.compile(r"(\d)(\,)(\d)")


def punctuation(text):
    out = text
    between_digits = COMMA.search(text) is not None
    for mark in MARKS:
        beside_space = mark + " " in text or " " + mark in text
        out = out.replace(mark, "" if beside_space or between_digits else " ")
    return PERIOD.sub("", out, int(re.UNICODE))


def words(text):
    kept = [NUMBERS.get(word, word) for word in text.lower().split()]
    kept = [word for word in kept if word not in ("a", "an", "the")]
    return " ".join(CONTRACTIONS.get(word, word) for word in kept)


def clean(text):
    return text.replace("\n", " ").replace("\t", " ").strip()


def accuracy(prediction, answers):
    said, given = clean(prediction), [clean(answer) for answer in answers]
    if len(set(given)) > 1:
        said = words(punctuation(said))
        given = [words(punctuation(answer)) for answer in given]
    scores = []
    for left_out in range(len(given)):
        others = given[:left_out] + given[left_out + 1:]
        scores.append(min(1.0, others.count(said) / 3))
    return sum(scores) / len(scores)


def answers_of(rng):
    base = ["yes", "no", "2", "two", "Two", "none", "the dog", "dog", "a dog", "Dog.", "1,000", "1000", "1, 000", "3.5",
            "3.", ".5", "t-shirt", "t shirt", "black/white", "black / white", "don't know", "dont know", "Im", "i'm", "u.s.",
            "it's \"red\"", "(left)", "left", "10:30", "10.30", "o'clock", "oclock", "an", "the", "", "what?!", "? what",
            "a_b", "a b", "\tten\n", "ten", "10", "x" + "." * 40, "caf\u00e9", "\u0663,\u0664", "no one", "no 1", "\u00a0dog",
            "straße", "İ", "a\u001cb", "-", "@home", "5`", "5"]
    keys = list(CONTRACTIONS)
    pool = [rng.choice(base) for _ in range(rng.choice([1, 2, 3, 4]))]
    if rng.random() < 0.4:
        key = rng.choice(keys)
        pool += [key, CONTRACTIONS[key], rng.choice(keys)]
    if rng.random() < 0.3:
        letters = "ab 1,.;/'-?! the"
        pool.append("".join(rng.choice(letters) for _ in range(rng.randrange(1, 9))))
    return pool


def vqa(rng, count):
    rows = []
    for _ in range(count):
        pool = answers_of(rng)
        answers = [rng.choice(pool) for _ in range(10)]
        if rng.random() < 0.1:
            answers = [answers[0]] * 10
        prediction = rng.choice(pool + answers_of(rng)[:1])
        rows.append({"prediction": prediction, "answers": answers, "accuracy": round(accuracy(prediction, answers), 12),
                     "answerType": rng.choice(["yes/no", "number", "other"]),
                     "questionType": rng.choice(["is the", "how many", "what"])})
    return rows


def means(rows, key):
    groups = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row["accuracy"])
    return {name: round(100 * sum(values) / len(values), 2) for name, values in groups.items()}


STRUCTURAL = ["query", "verify", "choose", "compare", "logical"]
SEMANTIC = ["obj", "attr", "rel", "global", "cat"]


def gqa(rng, count):
    rows = []
    for _ in range(count):
        gold = rng.choice(["yes", "no", "red", "blue", "left", "dog"])
        rows.append({"answer": gold, "prediction": gold if rng.random() < 0.6 else rng.choice(["yes", "red", "dog", "cat"]),
                     "structural": rng.choice(STRUCTURAL), "semantic": rng.choice(SEMANTIC),
                     "group": rng.choice([None, "color", "animal", "place"]), "isBalanced": rng.random() < 0.8})
    scores, gold, predicted = defaultdict(list), defaultdict(lambda: defaultdict(int)), defaultdict(lambda: defaultdict(int))
    for row in rows:
        if not row["isBalanced"]:
            continue
        right = float(row["prediction"] == row["answer"])
        kind = "open" if row["structural"] == "query" else "binary"
        for name in ("accuracy", kind, "accuracyPerStructuralType." + row["structural"],
                     "accuracyPerSemanticType." + row["semantic"]):
            scores[name].append(right)
        if row["group"] is not None:
            gold[row["group"]][row["answer"]] += 1
            predicted[row["group"]][row["prediction"]] += 1
    weighted, total = 0.0, 0
    for group, expected in gold.items():
        size = sum(expected.values())
        weighted += size * sum((predicted[group].get(answer, 0) - e) ** 2 / e for answer, e in expected.items())
        total += size
    metrics = {name: sum(values) / len(values) for name, values in scores.items()}
    metrics["distribution"] = weighted / total / 100
    return {"rows": rows, "metrics": metrics}


def main():
    rng = random.Random(7)
    rows = vqa(rng, 2000)
    # Answers as numbers of a list, so that the file stays small.
    texts = sorted({text for row in rows for text in [row["prediction"], *row["answers"]]})
    number = {text: index for index, text in enumerate(texts)}
    result = {
        "texts": texts,
        "vqa": [[number[r["prediction"]], [number[a] for a in r["answers"]], r["accuracy"], r["answerType"],
                 r["questionType"]] for r in rows],
        "normalised": [words(punctuation(text)) for text in texts],
        "overall": round(100 * sum(row["accuracy"] for row in rows) / len(rows), 2),
        "perAnswerType": means(rows, "answerType"),
        "perQuestionType": means(rows, "questionType"),
        "gqa": gqa(rng, 600),
    }
    json.dump(result, sys.stdout, separators=(",", ":"))
    print()


main()
