"""What the speech detector's own ONNX form hears in ten minutes of mixed sound.

    python speech_probabilities.py silero_vad_16k_op15.onnx silero_vad_16k.safetensors SAMPLES_FOLDER OUT.f32

The two files lie in the package silero-vad 6.2.3. They are of one network and of different trainings (the
largest difference of a weight is 37), so the ONNX form is given the weights of the other file first.
Writes one little-endian float32 for every 512 samples at 16 kHz. The sound is made of the samples by
whole-number arithmetic alone, so that a test in any language makes the same (SpeechDetectorTests.swift).
Needs numpy, onnx, onnxruntime and safetensors.
"""

import glob
import os
import sys
import wave

import numpy
import onnx
import onnxruntime
import safetensors.numpy

NAMES = {"model.stft.forward_basis_buffer": "stft_conv.weight", "model.decoder.decoder.2": "final_conv",
         "model.decoder.rnn": "lstm_cell", **{f"model.encoder.{i}.reparam_conv": f"conv{i + 1}" for i in range(4)}}


def with_weights(path, weights):
    """The ONNX form with other weights."""
    model = onnx.load(path)
    left = set(weights)
    for tensor in model.graph.initializer:
        name = tensor.name
        for old, new in NAMES.items():
            name = name.replace(old, new)
        if name in weights:
            assert list(weights[name].shape) == list(tensor.dims)
            tensor.CopyFrom(onnx.numpy_helper.from_array(weights[name], tensor.name))
            left.remove(name)
    assert not left, left
    return model.SerializeToString()


def noise(count):
    """Uniform 16-bit values of a linear congruential generator (Numerical Recipes)."""
    state, values = 1, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        value = state >> 16
        values.append(value - 65536 if value >= 32768 else value)
    return numpy.array(values, dtype=numpy.int64)


def triangle(count, period, height):
    at = numpy.arange(count, dtype=numpy.int64) % period
    return numpy.abs(at * 4 - period * 2) * height // (period * 2) - height // 2


def read(path):
    with wave.open(path) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16000)
        return numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(numpy.int64)


def mixed(folder):
    speech = numpy.concatenate([read(p) for p in sorted(glob.glob(os.path.join(folder, "*.wav")))])
    count = len(speech)
    hiss = noise(count)
    hum = triangle(count, 320, 1500)
    others = sum(numpy.roll(speech, shift) for shift in (100003, 300007, 500009)) >> 1
    # One note of 200 ms after another, with its octave.
    music = numpy.concatenate(
        [triangle(3200, period, 3000) + triangle(3200, period // 2, 2000)
         for _ in range(count // 3200 // 4 + 1) for period in (64, 50, 42, 32)])[:count]
    parts = [speech]
    parts += [speech + (hiss * level >> 8) for level in (3, 9, 15, 27)]
    parts += [speech + hum, speech + others, speech + music, speech >> 5, music + (hiss >> 6)]
    return numpy.clip(numpy.concatenate(parts), -32768, 32767).astype(numpy.float32) / 32768


def main(model, weights, folder, out):
    weights = safetensors.numpy.load_file(weights)
    session = onnxruntime.InferenceSession(with_weights(model, weights), providers=["CPUExecutionProvider"])
    samples = mixed(folder)
    samples = numpy.concatenate([samples, numpy.zeros(-len(samples) % 512, numpy.float32)])
    state = numpy.zeros((2, 1, 128), numpy.float32)
    context = numpy.zeros((1, 64), numpy.float32)
    result = []
    for start in range(0, len(samples), 512):
        x = numpy.concatenate([context, samples[None, start:start + 512]], axis=1)
        p, state = session.run(None, {"input": x, "state": state, "sr": numpy.array(16000, numpy.int64)})
        context = x[:, -64:]
        result.append(p[0, 0])
    numpy.array(result, "<f4").tofile(out)
    print(f"{len(samples) / 16000:.1f} s, {len(result)} frames, {sum(p > 0.5 for p in result)} above 0.5")


if __name__ == "__main__":
    main(*sys.argv[1:])
