"""What Hugging Face `transformers` and `tokenizers` make of 2,000 strings, for packages/data/src/text/tokenizer.test.ts.

Run with Python 3, transformers, tokenizers, sentencepiece and protobuf:  python tools/oracles/tokenizers_oracle.py
Writes packages/data/src/text/oracles/tokenizers.json.gz: small tokenizers of every kind, trained here, the strings, and a
checksum of the ids of every string and of pairs that are cut to several lengths; and spiece.model.gz, the T5 one's model.
"""

import base64
import gzip
import io
import json
import random
import shutil
import struct
import tempfile
import unicodedata
import zlib
from pathlib import Path

import sentencepiece
import tokenizers
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

root = Path(__file__).resolve().parents[2]
license_lines = (root / "LICENSE").read_text().split("\n")
rng = random.Random(7)
lengths = [6, 8, 13, 16, 31, 64, 512]

# Strings ----------------------------------------------------------------------------------------------------------

words = sorted({word for line in license_lines for word in line.split()})
spaces = [" ", "  ", "   ", "\t", "\n", "\r\n", "\r", "\u00a0", "\u0085", "\u1680", "\u2003", "\u2028", "\u2029", "\u202f", "\u3000", "\u200b", "\ufeff", "\u000b", "\u000c"]
specials = ["[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "<s>", "</s>", "<mask>", "<pad>", "<unk>", "<extra_id_0>", "<extra_id_99>", "<|endoftext|>", "<|startoftext|>", "[sep]", "##ing", "<0x41>", "\u2581", "\u0120", "ENT", "left", "right", "word"]
emoji = ["😀", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "❤️", "1️⃣", "🧑🏿‍🚀", "©️", "🫠", "☺", "\u200d", "\ufe0f"]
marks = ["\u0301", "\u0323", "\u0327", "\u0345", "\u0334", "\u20dd", "\u3099", "\u0e31", "\u093f", "\u0653", "\U0001d165", "\u1ab0", "\u08d3", "\U0001e944"]
scripts = {
    "latin": "aàâäáãåæbcçdeéèêëfghiíîïjklmnñoóôöœpqrsßtuúûüvwxyÿzžŁłİıſ",
    "greek": "αβγδεζηθικλμνξοπρσςτυφχψωΑΒΓΔΣΩάέΐ",
    "cyrillic": "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВ",
    "hebrew": "אבגדהוזחטיכלמנסעפצקרשתְּ",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤﷺ\u200f",
    "devanagari": "अआइईउकखगघचछजटडतदनपबमयरलवशषसह\u093f\u094d",
    "thai": "กขคงจชซดตถทนบปผพฟมยรลวสหอะาิ\u0e31",
    "cjk": "中文字符漢字日本語々〇㐀龥豈𠀀𪜀𫝀𫠠𫤠丽𰀀",
    "kana": "あいうえおかがさざアイウエオカガヷｱｲｳﾞﾟ",
    "hangul": "가각한글\u1100\u1161\u11a8ㄱㅏ",
    "compatibility": "ﬁﬂ①②Ⅷ㎏㍿ＡＢＣ１２３ａ～\u2126\u212a\u1e9eªº½¼²³㋿",
    "symbols": "€$¢£¥§©®™°±×÷≠≤∞∑√∂←→★☆♪♫",
    "mathematics": "𝐀𝑏𝒞𝔇𝕖𝟏𝟚",
    "new": "\u088f\u1c89\ua7d2\U00010940\U000105c9\U000113c5\U00011de1\U00016ea0\U0001e030\U0001ccd6\u1adf",
}
punctuation = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") + ["“", "”", "‘", "’", "–", "—", "…", "«", "»", "¿", "、", "。", "·", "\u2e43", "\U00011f43", "n't", "'s", "'re", "'LL"]


def word():
    kind = rng.randrange(8)
    if kind < 4:
        return rng.choice(words)
    if kind == 4:
        return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(1, 14)))
    if kind == 5:
        return str(rng.randrange(10 ** rng.randint(1, 9))) + rng.choice(["", ".5", ",000", "%", "th"])
    if kind == 6:
        return rng.choice(words).upper()
    return rng.choice(["don't", "we'll", "it's", "I'M", "o'clock", "e.g.", "U.S.", "user@example.org", "https://example.org/a?b=c&d=%20", "C++", "_x_", "a-b"])


def sentence(count):
    return " ".join(word() for _ in range(count))


def of_script(name, count):
    return "".join(rng.choice(scripts[name]) for _ in range(count))


def any_character():
    while True:
        c = rng.choice([rng.randrange(0x2000), rng.randrange(0x10000), rng.randrange(0x20000), rng.randrange(0x110000)])
        if not 0xD800 <= c <= 0xDFFF and unicodedata.category(chr(c)) != "Cn":
            return chr(c)


def mixture(count, *pools):
    return "".join(rng.choice(rng.choice(pools)) for _ in range(count))


