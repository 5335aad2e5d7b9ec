"""How much speech the detector misses, by threshold, kind of noise and its level.

    python speech_misses.py silero_vad_16k_op15.onnx silero_vad_16k.safetensors SAMPLES_FOLDER [--onnx-weights]

Speaks sentences with espeak-ng, flite and festival, adds the demo samples, and puts pauses of 0.3 to 3 s between
them: 5.5 minutes of clean sound, in which speech is what is louder than -45 dB below the utterance's own peak. Then
noise, hum, babble and music at 20, 10, 5 and 0 dB: 94 minutes in all. Prints the part of the speech frames that lie
below each threshold, and of the others that lie above. Needs what speech_probabilities.py needs, espeak-ng,
flite and festival (text2wave).
"""

import glob
import os
import subprocess
import sys
import tempfile
import wave

import numpy
import onnxruntime

from speech_probabilities import noise, triangle, with_weights

SENTENCES = [
    "Good morning, everyone. The meeting about the annual report starts at ten thirty.",
    "Please take the tablets twice a day with plenty of water, and call me on Thursday.",
    "We sold forty two copies in May and eighty six copies in June.",
    "The witness says that she saw the car at the corner shortly after midnight.",
]
CHINESE = ["大家好，会议十点半开始，请准备好年度报告。", "医生说每天吃两次药，多喝水，星期四再来。"]
THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8)


def read(path):
    with wave.open(path) as file:
        data = numpy.frombuffer(file.readframes(file.getnframes()), "<i2").astype(numpy.float64) / 32768
        data = data.reshape(-1, file.getnchannels()).mean(axis=1)
        count = int(len(data) * 16000 / file.getframerate())
        return numpy.interp(numpy.arange(count) * file.getframerate() / 16000, numpy.arange(len(data)), data)


def spoken(folder):
    result = []

    def add(*command, text=None):
        path = os.path.join(folder, "x.wav")
        subprocess.run([c.replace("OUT", path) for c in command], input=text, text=True, check=True, capture_output=True)
        result.append(read(path))

    for sentence in SENTENCES:
        for voice in ("en-us", "en-gb", "en-us+f3", "en-gb-scotland"):
            add("espeak-ng", "-v", voice, "-w", "OUT", sentence)
        for voice in ("slt", "rms", "awb", "kal16"):
            add("flite", "-voice", voice, "-t", sentence, "-o", "OUT")
        add("text2wave", "-o", "OUT", text=sentence)
    for sentence in CHINESE:
        for voice in ("cmn", "yue"):
            add("espeak-ng", "-v", voice, "-w", "OUT", sentence)
    return result


def levels(samples):
    """Decibels of each frame of 512 samples."""
    count = len(samples) // 512
    power = (samples[:count * 512].reshape(count, 512) ** 2).mean(axis=1)
    return 10 * numpy.log10(power + 1e-12)


def main(model, weights, samples, *options):
    import safetensors.numpy
    own = open(model, "rb").read()
    if "--onnx-weights" not in options:
        own = with_weights(model, safetensors.numpy.load_file(weights))
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(own, settings, providers=["CPUExecutionProvider"])

    with tempfile.TemporaryDirectory() as folder:
        utterances = spoken(folder)
    names = [p for p in sorted(glob.glob(os.path.join(samples, "*.wav"))) if "silence" not in p]
    utterances += [read(p) for p in names]
    random = numpy.random.default_rng(1)
    parts, truth = [], []
    for utterance in utterances:
        utterance = utterance[:len(utterance) // 512 * 512]
        utterance = utterance / max(1e-9, abs(utterance).max()) * 0.3
        level = levels(utterance)
        pause = int(random.uniform(0.3, 3) * 16000) // 512
        parts += [utterance, numpy.zeros(pause * 512)]
        truth += [level > level.max() - 45, numpy.zeros(pause, bool)]
    clean, truth = numpy.concatenate(parts), numpy.concatenate(truth)
    count = len(clean)
    notes = numpy.concatenate([triangle(3200, p, 3000) + triangle(3200, p // 2, 2000) for p in (64, 50, 42, 32)])
    sounds = {
        "noise": noise(count), "hum": triangle(count, 320, 1500),
        "babble": sum(numpy.roll(clean, k * count // 7) for k in range(1, 7)),
        "music": numpy.resize(notes, count),
    }

    def probabilities(sound):
        sound = sound.astype(numpy.float32)
        state, context = numpy.zeros((2, 1, 128), numpy.float32), numpy.zeros((1, 64), numpy.float32)
        rate, found = numpy.array(16000, numpy.int64), []
        for start in range(0, len(sound) // 512 * 512, 512):
            x = numpy.concatenate([context, sound[None, start:start + 512]], axis=1)
            p, state = session.run(None, {"input": x, "state": state, "sr": rate})
            context = x[:, -64:]
            found.append(p[0, 0])
        return numpy.array(found)

    print(f"{count / 16000 / 60:.1f} minutes, {truth.mean():.2f} of it speech; missed, then false, in per cent")
    print("| | " + " | ".join(f"{t}" for t in THRESHOLDS) + " |\n|---" * 1 + "|---" * len(THRESHOLDS) + "|")
    speech_power = (clean.reshape(-1, 512)[truth[:count // 512]] ** 2).mean()
    cases = [("clean", None, 0)] + [(f"{k}, {d} dB", k, d) for k in sounds for d in (20, 10, 5, 0)]
    for name, kind, ratio in cases:
        sound = clean
        if kind:
            other = sounds[kind].astype(numpy.float64)
            sound = clean + other * numpy.sqrt(speech_power / (other ** 2).mean() / 10 ** (ratio / 10))
        sound = sound / max(1, abs(sound).max())
        p = probabilities(sound)
        cells = [f"{100 * (p[truth] < t).mean():.1f} / {100 * (p[~truth] >= t).mean():.1f}" for t in THRESHOLDS]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
