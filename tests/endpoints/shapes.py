"""The table of the shapes: what an endpoint does, what a person would write for it, and what must come out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from endpoints import scripted
from endpoints.scripted import Answering, Asked, Listing
from model_server import Answer

ITEMS = 7
CALLS = 25
"""What the prepared day takes of a model that answers everything well."""

PRICE = "price = { prefill = 2.0, cached = 0.2, decode = 8.0 }"
IN_MONEY = 'budget = "3 CNY/day"'


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person and the ledger must find after the run."""

    told: tuple[int, int] = (ITEMS, ITEMS)
    """Items by a model, at least and at most."""
    exits: frozenset[int] = frozenset({0})
    calls: tuple[int, int] = (CALLS - 2, CALLS + 2)
    share: tuple[float, float] = (1.0, 1.0)
    """Of the ledger's tokens and money in what the endpoint worked; where it worked nothing, the ledger says nothing."""
    said: tuple[str, ...] = ()
    """Patterns that each stand in what is printed, letters of any case."""
    unsaid: tuple[str, ...] = ()
    purposes: frozenset[str] = frozenset({"facts", "judgement", "closing", "reliability"})
    """What the endpoint must have answered well."""
    booked: frozenset[str] = frozenset()
    """Models that have rows of their own in the ledger."""
    or_said: str = ""
    """A pattern that, printed, is as good as items by the model."""


WELL = Outcome()
NOTHING_TOLD = scripted.listing()
EITHER = frozenset({0, 10})
"""As a person would have it or by the built-in writer in part: the case is about something else."""


def refused(*said: str, unsaid: tuple[str, ...] = (), calls: int = 3) -> Outcome:
    """No item by the model, few calls, nothing paid, and the words for it."""
    return Outcome((0, 0), frozenset({10}), (0, calls), (1.0, 1.0), said, unsaid, frozenset())


@dataclass(frozen=True, slots=True)
class Shape:
    """One case."""

    id: str
    """A letter for its kind (a what is taken, b the reply, c the count, d trouble, e time) and a number that stays."""
    does: str
    answering: Answering
    must: Outcome = WELL
    model: str = ""
    """Lines of the table of the model, beside its address and name."""
    models: str = ""
    """Lines of [models]."""
    tables: str = ""
    """Tables after these."""
    address: str = "http://127.0.0.1:{port}/{id}/v1"
    environment: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False
    """It needs a process of its own."""
    listing: Listing = NOTHING_TOLD
    """What it answers where it is asked for its models."""


SHAPES: dict[str, Shape] = {}

Told = Answer | AsyncIterator[bytes]


def shape(name: str, must: Outcome = WELL, **more: Any) -> Callable[[Callable[[Asked], Told]], Callable[[Asked], Told]]:
    """Puts an endpoint into the table; its docstring says what it does, `more` are fields of `Shape`."""

    def put(answering: Callable[[Asked], Told]) -> Callable[[Asked], Told]:
        assert name not in SHAPES, name
        SHAPES[name] = Shape(name, " ".join((answering.__doc__ or "").split()), answering, must, **more)
        return answering

    return put
