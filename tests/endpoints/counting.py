"""Shapes of the count of tokens: what a call took, and what the ledger says of it."""

from __future__ import annotations

import json

from endpoints.scripted import Asked
from endpoints.shapes import CALLS, EITHER, IN_MONEY, PRICE, Outcome, Told, refused, shape
from fakes import direction
from model_server import DONE, chunk, http

NEAR = Outcome(share=(0.67, 1.5))
"""An estimate."""


@shape("c01", NEAR, model=PRICE, models=IN_MONEY)
def counts_nothing(asked: Asked) -> Told:
    """A stream that says nothing of tokens."""
    return _saying(asked, None)


def _saying(asked: Asked, usage: object) -> Told:
    asked.took(asked.reply())
    return asked.well(usage=usage)


def _cached(asked: Asked) -> int:
    return asked.tokens * 3 // 5


@shape("c02", model=PRICE, models=IN_MONEY)
def counts_the_cached(asked: Asked) -> Told:
    """Three fifths of each prompt are cached, said as OpenAI says it."""
    usage = asked.took(asked.reply(), cached=_cached(asked))
    asked_again = usage | {"prompt_tokens_details": {"cached_tokens": _cached(asked)}}
    return _counted_once(asked, asked_again)


def _counted_once(asked: Asked, usage: object) -> Told:
    """The honest reply with a usage that has been taken down already."""
    text = asked.reply()
    parts = [chunk(text), chunk(finish="stop"), chunk(choices=[], usage=usage), DONE]
    return http(200, "".join(parts), "text/event-stream")


@shape("c03", model=PRICE, models=IN_MONEY)
def counts_hits_and_misses(asked: Asked) -> Told:
    """The same, said as DeepSeek says it: hits and misses of the cache."""
    hits = _cached(asked)
    usage = asked.took(asked.reply(), cached=hits)
    return _counted_once(asked, usage | {"prompt_cache_hit_tokens": hits, "prompt_cache_miss_tokens": asked.tokens - hits})


@shape("c05", model=PRICE, models=IN_MONEY)
def counts_within_the_choice(asked: Asked) -> Told:
    """The count stands within the last choice of the stream (Moonshot)."""
    text = asked.reply()
    last = chunk(choices=[{"index": 0, "delta": {}, "finish_reason": "stop", "usage": asked.took(text)}])
    return http(200, chunk(text) + last + DONE, "text/event-stream")


@shape("c06", model=PRICE, models=IN_MONEY)
def counts_as_it_goes(asked: Asked) -> Told:
    """Every chunk says what was taken so far (Gemini's OpenAI address, Perplexity)."""
    text, usage = asked.reply(), asked.took(asked.reply())
    parts = []
    for at in range(0, len(text), 200):
        wrote = min(usage["completion_tokens"], (at + 200) // 4)
        so_far = usage | {"completion_tokens": wrote, "total_tokens": usage["prompt_tokens"] + wrote}
        parts.append(chunk(text[at : at + 200], usage=so_far))
    return http(200, "".join([*parts, chunk(finish="stop", usage=usage), DONE]), "text/event-stream")


@shape("c08", NEAR, model=PRICE, models=IN_MONEY)
def counts_zeros(asked: Asked) -> Told:
    """Counts zeros."""
    return _saying(asked, {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0})


@shape("c09", NEAR, model=PRICE, models=IN_MONEY)
def counts_nulls(asked: Asked) -> Told:
    """Counts the prompt, and writes null for the reply."""
    return _saying(asked, {"prompt_tokens": asked.tokens, "completion_tokens": None, "total_tokens": None})


@shape("c11", Outcome(exits=EITHER, said=("hedge-9b-flash",)))
def another_answers(asked: Asked) -> Told:
    """Another model answers than the one asked for (a fallback of a gateway)."""
    return asked.well(model="hedge-9b-flash")


EMBEDDER = '[models.vectors]\nendpoint = "http://127.0.0.1:{port}/{id}/v1"\nname = "reed-embed"\nprice = {{ prefill = 0.5, decode = 0.0 }}\n'


@shape(
    "c12",
    Outcome(calls=(CALLS, CALLS + 4), share=(0.95, 1.05), booked=frozenset({"vectors"})),
    model=PRICE,
    models=f'embedder = "vectors"\n{IN_MONEY}',
    tables=EMBEDDER,
)
def embeds_for_money(asked: Asked) -> Told:
    """A paid embedder stands beside the model."""
    if not asked.path.endswith("/embeddings"):
        return asked.well()
    texts = asked.body["input"]
    rows = [{"object": "embedding", "index": place, "embedding": _direction(text)} for place, text in enumerate(texts)]
    took = asked.took("", prefill=sum(len(text.encode()) // 4 for text in texts), decode=0)
    usage = {"prompt_tokens": took["prompt_tokens"], "total_tokens": took["prompt_tokens"]}
    return http(200, json.dumps({"object": "list", "model": "reed-embed", "data": rows, "usage": usage}))


def _direction(text: str) -> list[float]:
    """Like none of any other title: grouping stays as it is without an embedder."""
    return list(direction(text))


@shape("c13", refused("too little", calls=0), models='budget = "1k tokens/day"')
def has_too_little_budget(asked: Asked) -> Told:
    """The budget is too small for any call."""
    return asked.well()
