"""How well the probability of a word tells whether it is wrong, by threshold.

    python doubt_threshold.py SOTTO MODEL_FOLDER SAMPLES_FOLDER

Transcribes sentences of the demo samples said by flite's voices slt, rms and awb, clean and with noise at 20, 10 and
5 dB, and aligns the words with what was said. Prints, for each threshold of a word's log-probability (its least
probable token's), how many of the words below it are wrong (precision) and how many of the wrong words lie below it
(recall); then the same for segments by their mean log-probability, a segment counting as bad when a fifth of its
words or more are wrong. Needs flite and numpy.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile

import numpy

from long_recording import RATE, align, read, sentences, words, write


WORD_LIMITS = (-0.1, -0.2, -0.3, -0.5, -0.7, -1.0, -1.5)


def pieces(model):
    """What each token id stands for, as bytes."""
    with open(os.path.join(model, "vocab.json"), encoding="utf-8") as file:
        vocabulary = json.load(file)
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in plain]
    byte = {chr(b): b for b in plain} | {chr(256 + i): b for i, b in enumerate(rest)}
    return {i: bytes(byte[c] for c in t) for t, i in vocabulary.items() if all(c in byte for c in t)}


def heard(chunk, table):
    """The words of an answer, header included, each with the log-probability of its least probable token."""
    found, is_inside = [], False
    for token, value in zip(chunk["token_ids"], chunk["token_logprobs"]):
        # Special tokens have no text and end a word.
        is_inside = is_inside and token in table
        for part in re.findall(r"\s+|\S+", table.get(token, b"").decode("utf-8", "replace")):
            if part.isspace():
                is_inside = False
                continue
            if not is_inside:
                found.append(["", 0.0])
            is_inside = True
            found[-1][0] += part
            # How sure the model is of a comma says nothing about the word before it.
            if re.search(r"\w", part):
                found[-1][1] = min(found[-1][1], value)
    return found


def main():
    sotto, model, folder = sys.argv[1:]
    rng, numbers = random.Random(3), numpy.random.default_rng(3)
    texts = sentences(folder)
    table = pieces(model)
    judged, segments = [], []
    with tempfile.TemporaryDirectory() as place:
        for snr in (None, 20, 10, 5):
            for voice in ("slt", "rms", "awb"):
                for _ in range(12):
                    chosen = rng.sample(texts, 4)
                    path = os.path.join(place, "x.wav")
                    parts = []
                    for text in chosen:
                        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", path], check=True)
                        parts += [read(path), numpy.zeros(RATE // 2, numpy.float32)]
                    sound = numpy.concatenate(parts)
                    if snr is not None:
                        level = numpy.sqrt(numpy.mean(sound**2)) / 10 ** (snr / 20)
                        sound = sound + numbers.normal(0, level, len(sound)).astype(numpy.float32)
                    write(path, sound)
                    run = subprocess.run(
                        [sotto, "transcribe", "-q", "--format", "json", "--model", model, path],
                        capture_output=True, text=True)
                    result = json.loads(run.stdout)
                    said = [w for text in chosen for w in words(text)]
                    values = []
                    for segment, chunk in zip(result["segments"], [c for c in result["chunks"] if c["text"]]):
                        # What is before the words of the text is the header's.
                        values += heard(chunk, table)[-len(segment["text"].split()) :]
                    found = [words(w)[0] if words(w) else "" for w, _ in values]
                    right = {j for _, j in align(said, found)[0]}
                    judged += [(value, j not in right, snr) for j, (_, value) in enumerate(values)]
                    share = 1 - len(right) / max(1, len(values))
                    segments += [(s["logprob"], share >= 0.2) for s in result["segments"]]
    for name, rows, limits in (
        ("words", [(v, bad) for v, bad, _ in judged], WORD_LIMITS),
        ("words without noise", [(v, bad) for v, bad, snr in judged if snr is None], WORD_LIMITS),
        ("segments", segments, (-0.02, -0.05, -0.1, -0.15, -0.2, -0.3, -0.5)),
    ):
        wrong = sum(bad for _, bad in rows)
        print(f"{name}: {len(rows)}, of them bad {wrong}")
        for limit in limits:
            below = [bad for value, bad in rows if value < limit]
            precision = sum(below) / max(1, len(below))
            print(f"  {limit:6.2f}: marked {len(below) / len(rows):5.1%}, precision {precision:5.1%}, "
                  f"recall {sum(below) / max(1, wrong):5.1%}")


if __name__ == "__main__":
    main()
