"""A translation model on this machine: CTranslate2 runs its weights, SentencePiece cuts its words; nothing is fetched.

Two layouts are read, each in a folder of its pair. OPUS-MT as CTranslate2's converter leaves it: `model.bin`, `source.spm`,
`target.spm`. A package of Argos Translate: `model/model.bin`, `sentencepiece.model`, `metadata.json`; its own library would bring
two parsers for the borders of sentences, which are found here anyway.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from time import monotonic
from typing import Any

from deepdaily.core.errors import ModelBusy, ModelRefused
from deepdaily.core.text import sentences
from deepdaily.core.types import Language
from deepdaily.translators import parts_of

MOST_AT_ONCE, MOST_TOGETHER = 8, 2_400
"""Lines and characters between two looks at the clock."""

MOST_PIECES = 200
"""Of a sentence, in and out: the models were taught on shorter ones, and what is longer is lost or goes round in circles."""

BEAM = 4

SIMPLIFIED = ">>cmn_Hans<<"
"""What a model of several Chineses wants to be told, where its vocabulary has it."""


class OnMachine:
    """The models below a folder. One is loaded when it is first asked for, in a thread: the run does not stand still meanwhile.

    Args:
        digests: sha256 by file (`en-zh/model.bin`); a file that is named and is another is not loaded.
    """

    def __init__(self, folder: Path, digests: Mapping[str, str]) -> None:
        self._folder, self._digests = folder, digests
        self._loaded: dict[str, _Loaded] = {}
        self.name = "CTranslate2"

    async def translate(self, lines: Sequence[str], source: Language, target: Language, wall_s: float) -> list[str]:
        """Part by part until nine tenths of the wall; what is late is left empty. Raises ModelRefused, ModelBusy."""
        try:
            async with asyncio.timeout(wall_s):
                return await asyncio.to_thread(self._translated, list(lines), f"{source}-{target}", monotonic() + 0.9 * wall_s)
        except TimeoutError as error:
            raise ModelBusy(f"the model gave nothing in {wall_s:.0f} s") from error

    def _translated(self, lines: list[str], pair: str, until: float) -> list[str]:
        if pair not in self._loaded:
            self._loaded[pair] = _load(self._folder / pair, pair, self._digests)
            self.name = self._loaded[pair].name
        told = [""] * len(lines)
        for part in parts_of(lines, MOST_AT_ONCE, MOST_TOGETHER):
            if monotonic() > until:
                break
            for place, text in zip(part, self._loaded[pair].told([lines[one] for one in part]), strict=True):
                told[place] = text
        return told


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A model with its two vocabularies."""

    name: str
    model: Any
    encoder: Any
    decoder: Any
    before: tuple[str, ...] = ()
    """Tokens before each sentence."""
    behind: tuple[str, ...] = ()
    prefix: str = ""
    """What the reply begins with."""
    gap: str = " "
    """Between two sentences of the reply."""

    def told(self, lines: Sequence[str]) -> list[str]:
        """Each line, sentence by sentence; empty where one of its sentences is too long."""
        cut = [[self.encoder.encode(one.text, out_type=str) for one in sentences(line)] for line in lines]
        fits = [max(map(len, pieces), default=MOST_PIECES + 1) <= MOST_PIECES for pieces in cut]
        batch = [[*self.before, *pieces, *self.behind] for line, fit in zip(cut, fits, strict=True) if fit for pieces in line]
        said = iter(self._said(batch))
        return [self.gap.join(next(said) for _ in line) if fit else "" for line, fit in zip(cut, fits, strict=True)]

    def _said(self, batch: list[list[str]]) -> list[str]:
        if not batch:
            return []
        found = self.model.translate_batch(
            batch, target_prefix=[[self.prefix]] * len(batch) if self.prefix else None, beam_size=BEAM,
            max_decoding_length=MOST_PIECES, replace_unknowns=True, repetition_penalty=1.1,
        )  # fmt: skip
        pieces = [one.hypotheses[0][bool(self.prefix) :] for one in found]
        return [self.decoder.decode(one).replace("▁", " ").strip() for one in pieces]


def _load(folder: Path, pair: str, digests: Mapping[str, str]) -> _Loaded:
    """The model of a pair. Raises ModelRefused: it, its library or a file of it is missing, or is not the one that was pulled."""
    pull = f"`deepdaily translate pull {pair}`"
    if not folder.is_dir():
        raise ModelRefused(f"no translation model {pair} in {folder.parent}", pull)
    try:
        import ctranslate2
        import sentencepiece
    except ImportError as error:
        raise ModelRefused("ctranslate2 and sentencepiece are not installed", "install deepdaily[translate]") from error
    for name, digest in digests.items():
        if name.startswith(f"{pair}/") and digest != digest_of(folder / name.removeprefix(f"{pair}/")):
            raise ModelRefused(f"{name} is not the file that was pulled (sha256)", f"{pull} brings it anew")
    try:
        if (folder / "sentencepiece.model").exists():
            return _argos(folder, pair, ctranslate2, sentencepiece)
        return _opus(folder, pair, ctranslate2, sentencepiece)
    except (OSError, RuntimeError, ValueError, LookupError, TypeError) as error:
        raise ModelRefused(f"the translation model in {folder} cannot be loaded: {error}", f"{pull} brings it anew") from error


def _opus(folder: Path, pair: str, ctranslate2: Any, sentencepiece: Any) -> _Loaded:
    shared = folder / "shared_vocabulary.json"
    known = json.loads(shared.read_text("utf-8")) if shared.exists() else []
    ends_itself = json.loads((folder / "config.json").read_text("utf-8")).get("add_source_eos", False)
    return _Loaded(
        f"OPUS-MT {pair}", ctranslate2.Translator(str(folder), device="cpu"),
        sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm")),
        sentencepiece.SentencePieceProcessor(model_file=str(folder / "target.spm")),
        before=(SIMPLIFIED,) if pair.endswith("-zh") and SIMPLIFIED in known else (),
        behind=() if ends_itself else ("</s>",), gap="" if pair.endswith("-zh") else " ",
    )  # fmt: skip


def _argos(folder: Path, pair: str, ctranslate2: Any, sentencepiece: Any) -> _Loaded:
    told = json.loads((folder / "metadata.json").read_text("utf-8"))
    words = sentencepiece.SentencePieceProcessor(model_file=str(folder / "sentencepiece.model"))
    return _Loaded(
        f"Argos {pair} {told.get('package_version', '')}".strip(), ctranslate2.Translator(str(folder / "model"), device="cpu"),
        words, words, prefix=str(told.get("target_prefix", "")), gap="" if pair.endswith("-zh") else " ",
    )  # fmt: skip


def digest_of(path: Path) -> str:
    """The sha256 of a file; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
