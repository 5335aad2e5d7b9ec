"""Writes Tests/Fixtures/qwen_words.json: 64 words of four kinds as tokens of the released vocabulary.

    python qwen_words.py TOKENIZER_FOLDER OUT.json

TOKENIZER_FOLDER is made by build_qwen_vocab.py. Needs the package `tokenizers`.
"""

import json
import os
import sys

from tokenizers import Tokenizer, models, pre_tokenizers

MANDARIN = "会议 大家好 百分之十五 医生 头痛 合同 公司 二〇二六年 的 了 律师 证人 机器 学习 䶮 犇".split()
CANTONESE = "嘅 咗 哋 嚟 嗰 唔該 係 佢哋 啱啱 攞 睇 醫生 點解 而家 噉 冇".split()
ENGLISH = [" " + w for w in "meeting the doctor annual report twenty-five hertz lawyer witness I've GPU Qwen3 café naïve 42 percent".split()]
MIXED = ["🎉", "👩‍👧", " 3.5", "，", "GPU", "iPhone", "テスト", "カメラ", "안녕", " Привет", " שלום", "𠮷", "ß", " Ōsaka", "。", " ok"]


def main():
    folder, out = sys.argv[1:]
    tokenizer = Tokenizer(models.BPE.from_file(*(os.path.join(folder, n) for n in ("vocab.json", "merges.txt"))))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    with open(os.path.join(folder, "vocab.json"), encoding="utf-8") as file:
        names = {i: t for t, i in json.load(file).items()}
    # The characters that stand for bytes in a byte-level vocabulary.
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in plain]
    byte = {chr(b): b for b in plain} | {chr(256 + i): b for i, b in enumerate(rest)}
    words = []
    for text in MANDARIN + CANTONESE + ENGLISH + MIXED:
        ids = tokenizer.encode(text).ids
        tokens = [[i, [byte[c] for c in names[i]]] for i in ids]
        assert bytes(b for _, part in tokens for b in part).decode() == text
        words.append({"text": text, "ids": ids, "bytes": [part for _, part in tokens]})
    assert len(words) == 64
    halves = sum(not valid(bytes(part)) for word in words for part in word["bytes"])
    print(len(words), "words,", sum(len(w["ids"]) for w in words), "tokens,", halves, "of them no whole characters")
    with open(out, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(w, ensure_ascii=False) for w in words) + "\n]\n")


def valid(part):
    try:
        part.decode()
        return True
    except UnicodeDecodeError:
        return False


main()
