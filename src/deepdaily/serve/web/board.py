"""How the last runs went: what the board draws, and the numbers behind each drawing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from deepdaily.core.spending import total
from deepdaily.core.types import Call, RunRecord, Slot, SourceHealth
from deepdaily.store import Store
from deepdaily.words import Words

RUNS_SHOWN = 30

COLUMN_HEIGHT, STRIP_HEIGHT = 96, 40
"""Pixels."""

_HEIGHTS = {"published": 3.0, "dry": 2.0, "degraded": 2.0, "running": 1.0, "none": 1.0}
"""Told by height as well as by colour."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One slot's run as the board shows it."""

    slot: str
    outcome: str
    """A key of `Words.outcomes`."""
    rung: str
    causes: tuple[str, ...]
    funnel: Mapping[str, int]
    stages: dict[str, float]
    """Seconds by stage; the same stage on several rungs is summed."""

    @property
    def day(self) -> str:
        return Slot.of_key(self.slot).day

    @property
    def took_s(self) -> float:
        return round(sum(self.stages.values()), 2)


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing measured; `kind` is the class that colours it, `shown` its value with the unit."""

    label: str
    value: float
    shown: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot with its table; `told` says it in a line where that helps."""

    name: str
    bars: Sequence[Bar]
    heads: Sequence[str]
    lines: Sequence[Sequence[str]]
    told: str = ""
    legend: Sequence[tuple[str, str]] = ()
    """Class and label of each colour, where there is more than one."""
    height: int = 0
    """Of a plot of upright bars; 0 for one of bars below each other."""


def _ran(slot: str, record: RunRecord) -> Ran:
    stages: dict[str, float] = {}
    for stage in record.stages:
        stages[stage.name] = stages.get(stage.name, 0.0) + stage.took_s
    good = "degraded" if record.causes else "published"
    outcome = {"published": good, "failed": "none"}.get(record.status, record.status)
    return Ran(slot, outcome, record.rung, record.causes, record.funnel, stages)


def figures(store: Store, words: Words) -> list[Figure]:
    """What the board draws of the last slots' runs, in order; empty where nothing ran."""
    runs = [_ran(*run) for run in reversed(store.runs(RUNS_SHOWN))]
    if not runs:
        return []
    newest = runs[-1]
    health = [harvest.health for harvest in store.harvests(newest.slot)]
    drawn = [_outcomes(runs, words), _funnel(newest, words), _sources(health, newest, words), _stages(newest, words)]
    calls = _calls(runs, store)
    return [*(one for one in drawn if one.lines), _totals(runs, words), *_models(calls, words)]


def _outcomes(runs: Sequence[Ran], words: Words) -> Figure:
    name, said = words.board["strip"].format(len(runs)), words.outcomes
    bars = [Bar(ran.day, _HEIGHTS[ran.outcome], said[ran.outcome], ran.outcome) for ran in runs]
    lines = [
        (ran.day, said[ran.outcome], ran.rung, str(ran.funnel.get("items", "")), f"{ran.took_s:.1f}", "; ".join(ran.causes))
        for ran in reversed(runs)
    ]
    counts = Counter(ran.outcome for ran in runs)
    legend = [(kind, word) for kind, word in said.items() if counts[kind]]
    told = " · ".join(f"{counts[kind]} {word}" for kind, word in legend)
    heads = _heads(words, "day outcome rung items seconds causes")
    return Figure(name, bars, heads, lines, told, legend, STRIP_HEIGHT)


def _funnel(ran: Ran, words: Words) -> Figure:
    name = words.board["funnel"].format(ran.day)
    lines = [(word, str(ran.funnel[step])) for step, word in words.funnel_steps.items() if step in ran.funnel]
    bars = [Bar(word, float(count), count) for word, count in lines]
    return Figure(name, bars, _heads(words, "step count"), lines)


def _sources(health: Sequence[SourceHealth], ran: Ran, words: Words) -> Figure:
    name = words.board["sources"].format(ran.day)
    states, fine = Counter(one.state for one in health), {one.state: one.fine for one in health}
    said = words.source_states
    bars = [Bar(said[state], count, str(count), "" if fine[state] else "trouble") for state, count in states.most_common()]
    ordered = sorted(health, key=lambda one: (one.fine, one.source))
    lines = [(one.source, one.kind, said[one.state], str(one.offers), one.message) for one in ordered]
    return Figure(name, bars, _heads(words, "source kind state offers message"), lines)


def _stages(ran: Ran, words: Words) -> Figure:
    name = words.board["stages"].format(ran.day)
    bars = [Bar(stage, took_s, f"{took_s:.1f} s") for stage, took_s in ran.stages.items()]
    lines = [(stage, f"{took_s:.2f}") for stage, took_s in ran.stages.items()]
    return Figure(name, bars, _heads(words, "stage seconds"), lines)


def _totals(runs: Sequence[Ran], words: Words) -> Figure:
    bars = [Bar(ran.day, ran.took_s, f"{ran.took_s:.1f} s", ran.outcome) for ran in runs]
    lines = [(ran.day, f"{ran.took_s:.2f}") for ran in reversed(runs)]
    return Figure(words.board["totals"], bars, _heads(words, "day seconds"), lines, height=COLUMN_HEIGHT)


def _calls(runs: Sequence[Ran], store: Store) -> list[tuple[str, list[Call]]]:
    """The calls of each run that made any, in one look at the ledger, which has no index by slot."""
    found: dict[str, list[Call]] = {}
    for call in store.calls_since(runs[0].slot):
        found.setdefault(call.slot, []).append(call)
    return [(Slot.of_key(slot).day, found[slot]) for slot in sorted(found)]


def _models(days: Sequence[tuple[str, Sequence[Call]]], words: Words) -> Iterator[Figure]:
    """Tokens and cost by day, as the ledger has them: a call in flight counts with the most it can take."""
    if not days:
        return
    bars = []
    for day, calls in days:
        used = [call.usage for call in calls]
        tokens = sum(one.prefill_tokens + one.decode_tokens for one in used)
        bars.append(Bar(day, tokens, words.board["tokens"].format(f"{tokens:,}")))
    lines = [(day, *_spent(calls)) for day, calls in reversed(days)]
    heads = _heads(words, "day calls failed prefill cached decode cost first_token")
    yield Figure(words.board["models"], bars, heads, lines, height=COLUMN_HEIGHT)


def _spent(calls: Sequence[Call]) -> Iterator[str]:
    """Calls, those without a usable answer, tokens, cost, and the median time to the first token where that was measured."""
    all_of_it = total("", calls)
    yield str(all_of_it.calls)
    yield str(all_of_it.failed)
    yield from (f"{count:,}" for count in (all_of_it.prefill_tokens, all_of_it.cached_tokens, all_of_it.decode_tokens))
    yield f"{all_of_it.cost:.4f}"
    yield f"{all_of_it.first_token_s:.2f}" if all_of_it.first_token_s is not None else ""


def _heads(words: Words, names: str) -> list[str]:
    return [words.columns[name] for name in names.split()]
