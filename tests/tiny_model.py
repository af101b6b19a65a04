"""A translation model of a few kilobytes with drawn weights: it says nonsense, and everything that loads and runs a real one runs it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

ctranslate2 = pytest.importorskip("ctranslate2", reason="the extra `translate` is not installed")
sentencepiece = pytest.importorskip("sentencepiece")
np = pytest.importorskip("numpy")

DEPTH = 16

LINES = [
    "the cache is not shared between users", "the gateway keeps the cache on a local disk", "a model reads the words of a page",
    "throughput rises and latency falls", "each card holds the weights of one model", "requests fail while the node is restarted",
    "缓存不在用户之间共享", "网关把缓存放在本地磁盘", "模型读取页面的文字", "吞吐上升而时延下降", "每张卡存放一个模型的权重", "节点重启时请求失败",
]  # fmt: skip


def pieces() -> bytes:
    """A SentencePiece model trained on LINES."""
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES * 4), model_writer=made, vocab_size=120, hard_vocab_limit=False, minloglevel=2
    )
    return made.getvalue()


def weights(folder: Path, vocabulary: list[str], **config: Any) -> None:
    """A Transformer of one layer as CTranslate2 saves it."""
    draw = np.random.default_rng(11)
    spec = ctranslate2.specs.TransformerSpec.from_config(num_layers=1, num_heads=2)

    def matrix(rows: int, columns: int) -> Any:
        return draw.normal(0, 0.3, (rows, columns)).astype(np.float32)

    def linear(one: Any, out: int, into: int = DEPTH) -> None:
        one.weight, one.bias = matrix(out, into), np.zeros(out, np.float32)

    def norm(one: Any) -> None:
        one.gamma, one.beta = np.ones(DEPTH, np.float32), np.zeros(DEPTH, np.float32)

    def attention(one: Any, *sizes: int) -> None:
        norm(one.layer_norm)
        for part, size in zip(one.linear, sizes, strict=True):
            linear(part, size)

    for side in (spec.encoder, spec.decoder):
        embedded = side.embeddings[0] if isinstance(side.embeddings, list) else side.embeddings
        embedded.weight = matrix(len(vocabulary), DEPTH)
        side.position_encodings.encodings = matrix(256, DEPTH)
        norm(side.layer_norm)
        for layer in side.layer:
            attention(layer.self_attention, 3 * DEPTH, DEPTH)
            if hasattr(layer, "attention"):
                attention(layer.attention, DEPTH, 2 * DEPTH, DEPTH)
            norm(layer.ffn.layer_norm)
            linear(layer.ffn.linear_0, 2 * DEPTH)
            linear(layer.ffn.linear_1, DEPTH, 2 * DEPTH)
    linear(spec.decoder.projection, len(vocabulary))
    spec.config.unk_token, spec.config.bos_token, spec.config.eos_token = "<unk>", "<s>", "</s>"
    spec.config.decoder_start_token = "<s>"
    for name, value in config.items():
        setattr(spec.config, name, value)
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    spec.validate()
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))


def vocabulary_of(trained: bytes) -> list[str]:
    words = sentencepiece.SentencePieceProcessor(model_proto=trained)
    return [words.id_to_piece(one) for one in range(words.get_piece_size())]


def opus(folder: Path, *more: str) -> Path:
    """A folder as the converter of OPUS-MT leaves it; `more` are further words of its vocabulary."""
    trained = pieces()
    weights(folder, [*vocabulary_of(trained), *more])
    (folder / "source.spm").write_bytes(trained)
    (folder / "target.spm").write_bytes(trained)
    return folder


def argos(folder: Path, **told: str) -> Path:
    """A folder as a package of Argos Translate holds it."""
    trained = pieces()
    weights(folder / "model", vocabulary_of(trained))
    (folder / "sentencepiece.model").write_bytes(trained)
    (folder / "metadata.json").write_text(json.dumps({"from_code": "en", "to_code": "zh", "package_version": "1.9", **told}))
    return folder
