#!/usr/bin/env python3
"""Compare Sotto's token ids with those of the official package.

    python parity.py CHECKPOINT a.wav b.wav --ours DIR            run the package, compare
    python parity.py CHECKPOINT a.wav b.wav --save REF.json       run the package, keep what it says
    python parity.py --reference REF.json a.wav b.wav --ours DIR  compare with what was kept; needs no torch

DIR holds NAME.json for every NAME.wav: the output of `sotto transcribe --format json --parity`. Recordings
are 16 kHz mono 16-bit WAV; they are named by file name, so two of the same name are refused.

The package runs in float32 with attention windows and the stop ids of generation_config.json. Recordings up
to 30 s are one piece; longer ones are cut by the package's own search for a quiet point near every 25 s
(MODEL.md 7.4). Sotto must have cut at the same samples. A piece may have 256 + 40 tokens per second, or
--max-new-tokens; Sotto must have been given the same limit.

Equal means: the same ids, up to and with the stop token. Where the first difference falls on a step at
which the package's best two logits lie less than 0.001 apart, rounding may choose either: this counts as
equal and is told. Exit status 1 if a recording differs.
"""
from __future__ import annotations

import argparse
import json
import os
import sys

RATE = 16000
TIE = 1e-3


def token_limit(samples: int) -> int:
    """Sotto's budget for a piece."""
    return 256 + 40 * samples // RATE


def name_of(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]


# ------------------------------------------------------------------ the official package
def run_package(checkpoint: str, paths: list[str], limit: int | None) -> dict:
    import refcommon as rc
    _, _, _, _, utils = rc.official()
    model = rc.load_asr(checkpoint, dtype="fp32", attention="windowed", batch_size=1)
    stops = set(rc.stop_ids(checkpoint))
    inner, step_logits = model.model.generate, []

    def generate(*args, **kw):
        out = inner(*args, output_logits=True, **kw)
        step_logits[:] = out.logits
        return out

    model.model.generate = generate
    recordings = {}
    for path in paths:
        wave = rc.read_wav(path)
        cuts = [(wave, 0.0)] if len(wave) <= 30 * RATE else utils.split_audio_into_chunks(wave, RATE, 25)
        pieces = []
        for piece, offset in cuts:
            start = round(offset * RATE)
            # A short last piece comes filled up with zeros, which are not part of the recording.
            end = min(start + len(piece), len(wave))
            model.max_new_tokens = limit or token_limit(end - start)
            with rc.record_generate(model) as calls:
                model.transcribe([(piece, RATE)])
            (ids,) = (row.tolist() for call in calls for row in call)
            count = next((i + 1 for i, token in enumerate(ids) if token in stops), len(ids))
            best = [logits[0].topk(2).values.tolist() for logits in step_logits[:count]]
            pieces.append({"start_sample": start, "end_sample": end, "token_limit": model.max_new_tokens,
                           "token_ids": ids[:count], "margins": [first - second for first, second in best]})
        recordings[name_of(path)] = pieces
        print(f"{name_of(path)}: {sum(len(p['token_ids']) for p in pieces)} tokens by the package",
              file=sys.stderr, flush=True)
    return {"model": os.path.basename(os.path.normpath(checkpoint)), "recordings": recordings}


# ------------------------------------------------------------------ comparison
def first_difference(found: list[int], expected: list[int]) -> int | None:
    if found == expected:
        return None
    pairs = zip(found, expected)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(found), len(expected)))


def compare(ours: list[dict], pieces: list[dict]) -> tuple[bool, list[str]]:
    """Whether a recording counts as equal, and what there is to tell about it."""
    def ends(parts):
        return [(p["start_sample"], p["end_sample"]) for p in parts]

    if ends(ours) != ends(pieces):
        return False, [f"cut at {ends(ours)}, the package cuts at {ends(pieces)}"]
    equal, told = True, []
    for number, (chunk, piece) in enumerate(zip(ours, pieces)):
        found, expected = chunk["token_ids"], piece["token_ids"]
        step = first_difference(found, expected)
        if step is None:
            continue
        where = f"piece {number}, step {step}"
        # Only another choice can be rounding: ending early or going on is never a tie.
        if step >= len(found) or step >= len(expected):
            equal = False
            told.append(f"{where}: {len(found)} tokens, the package has {len(expected)}")
            continue
        margin = piece["margins"][step]
        equal = equal and margin < TIE
        told.append(f"{where}: {found[step]}, the package has {expected[step]} by a margin of {margin:.6f}")
    return equal, told


def report(names: list[str], ours_folder: str, recordings: dict) -> bool:
    """Prints the comparison; returns whether all are equal."""
    equal_count, tie_count, token_count, smallest = 0, 0, 0, (float("inf"), "")
    for name in names:
        if name not in recordings:
            raise SystemExit(f"the reference has no {name}; make it again with --save")
        pieces = recordings[name]
        with open(os.path.join(ours_folder, name + ".json"), encoding="utf-8") as f:
            chunks = json.load(f)["chunks"]
        equal, told = compare(chunks, pieces)
        margin = min(m for p in pieces for m in p["margins"])
        tokens = sum(len(p["token_ids"]) for p in pieces)
        state = ("equal but for a tie" if told else "equal") if equal else "DIFFERS"
        print(f"{name}: {state}, {tokens} tokens, smallest margin {margin:.6f}" + "".join(f"; {t}" for t in told))
        equal_count += equal
        tie_count += equal and bool(told)
        token_count += tokens
        smallest = min(smallest, (margin, name))
    print(f"{token_count} tokens, smallest margin {smallest[0]:.6f} ({smallest[1]})")
    print(f"{equal_count} of {len(names)} equal ({tie_count} with a margin below {TIE})")
    return equal_count == len(names)


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("paths", nargs="+", metavar="CHECKPOINT | WAV",
                    help="the checkpoint directory (not with --reference), then recordings")
    ap.add_argument("--ours", metavar="DIR", help="Sotto's output, NAME.json for every NAME.wav")
    ap.add_argument("--save", metavar="REF.json", help="keep the package's results")
    ap.add_argument("--reference", metavar="REF.json", help="take the package's results from here")
    ap.add_argument("--max-new-tokens", type=int, help="per piece; default 256 + 40 per second")
    args = ap.parse_args()
    if not args.ours and not args.save:
        ap.error("give --ours to compare, --save to keep the package's results, or both")
    if args.reference and (args.save or args.max_new_tokens):
        ap.error("--reference excludes --save and --max-new-tokens")
    wavs = args.paths if args.reference else args.paths[1:]
    names = [name_of(path) for path in wavs]
    if not names:
        ap.error("name a recording")
    if len(set(names)) < len(names):
        ap.error("two recordings have the same name")

    if args.reference:
        with open(args.reference, encoding="utf-8") as f:
            found = json.load(f)
    else:
        found = run_package(args.paths[0], wavs, args.max_new_tokens)
    if args.save:
        with open(args.save, "w", encoding="utf-8") as f:
            json.dump(found, f, indent=1)
            f.write("\n")
    return 0 if not args.ours or report(names, args.ours, found["recordings"]) else 1


if __name__ == "__main__":
    sys.exit(main())