makers = [
    lambda: sentence(rng.randint(1, 25)),
    lambda: sentence(rng.randint(1, 25)),
    lambda: mixture(rng.randint(1, 20), spaces, words, [" "]),
    lambda: mixture(rng.randint(1, 14), emoji, [" "], words),
    lambda: mixture(rng.randint(1, 25), marks, list("aeioubcdAEIOU"), scripts["latin"]),
    lambda: mixture(rng.randint(1, 20), scripts["cjk"], scripts["kana"], scripts["hangul"], words, punctuation),
    lambda: mixture(rng.randint(2, 30), scripts["hebrew"], scripts["arabic"], [" "], punctuation),
    lambda: mixture(rng.randint(1, 16), [chr(c) for c in range(0x20)], [chr(c) for c in range(0x7F, 0xA1)], words, ["\ufffd", "\u00ad", "\ue000", "\u2060"]),
    lambda: mixture(rng.randint(1, 12), specials, words, spaces, ["", " "], punctuation),
    lambda: " ".join(of_script(rng.choice(list(scripts)), rng.randint(1, 7)) for _ in range(rng.randint(1, 7))),
    lambda: "".join(any_character() for _ in range(rng.randint(1, 25))),
    lambda: mixture(rng.randint(1, 25), scripts["compatibility"], marks, [" "], words),
    lambda: mixture(rng.randint(1, 20), scripts["greek"], ["Σ", "ς", "ΟΔΟΣ", " ", "."]),
    lambda: mixture(rng.randint(1, 25), punctuation, words, [" "]),
    lambda: mixture(rng.randint(1, 20), scripts["new"], marks, words, [" "]),
]
strings = ["", " ", "a", "\n", "\u0000", "[SEP]", "<mask>", "</s>", "\u2581", "Σ", "\ufeff", "😀", " a", "a ", "  a  b  "]
strings += ["supercalifragilistic" * 300, "ab" * 5000, " " * 3000, "中" * 2000, "<mask> " * 400, "e\u0301" * 1500, sentence(1500)]
while len(strings) < 2000:
    strings.append(rng.choice(makers)())
pairs = [(rng.randrange(2000), rng.randrange(2000)) for _ in range(400)]

# Tokenizers ---------------------------------------------------------------------------------------------------------

corpus = license_lines * 2 + [text for text in strings[22:] if "\0" not in text][::4]
bert_specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
roberta_specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def train(tokenizer, trainer):
    tokenizer.train_from_iterator(corpus, trainer)
    return tokenizer


def word_piece(folder, lower):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lower)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    train(tokenizer, trainers.WordPieceTrainer(vocab_size=1800, special_tokens=bert_specials, show_progress=False))
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    (folder / "vocab.txt").write_text("".join(token + "\n" for token, _ in vocabulary), encoding="utf-8", newline="\n")
    config = {"tokenizer_class": "BertTokenizer", "do_lower_case": lower, "model_max_length": 512}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def byte_level(folder):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    train(tokenizer, trainers.BpeTrainer(vocab_size=1200, special_tokens=roberta_specials, initial_alphabet=alphabet, show_progress=False))
    tokenizer.model.save(str(folder))
    config = {"tokenizer_class": "RobertaTokenizer", "model_max_length": 512}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def sentence_piece(folder, name, config, **options):
    with tempfile.TemporaryDirectory() as temporary:
        text = Path(temporary) / "corpus.txt"
        text.write_text("\n".join(" ".join(line.split()) for line in corpus), encoding="utf-8")
        sentencepiece.SentencePieceTrainer.train(
            input=str(text), model_prefix=str(Path(temporary) / "m"), model_type="unigram", minloglevel=2,
            num_threads=1, character_coverage=0.98, **options,
        )
        shutil.copy(Path(temporary) / "m.model", folder / name)
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def save(folder, tokenizer, **config):
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", **config}))


def added_tokens(folder):
    """Tokens that take white space along, stand alone, or are found after normalization."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    train(tokenizer, trainers.WordPieceTrainer(vocab_size=900, special_tokens=bert_specials, show_progress=False))
    tokenizer.add_tokens([AddedToken("left", lstrip=True), AddedToken("right", rstrip=True, normalized=False), AddedToken("WORD", single_word=True), AddedToken("ENT", normalized=True), AddedToken("ENTITY", normalized=False)])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, rstrip=True)])
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.decoder = decoders.WordPiece()
    save(folder, tokenizer, cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", unk_token="[UNK]", mask_token="<mask>")


def byte_fallback(folder):
    """Unigram as older conversions of SentencePiece models are, with byte pieces."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "\u2581")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="first")
    tokenizer.train_from_iterator(license_lines, trainers.UnigramTrainer(vocab_size=500, special_tokens=["<unk>", "<s>", "</s>"], unk_token="<unk>", show_progress=False))
    learnt = json.loads(tokenizer.to_str())
    learnt["model"]["vocab"] += [[f"<0x{byte:02X}>", 0.0] for byte in range(256)]
    learnt["model"]["byte_fallback"] = True
    tokenizer = Tokenizer.from_str(json.dumps(learnt))
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()])
    save(folder, tokenizer, eos_token="</s>", unk_token="<unk>", pad_token="<unk>")


