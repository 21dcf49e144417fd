"""Whisper as transformers knows it, from the weights of a CTranslate2 folder: one download serves this engine too.

The names of the tensors are openai-whisper's with other words in them (transformers' own ``convert_openai_to_hf.py``). What the
model needs besides, alignment heads, suppressed tokens, the tokens of languages and tasks, is in CTranslate2's config.json
and tokenizer.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingest.transcribers.ct2_weights import Dimensions, read_tensors, whisper_state

MULTILINGUAL_VOCABULARY = 51865  # tokens; the English models have one fewer

# openai-whisper's words, transformers' words; the longer of two that overlap comes first.
RENAMED = (
    (".blocks.", ".layers."),
    (".mlp.0.", ".fc1."),
    (".mlp.2.", ".fc2."),
    (".mlp_ln.", ".final_layer_norm."),
    (".cross_attn_ln.", ".encoder_attn_layer_norm."),
    (".attn_ln.", ".self_attn_layer_norm."),
    (".cross_attn.", ".encoder_attn."),
    (".attn.", ".self_attn."),
    (".query.", ".q_proj."),
    (".key.", ".k_proj."),
    (".value.", ".v_proj."),
    (".out.", ".out_proj."),
    ("encoder.ln_post.", "encoder.layer_norm."),
    ("decoder.ln.", "decoder.layer_norm."),
    ("decoder.token_embedding.", "decoder.embed_tokens."),
)


def renamed(name: str) -> str:
    if name.endswith("positional_embedding"):
        return f"model.{name.removesuffix('positional_embedding')}embed_positions.weight"
    for theirs, ours in RENAMED:
        name = name.replace(theirs, ours)
    return f"model.{name}"


def parts(folder: Path) -> dict[str, Any]:
    """``model``, ``tokenizer`` and ``feature_extractor`` for transformers' pipeline. Raises ``ModelMissing`` where the weights
    cannot be read, and what transformers raises where they do not fit."""
    import torch
    from transformers import (
        GenerationConfig,
        WhisperConfig,
        WhisperFeatureExtractor,
        WhisperForConditionalGeneration,
        WhisperTokenizer,
    )

    dimensions, state = whisper_state(read_tensors(folder / "model.bin"))
    tokenizer = WhisperTokenizer(
        tokenizer_file=str(folder / "tokenizer.json"), additional_special_tokens=specials(folder)
    )
    model = WhisperForConditionalGeneration(WhisperConfig(**architecture(dimensions, tokenizer)))
    named = {renamed(name): torch.from_numpy(value) for name, value in state.items()}
    named["proj_out.weight"] = named["model.decoder.embed_tokens.weight"]
    model.load_state_dict(named, strict=True)
    told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    model.generation_config = GenerationConfig(**generation(dimensions, tokenizer, told))
    extractor = WhisperFeatureExtractor(feature_size=dimensions.n_mels)
    return {"model": model.eval(), "tokenizer": tokenizer, "feature_extractor": extractor}


def specials(folder: Path) -> list[str]:
    """<|en|>, <|transcribe|> and their like: they are no words of the text."""
    added = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8")).get("added_tokens", [])
    return [str(token["content"]) for token in added if str(token["content"]).startswith("<|")]


def architecture(dimensions: Dimensions, tokenizer: Any) -> dict[str, Any]:
    end = tokenizer.convert_tokens_to_ids("<|endoftext|>")
    return {
        "vocab_size": dimensions.n_vocab,
        "num_mel_bins": dimensions.n_mels,
        "d_model": dimensions.n_audio_state,
        "encoder_layers": dimensions.n_audio_layer,
        "encoder_attention_heads": dimensions.n_audio_head,
        "encoder_ffn_dim": 4 * dimensions.n_audio_state,
        "decoder_layers": dimensions.n_text_layer,
        "decoder_attention_heads": dimensions.n_text_head,
        "decoder_ffn_dim": 4 * dimensions.n_text_state,
        "max_source_positions": dimensions.n_audio_ctx,
        "max_target_positions": dimensions.n_text_ctx,
        "decoder_start_token_id": tokenizer.convert_tokens_to_ids("<|startoftranscript|>"),
        "pad_token_id": end,
        "bos_token_id": end,
        "eos_token_id": end,
    }


def generation(dimensions: Dimensions, tokenizer: Any, told: dict[str, Any]) -> dict[str, Any]:
    """``told``: CTranslate2's config.json."""
    number = tokenizer.convert_tokens_to_ids
    multilingual = dimensions.n_vocab >= MULTILINGUAL_VOCABULARY
    out: dict[str, Any] = {
        "alignment_heads": told["alignment_heads"],
        "suppress_tokens": [token for token in told["suppress_ids"] if token >= 0],
        "begin_suppress_tokens": told["suppress_ids_begin"],
        "no_timestamps_token_id": number("<|notimestamps|>"),
        "prev_sot_token_id": number("<|startofprev|>"),
        "decoder_start_token_id": number("<|startoftranscript|>"),
        "eos_token_id": number("<|endoftext|>"),
        "pad_token_id": number("<|endoftext|>"),
        "bos_token_id": number("<|endoftext|>"),
        "is_multilingual": multilingual,
        "max_initial_timestamp_index": 50,
        "return_timestamps": False,
        "max_length": dimensions.n_text_ctx,
    }
    if multilingual:
        languages = set(told["lang_ids"])
        tokens = {token: number(token) for token in tokenizer.all_special_tokens}
        out["lang_to_id"] = {token: value for token, value in tokens.items() if value in languages}
        out["task_to_id"] = {task: number(f"<|{task}|>") for task in ("transcribe", "translate")}
    return out
