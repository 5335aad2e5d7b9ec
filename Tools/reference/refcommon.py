"""Shared helpers for the reference scripts: loading the official package and controlling it."""
from __future__ import annotations

import contextlib
import json
import os
import warnings

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
import torch  # noqa: E402

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def official():
    """Import the official package (slow: it pulls in numba through librosa)."""
    import qwen_asr
    from qwen_asr.core.transformers_backend import modeling_qwen3_asr as modeling
    from qwen_asr.inference import qwen3_asr as inference
    from qwen_asr.inference import qwen3_forced_aligner as aligner
    from qwen_asr.inference import utils
    return qwen_asr, modeling, inference, aligner, utils


# ------------------------------------------------------------------ encoder attention windows
_original_attention = None


def set_encoder_attention(mode: str) -> None:
    """mode "windowed": attention stays inside the windows given by cu_seqlens (what the model is meant to
    do, and what the package's vLLM and FlashAttention-2 paths do).  mode "full": leave the package as it
    is; its sdpa and eager paths then attend over the whole clip."""
    global _original_attention
    _, modeling, _, _, _ = official()
    cls = modeling.Qwen3ASRAudioAttention
    if _original_attention is None:
        _original_attention = cls.forward
    if mode == "full":
        cls.forward = _original_attention
        return
    if mode != "windowed":
        raise ValueError(mode)
    original = _original_attention

    def forward(self, hidden_states, cu_seqlens=None, attention_mask=None, **kw):
        if attention_mask is None and self.config._attn_implementation != "flash_attention_2":
            n = hidden_states.shape[0]
            seg = torch.zeros(n, dtype=torch.long, device=hidden_states.device)
            for b in cu_seqlens[1:-1].tolist():
                seg[b:] += 1
            same = seg[:, None] == seg[None, :]
            attention_mask = torch.zeros((n, n), dtype=hidden_states.dtype, device=hidden_states.device)
            attention_mask = attention_mask.masked_fill(~same, torch.finfo(hidden_states.dtype).min)[None, None]
        return original(self, hidden_states, cu_seqlens=cu_seqlens, attention_mask=attention_mask, **kw)

    cls.forward = forward


# ------------------------------------------------------------------ tokenizer quirk
def undo_regex_patch(processor) -> bool:
    """The package loads the tokenizer with fix_mistral_regex=True.  For a local directory with the real
    vocabulary this makes transformers 4.57.6 swap Qwen's pre-tokenizer pattern for another one; for a hub
    name it does not.  Put Qwen's own pattern back.  Returns True if something was changed."""
    import tokenizers

    from build_qwen_vocab import PRETOKENIZE_REGEX
    tok = processor.tokenizer
    if not getattr(tok, "fix_mistral_regex", False):
        return False
    tok.backend_tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Sequence([
        tokenizers.pre_tokenizers.Split(tokenizers.Regex(PRETOKENIZE_REGEX), behavior="isolated", invert=False),
        tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tok.fix_mistral_regex = False
    return True


# ------------------------------------------------------------------ loading
def stop_ids(model_dir: str) -> list[int]:
    with open(os.path.join(model_dir, "generation_config.json"), encoding="utf-8") as f:
        ids = json.load(f)["eos_token_id"]
    return ids if isinstance(ids, list) else [ids]


def set_implementation(model, implementation: str) -> None:
    """The package's config classes build their sub-configs after attn_implementation has been handed out, so
    the argument of from_pretrained() reaches only the outermost model; set it on the parts that compute."""
    th = model.thinker
    for part in (th, th.audio_tower, th.model):
        part.config._attn_implementation = implementation


def set_dtype(model, dtype: str) -> None:
    """A dtype written in the parts of config.json wins over the argument of from_pretrained(): a checkpoint that
    says bfloat16 there would be computed in bfloat16 whatever was asked for.  Buffers keep theirs: the angles of
    the rotation are float32 in every precision."""
    for parameter in model.parameters():
        parameter.data = parameter.data.to(DTYPES[dtype])


def load_asr(model_dir: str, dtype="fp32", device="cpu", attention="windowed", qwen_regex=True,
             implementation="sdpa", max_new_tokens=512, batch_size=32):
    """The official Qwen3ASRModel on a checkpoint directory.  The stop ids come from generation_config.json
    (the package hard-codes 151645 and 151643)."""
    qwen_asr, _, _, _, _ = official()
    set_encoder_attention(attention)
    model = qwen_asr.Qwen3ASRModel.from_pretrained(
        model_dir, dtype=DTYPES[dtype], device_map=device, attn_implementation=implementation,
        max_inference_batch_size=batch_size, max_new_tokens=max_new_tokens)
    model.model.eval()
    set_dtype(model.model, dtype)
    set_implementation(model.model, implementation)
    if qwen_regex:
        undo_regex_patch(model.processor)
    plain = model.model.generate
    eos = stop_ids(model_dir)

    def generate(*a, **kw):
        kw.setdefault("eos_token_id", eos)
        kw.setdefault("pad_token_id", eos[0])
        return plain(*a, **kw)

    model.model.generate = generate
    return model


def load_aligner(model_dir: str, dtype="fp32", device="cpu", attention="windowed", qwen_regex=True,
                 implementation="sdpa"):
    qwen_asr, _, _, _, _ = official()
    set_encoder_attention(attention)
    al = qwen_asr.Qwen3ForcedAligner.from_pretrained(
        model_dir, dtype=DTYPES[dtype], device_map=device, attn_implementation=implementation)
    al.model.eval()
    set_dtype(al.model, dtype)
    set_implementation(al.model, implementation)
    if qwen_regex:
        undo_regex_patch(al.processor)
    return al


@contextlib.contextmanager
def record_generate(model):
    """Collect the token ids of every generate() call of an official model."""
    calls, inner = [], model.model.generate

    def generate(*a, **kw):
        out = inner(*a, **kw)
        n = kw["input_ids"].shape[1]
        calls.append(out.sequences[:, n:].cpu().numpy())
        return out

    model.model.generate = generate
    try:
        yield calls
    finally:
        model.model.generate = inner


def read_wav(path: str) -> np.ndarray:
    """16-bit PCM WAV -> float32 in [-1, 1), exactly sample / 32768."""
    import soundfile as sf
    x, sr = sf.read(path, dtype="int16", always_2d=False)
    if sr != 16000 or x.ndim != 1:
        raise ValueError(f"{path}: want mono 16 kHz")
    return x.astype(np.float32) / 32768.0


def write_wav(path: str, x: np.ndarray, sr: int = 16000) -> None:
    import soundfile as sf
    sf.write(path, np.clip(np.rint(x * 32768.0), -32768, 32767).astype(np.int16), sr, subtype="PCM_16")