def llama_like(folder):
    """BPE over text with marks for spaces, bytes for unknown characters."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    train(tokenizer, trainers.BpeTrainer(vocab_size=800, special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)], limit_alphabet=80, max_token_length=12, show_progress=False))
    learnt = json.loads(tokenizer.to_str())
    learnt["added_tokens"] = learnt["added_tokens"][:3]
    tokenizer = Tokenizer.from_str(json.dumps(learnt))
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    save(folder, tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def clip_like(folder):
    tokenizer = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>", continuing_subword_prefix=""))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    pattern = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    train(tokenizer, trainers.BpeTrainer(vocab_size=1100, special_tokens=["<|startoftext|>", "<|endoftext|>"], initial_alphabet=alphabet, end_of_word_suffix="</w>", show_progress=False))
    tokenizer.post_processor = processors.RobertaProcessing(("<|endoftext|>", 1), ("<|startoftext|>", 0), trim_offsets=False, add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    save(folder, tokenizer, bos_token="<|startoftext|>", eos_token="<|endoftext|>", pad_token="<|endoftext|>", unk_token="<|endoftext|>")


kinds = {
    "bert-uncased": lambda folder: word_piece(folder, True),
    "bert-cased": lambda folder: word_piece(folder, False),
    "roberta": byte_level,
    "t5": lambda folder: sentence_piece(folder, "spiece.model", {"tokenizer_class": "T5Tokenizer", "extra_ids": 100, "model_max_length": 512}, vocab_size=900, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, normalization_rule_name="nmt_nfkc", user_defined_symbols=["word"]),
    "xlm-roberta": lambda folder: sentence_piece(folder, "sentencepiece.bpe.model", {"tokenizer_class": "XLMRobertaTokenizer", "model_max_length": 512}, vocab_size=700, unk_id=0, bos_id=1, eos_id=2, normalization_rule_name="identity"),
    "added-tokens": added_tokens,
    "byte-fallback": byte_fallback,
    "llama-like": llama_like,
    "clip-like": clip_like,
}


def checksum(*lists):
    return zlib.crc32("|".join(",".join(map(str, numbers)) for numbers in lists).encode())


def packed(numbers):
    return base64.b64encode(struct.pack(f"<{len(numbers)}I", *numbers)).decode()


def skeleton(folder):
    """tokenizer.json as Python saves it, without its long lists."""
    saved = json.loads((folder / "tokenizer.json").read_text())
    saved["model"] = {key: value for key, value in saved["model"].items() if key not in ("vocab", "merges")}
    if (saved["normalizer"] or {}).get("type") == "Precompiled":
        saved["normalizer"]["precompiled_charsmap"] = zlib.crc32(saved["normalizer"]["precompiled_charsmap"].encode())
    return saved


def case(name):
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "made"
        folder.mkdir()
        kinds[name](folder)
        files = {path.name: base64.b64encode(path.read_bytes()).decode() for path in sorted(folder.iterdir())}
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        # What is read from older files is saved as tokenizer.json; the other cases are tokenizer.json already.
        converted = "tokenizer.json" not in files
        if converted:
            tokenizer.save_pretrained(Path(temporary) / "saved")
        # Lists of one text: a single empty second text would count as none.
        encode = lambda *texts, **options: tokenizer(*[[text] for text in texts], return_token_type_ids=True, **options)
        singles = [encode(text)["input_ids"][0] for text in strings]
        cut = []
        for first, second in pairs:
            lists = []
            for length in lengths:
                pair = encode(strings[first], strings[second], truncation="longest_first", max_length=length)
                single = encode(strings[first], truncation=True, max_length=length)
                lists += [pair["input_ids"][0], pair["token_type_ids"][0], single["input_ids"][0]]
            cut.append(checksum(*lists))
        decode = lambda ids: tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return {
            "files": files,
            "size": len(tokenizer),
            "singles": packed([checksum(ids) for ids in singles]),
            "examples": [singles[index] for index in range(0, 2000, 97)],
            "cut": packed(cut),
            "saved": skeleton(Path(temporary) / "saved") if converted else None,
            "decoded": packed([zlib.crc32(decode(ids).encode()) for ids in singles[:400]]) if converted else None,
        }


def compressed(content):
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, compresslevel=9) as stream:
        stream.write(content)
    return buffer.getvalue()


if __name__ == "__main__":
    versions = {module.__name__: module.__version__ for module in (transformers, tokenizers, sentencepiece)}
    cases = {name: case(name) for name in kinds}
    target = root / "packages/data/src/text/oracles"
    target.mkdir(exist_ok=True)
    model = base64.b64decode(cases["t5"]["files"].pop("spiece.model"))
    (target / "spiece.model.gz").write_bytes(compressed(model))
    result = {"versions": versions, "lengths": lengths, "strings": strings, "pairs": pairs, "cases": cases}
    (target / "tokenizers.json.gz").write_bytes(compressed(json.dumps(result, ensure_ascii=False).encode()))
    for name, made in cases.items():
        print(name, made["size"], {file: len(text) for file, text in made["files"].items()})
