"""What one model is worth beside another over the same stories, by what code can see; there is no judge.

Whether a sentence is good is not among it: only what stood, what was printed, what was asked again or failed, and what it took.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import fsum
from typing import Literal

from deepdaily.core.paired import DRAWS, Difference, Gate, PairedCase, Part, Ruling, Statistic, difference, mean, p95, ruling
from deepdaily.core.quantities import measured, numbers
from deepdaily.core.types import Claim, Usage
from deepdaily.lab.retelling import Retold
from deepdaily.settings.model_tables import ModelTable

MARGIN = 0.02
"""Of claims that stand: one in fifty, a fifth of an item's claims a day, is no loss a reader meets."""

NOT_MEASURED: Part = (0.0, 0.0)

JUDGEMENTS = ("why", "impact", "advice")


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of a comparison."""

    name: str
    unit: Literal["%", "", "s", "tokens", "cost"]
    of: Callable[[Retold], Part]
    more_is_better: bool
    gate: bool = False
    margin: float | None = None
    statistic: Statistic = mean


def _facts(one: Retold) -> list[Claim]:
    """Printed sentences with evidence; none where too little stood."""
    return [] if one.item is None else [claim for claim in one.item.claims()[1:] if claim.evidence]


def _lines(one: Retold) -> int:
    sections = one.item.sections if one.item else ()
    return sum(len(section.points) for section in sections if section.kind in JUDGEMENTS)


def _figures(one: Retold) -> int:
    """Different figures with a unit that printed facts tell and their passages hold, 90 minutes and 1.5 hours as one."""
    found = set[tuple[Decimal, str]]()
    for claim in _facts(one):
        held = set[tuple[Decimal, str]]().union(*(_with_unit(proof.quote) for proof in claim.evidence))
        found |= _with_unit(claim.text) & held
    return len(found)


def _with_unit(text: str) -> set[tuple[Decimal, str]]:
    return {measured(number) for number in numbers(text) if number.unit}


def _retries(one: Retold) -> int:
    """Calls beside the first one for the facts and the first one for the judgement; writing failed claims again is one."""
    return len(one.calls) - len({call.purpose for call in one.calls} - {"repair"})


def _failed(one: Retold) -> int:
    return sum(call.state != "answered" for call in one.calls)


def _asked(of: Callable[[Retold], Part]) -> Callable[[Retold], Part]:
    """Of stories all of whose replies were asked for now: what others took is not known."""
    return lambda one: NOT_MEASURED if one.from_store or not one.calls else of(one)


def _used(of: Callable[[Usage], float]) -> Callable[[Retold], Part]:
    return _asked(lambda one: (fsum(of(call.usage) for call in one.calls), 1))


def _first_token(one: Retold) -> Part:
    waited = [call.usage.first_token_s for call in one.calls if call.usage.first_token_s is not None]
    return fsum(waited), len(waited)


_SECONDS, _FIRST = _asked(lambda one: (one.seconds, 1)), _asked(_first_token)

MEASURES = (
    Measure("claims standing at first", "%", lambda one: (one.stood.at_first, one.stood.asked), True),
    Measure("claims standing", "%", lambda one: (one.stood.at_last, one.stood.asked), True, gate=True, margin=MARGIN),
    Measure("retries", "", _asked(lambda one: (_retries(one), 1)), False, gate=True),
    Measure("failed replies", "%", _asked(lambda one: (_failed(one), len(one.calls))), False, gate=True),
    Measure("facts printed", "", lambda one: (len(_facts(one)), 1), True, gate=True),
    Measure("judgement lines kept", "", lambda one: (_lines(one), 1), True),
    Measure("figures told with their unit", "", lambda one: (_figures(one), 1), True),
    Measure("time", "s", _SECONDS, False),
    Measure("time, p95", "s", _SECONDS, False, statistic=p95),
    Measure("first token", "s", _FIRST, False),
    Measure("first token, p95", "s", _FIRST, False, statistic=p95),
    Measure("prefill", "tokens", _used(lambda usage: usage.prefill_tokens), False),
    Measure("decode", "tokens", _used(lambda usage: usage.decode_tokens), False),
    Measure("cost", "cost", _used(lambda usage: usage.cost), False),
)
"""Of a story, but for shares. There are four gates, as each more costs all of them some of their sureness."""

GATES = tuple(one for one in MEASURES if one.gate)


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of two models."""

    name: str
    unit: str
    gate: bool
    more_is_better: bool
    found: Difference | None
    """None where fewer than two stories were measured by both."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second of two models beside the first."""

    left: str
    right: str
    stories: int
    days: int
    rows: tuple[Compared, ...]
    ruling: Ruling
    from_store: int
    """Replies of both that an earlier trial had got; the stories they belong to are left out of what asking took."""
    unmeasured: tuple[str, ...]
    """Gates that decided nothing."""
    troubles: tuple[str, ...]
    """Why stories got no facts, each with how often and by whom."""


def comparison(
    left: str,
    right: str,
    by_left: Sequence[Retold],
    by_right: Sequence[Retold],
    *,
    measures: Sequence[Measure] = MEASURES,
    draws: int = DRAWS,
) -> Comparison:
    """What `right` gives beside `left`, over stories in one order."""
    rows = tuple(_row(one, by_left, by_right, draws) for one in measures)
    pairs = [(one, row.found) for one, row in zip(measures, rows, strict=True) if one.gate]
    gates = [Gate(one.name, found, one.more_is_better, one.margin) for one, found in pairs]
    return Comparison(
        left=left,
        right=right,
        stories=len(by_left),
        days=len({one.day for one in by_left}),
        rows=rows,
        ruling=ruling(gates),
        from_store=sum(one.from_store for one in (*by_left, *by_right)),
        unmeasured=tuple(gate.name for gate in gates if gate.difference is None),
        troubles=(*_troubles(left, by_left), *_troubles(right, by_right)),
    )


def _row(measure: Measure, by_left: Sequence[Retold], by_right: Sequence[Retold], draws: int) -> Compared:
    pairs = [PairedCase(one.day, measure.of(one), measure.of(two)) for one, two in zip(by_left, by_right, strict=True)]
    found = difference(pairs, measure.statistic, draws=draws)
    return Compared(measure.name, measure.unit, measure.gate, measure.more_is_better, found)


def _troubles(name: str, told: Sequence[Retold]) -> list[str]:
    counted = Counter(one.trouble for one in told if one.trouble)
    return [f"{times} of {len(told)} stories of {name}: {why}"
            for why, times in counted.most_common()]  # fmt: skip


# -- layers -----------------------------------------------------------------------------------------------------------

_BEHAVIOUR = ("kind", "params", "think", "stream", "window", "most_tokens")
"""Settings beside `layers` that change what a model says."""


def changes(left: ModelTable, right: ModelTable) -> list[str]:
    """What is another in the second table, layers first: one line a change; more than one cannot be told apart."""
    names = dict.fromkeys([*left.layers, *right.layers])
    pairs = [(name, left.layers.get(name, "not said"), right.layers.get(name, "not said")) for name in names]
    pairs += [(name, str(getattr(left, name)), str(getattr(right, name))) for name in _BEHAVIOUR]
    return [f"{name}: {was} -> {now}" for name, was, now in pairs if was != now]


def attributed(changed: Sequence[str]) -> str:
    """Whose doing a difference is."""
    if not changed:
        return "no layer says what changed"
    if len(changed) == 1:
        return changed[0]
    return f"not attributable, {len(changed)} changed at once: {'; '.join(changed)}"
