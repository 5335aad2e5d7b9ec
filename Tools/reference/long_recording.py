"""Makes a long recording of the sentences of the demo samples, transcribes it, and counts what went wrong.

    python long_recording.py SOTTO SAMPLES_FOLDER MINUTES [SEED]

flite's voices slt and rms say the sentences in random order, a little faster or slower, with pauses of 0.1 to 1.5 s
and sometimes up to 20 s, over faint noise. The text must hold each utterance once: words are aligned with what
was said, and between the neighbours of an utterance there must be at least half and at most twice as many words as
it has. Then every piece that the recording was cut into is transcribed alone, and once more with the text of the piece
before it as context, and the word error rates are printed. Needs flite and numpy.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import wave

import numpy

RATE = 16000


def read(path):
    with wave.open(path) as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE, 1)
        return numpy.frombuffer(file.readframes(file.getnframes()), "<i2").astype(numpy.float32)


def write(path, samples):
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(numpy.clip(samples, -32768, 32767).astype("<i2").tobytes())


def sentences(folder):
    with open(os.path.join(folder, "transcripts.json")) as file:
        texts = json.load(file)
    texts = [text for name, text in texts.items() if not name.startswith("real")]
    return [s for text in texts for s in re.findall(r"[^.?!]+[.?!]", text)]


def words(text):
    return re.sub(r"[^\w' ]", " ", text.lower()).split()


def align(said, found):
    """Pairs of indices of equal words on a shortest way of edits, and how many edits there are."""
    said, found = numpy.array(said), numpy.array(found)
    rows = numpy.zeros((len(said) + 1, len(found) + 1), numpy.int32)
    rows[0] = numpy.arange(len(found) + 1)
    steps = numpy.arange(len(found) + 1)
    for i, word in enumerate(said, 1):
        best = numpy.minimum(rows[i - 1, 1:] + 1, rows[i - 1, :-1] + (found != word))
        row = numpy.concatenate([[i], best])
        rows[i] = numpy.minimum.accumulate(row - steps) + steps
    pairs, i, j = [], len(said), len(found)
    while i and j:
        if said[i - 1] == found[j - 1] and rows[i, j] == rows[i - 1, j - 1]:
            pairs.append((i - 1, j - 1))
            i, j = i - 1, j - 1
        elif rows[i, j] == rows[i - 1, j - 1] + 1:
            i, j = i - 1, j - 1
        elif rows[i, j] == rows[i - 1, j] + 1:
            i -= 1
        else:
            j -= 1
    return pairs[::-1], int(rows[-1, -1])


def transcribe(sotto, path, *options):
    start = time.time()
    command = [sotto, "transcribe", "-q", "--format", "json", path, *options]
    run = subprocess.run(command, capture_output=True, text=True)
    return json.loads(run.stdout), time.time() - start, run.stderr


def main():
    sotto, samples_folder, minutes = sys.argv[1], sys.argv[2], float(sys.argv[3])
    rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    texts = sentences(samples_folder)
    with tempfile.TemporaryDirectory() as folder:
        spoken = {}

        def say(text):
            key = (text, rng.choice(("slt", "rms")), rng.choice(("0.95", "1.0", "1.05")))
            if key not in spoken:
                path = os.path.join(folder, "say.wav")
                options = ["-voice", key[1], "--setf", "duration_stretch=" + key[2]]
                subprocess.run(["flite", *options, "-t", text, "-o", path], check=True)
                spoken[key] = read(path)
            return spoken[key]

        parts, said, length = [], [], 0
        while length < minutes * 60 * RATE:
            text = rng.choice(texts)
            pause = rng.uniform(0.1, 1.5) if rng.random() < 0.97 else rng.uniform(1.5, 20)
            parts += [say(text), numpy.zeros(int(pause * RATE), numpy.float32)]
            length += len(parts[-2]) + len(parts[-1])
            said.append(words(text))
        sound = numpy.concatenate(parts)
        sound += numpy.random.default_rng(1).normal(0, 20, len(sound)).astype(numpy.float32)
        path = os.path.join(folder, "long.wav")
        write(path, sound)
        result, seconds, errors = transcribe(sotto, path)
        found = words(result["text"])
        flat = [word for utterance in said for word in utterance]
        pairs, edits = align(flat, found)
        partner = dict(pairs)
        places = []
        for utterance in said:
            first = places[-1][1] if places else 0
            places.append((first, first + len(utterance)))
        own = [[partner[i] for i in range(*place) if i in partner] for place in places]
        missing = doubled = 0
        for index, utterance in enumerate(said):
            before = next((o[-1] for o in reversed(own[:index]) if o), -1)
            after = next((o[0] for o in own[index + 1 :] if o), len(found))
            neighbours = 2 * (not own[index]) * len(utterance)
            missing += len(own[index]) < len(utterance) / 2 and after - before - 1 < len(utterance) / 2
            doubled += after - before - 1 > 2 * len(utterance) + neighbours
        print(f"{len(sound) / RATE:.0f} s, {len(said)} utterances, {len(flat)} words; {len(result['chunks'])} pieces, "
              f"{seconds:.1f} s; complete: {result['complete']}; {errors.strip() or 'no warnings'}")
        print(f"missing {missing}, doubled {doubled}; word error rate {100 * edits / len(flat):.2f} %")
        ends = [(c["kind"], c["start"], c["end"]) for c in result["coverage"]]
        assert ends[0][1] == 0 and all(a[2] == b[1] for a, b in zip(ends, ends[1:]))
        assert abs(ends[-1][2] - len(sound) / RATE) < 0.01
        alone, led, before = [], [], ""
        for chunk in result["chunks"]:
            write(path, sound[chunk["start_sample"] : chunk["end_sample"]])
            alone += words(transcribe(sotto, path)[0]["text"])
            before = transcribe(sotto, path, "--context", before)[0]["text"]
            led += words(before)
        _, edits = align(flat, alone)
        same = "the same words" if alone == found else "other words"
        print(f"the pieces alone: {same}, word error rate {100 * edits / len(flat):.2f} %")
        _, edits = align(flat, led)
        print(f"each with the text before it as context: word error rate {100 * edits / len(flat):.2f} %")


if __name__ == "__main__":
    main()
