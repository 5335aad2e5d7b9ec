#!/usr/bin/env python3
"""Compares Sotto's token ids with the official implementation's.

    python parity.py CHECKPOINT --ours DIR a.wav b.wav [--max-new-tokens N] [--save REF.json] [--reference REF.json]

DIR holds Sotto's JSON for each recording (NAME.json, made with --parity). The official package runs on
the same pieces, in float32, with attention windows and the end tokens of generation_config.json. Token
ids must be equal. A difference counts as equal only where the reference's best two logits lie less
than 0.001 apart at that step; it is listed. Exit status 1 if any recording differs.
"""
from __future__ import annotations

import argparse
import json
import os
import sys

TIE = 1e-3


def reference(model_dir: str, wavs: list[str], ours: dict[str, dict], limit: int | None) -> dict:
    import torch

    import refcommon as rc
    torch.set_num_threads(os.cpu_count() or 1)
    model = rc.load_asr(model_dir, dtype="fp32", attention="windowed", batch_size=1)
    stops = set(rc.stop_ids(model_dir))
    plain, seen, current = model.model.generate, [], {}

    def generate(*args, **kw):
        kw.update(output_logits=True, max_new_tokens=current["limit"])
        out = plain(*args, **kw)
        ids = out.sequences[0, kw["input_ids"].shape[1]:].tolist()
        best = [logits[0].topk(2).values for logits in out.logits]
        seen.append((ids, [float(b[0] - b[1]) for b in best]))
        return out

    model.model.generate = generate
    results = {}
    for path in wavs:
        wave = rc.read_wav(path)
        pieces = []
        for chunk in ours[path]["chunks"]:
            piece = wave[chunk["start_sample"]:chunk["end_sample"]]
            current["limit"] = limit or 256 + 40 * len(piece) // 16000
            seen.clear()
            model.transcribe([(piece, 16000)])
            ids, margins = seen[0]
            end = next((i + 1 for i, t in enumerate(ids) if t in stops), len(ids))
            pieces.append({"token_ids": ids[:end], "margins": margins[:end]})
        results[os.path.basename(path)] = pieces
        print(f"reference {os.path.basename(path)}: {sum(len(p['token_ids']) for p in pieces)} tokens", file=sys.stderr)
    return results


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("model")
    ap.add_argument("audio", nargs="+")
    ap.add_argument("--ours", required=True)
    ap.add_argument("--max-new-tokens", type=int)
    ap.add_argument("--save")
    ap.add_argument("--reference")
    args = ap.parse_args()
    ours = {}
    for path in args.audio:
        name = os.path.splitext(os.path.basename(path))[0]
        with open(os.path.join(args.ours, name + ".json"), encoding="utf-8") as f:
            ours[path] = json.load(f)
    if args.reference:
        with open(args.reference, encoding="utf-8") as f:
            expected = json.load(f)
    else:
        expected = reference(args.model, args.audio, ours, args.max_new_tokens)
    if args.save:
        with open(args.save, "w", encoding="utf-8") as f:
            json.dump(expected, f)
    equal, ties, smallest, tokens = 0, 0, float("inf"), 0
    for path in args.audio:
        name = os.path.basename(path)
        verdict = "equal"
        for number, (chunk, piece) in enumerate(zip(ours[path]["chunks"], expected[name], strict=True)):
            found, wanted, margins = chunk["token_ids"], piece["token_ids"], piece["margins"]
            tokens += len(wanted)
            smallest = min([smallest, *margins])
            if found == wanted:
                continue
            step = next((i for i, (a, b) in enumerate(zip(found, wanted)) if a != b), min(len(found), len(wanted)))
            margin = margins[step] if step < len(margins) else float("inf")
            where = f"piece {number}, step {step}, reference margin {margin:.6f}"
            if margin < TIE:
                ties += 1
                verdict = f"equal but for a tie at {where}" if verdict == "equal" else verdict
            else:
                verdict = f"DIFFERS at {where}"
        equal += not verdict.startswith("DIFFERS")
        print(f"{name}: {verdict}")
    print(f"{equal} of {len(args.audio)} equal ({ties} with a margin below {TIE}); {tokens} tokens, smallest margin {smallest:.6f}")
    return 0 if equal == len(args.audio) else 1


if __name__ == "__main__":
    sys.exit(main())
