"""The commands that try the models of the settings: `models compare`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deepdaily.cli.options import AsJson, DataFolder, SettingsFile, answer, models_app, opened
from deepdaily.core.errors import Exit, SettingsError

if TYPE_CHECKING:
    from deepdaily.house import House
    from deepdaily.lab.comparing import Compared, Comparison
    from deepdaily.store import Store


@models_app.command("compare")
def models_compare(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="Models of the settings, each beside the one before it.")],
    settings: SettingsFile = None,
    data: DataFolder = None,
    as_json: AsJson = False,
    days: Annotated[int, typer.Option(min=1, max=366, help="Stories of so many days back.")] = 9,
    stories: Annotated[int, typer.Option(min=2, max=500, help="At most so many stories.")] = 60,
    budget: Annotated[str, typer.Option(help="What it may take of the day's budget, like '200k tokens' or '0.5 CNY'.")] = "",
    layers: Annotated[bool, typer.Option("--layers", help="Say which layer changed from each to the next.")] = False,
) -> None:
    """Tell stored stories again by two models or more, and say which is better by what code can see; nothing is published.

    Exit status: 1 where one is worse than the one before it.
    """
    with opened(settings, data, may_make=True) as (house, store):
        value = _compared(names, house, store, (days, stories), budget)
    told = value["comparisons"]
    lines = [line for one, why in told for line in _lines(one, why if layers or len(names) > 2 else "", house)]
    lines += [f"! ended early: {value['stopped']}"] if value["stopped"] else []
    value["comparisons"] = [_value(one) | {"changed": why} for one, why in told]
    answer(value, lines, as_json)
    raise typer.Exit(Exit.RED if any(one.ruling.word == "worse" for one, _ in told) else Exit.PUBLISHED)


def _compared(names: Sequence[str], house: House, store: Store, span: tuple[int, int], budget: str) -> dict[str, Any]:
    """Each model beside the one before it, with what changed between them; and why it ended early."""
    import asyncio

    from deepdaily.cli.console import meter
    from deepdaily.lab.comparing import attributed, changes, comparison
    from deepdaily.lab.retelling import Rerun, contestants, own_budget, past_stories

    now, known = house.clock(None), house.settings.models.known
    own = own_budget(budget, house.settings.models.limit)
    steps = contestants(names, house.settings, store, now)
    past = past_stories(store, now.date(), *span)
    if len(past) < 2:
        since = now.date() - timedelta(days=span[0])
        raise SettingsError(f"{len(past)} stories since {since} can be told", "run some days first, or look further back: --days")
    shown = meter()
    try:
        told = asyncio.run(Rerun(store, house.settings, now, own).told(steps, past, shown))
    finally:
        shown.stop()
    found = [
        (comparison(left, right, told.by_model[left], told.by_model[right]), attributed(changes(known[left], known[right])))
        for left, right in pairwise(names)
    ]
    return {"comparisons": found, "stopped": told.stopped}


def _value(one: Comparison) -> dict[str, Any]:
    """The comparison for a program."""
    from dataclasses import asdict

    rows = [asdict(row) | {"gain": row.found and row.found.gain} for row in one.rows]
    return asdict(one) | {"rows": rows}


def _lines(one: Comparison, changed: str, house: House) -> Iterator[str]:
    """The comparison as a person reads it."""
    yield f"{one.left} -> {one.right}: {one.stories} stories of {one.days} days" + (f"; {changed}" if changed else "")
    rows = [_cells(row, house.settings.models.limit.currency) for row in one.rows]
    rows = [("", one.left, one.right, "difference", "95 of 100 times between"), *(row for row in rows if row)]
    wide = [max(len(row[place]) for row in rows) for place in range(5)]
    for row in rows:
        yield "  ".join([f"  {row[0]:<{wide[0]}}", *(f"{cell:>{width}}" for cell, width in zip(row[1:], wide[1:], strict=True))])
    if one.from_store:
        yield f"  {one.from_store} replies came from the store: what asking took is left out for their stories"
    if one.unmeasured:
        yield f"  not measured: {', '.join(one.unmeasured)}"
    yield from (f"  ! {line}" for line in one.troubles)
    yield f"{one.right} is {_verdict(one)}"


def _verdict(one: Comparison) -> str:
    from deepdaily.lab.comparing import MARGIN

    if one.ruling.word == "not decided":
        return f"not decided: {one.ruling.more} more stories"
    if one.ruling.word == "not worse":
        return f"not worse than {one.left}: at most {MARGIN:.0%} fewer claims stand"
    return f"{one.ruling.word} than {one.left}: {', '.join(one.ruling.by)}"


def _cells(row: Compared, currency: str) -> tuple[str, ...]:
    """Of one measure; none where nothing was measured."""
    found = row.found
    if found is None or (row.unit == "cost" and not currency):
        return ()
    unit = {"%": " %", "s": " s", "": ""}.get(row.unit, "" if row.unit == "tokens" else f" {currency}")
    times, digits = (100, 1) if row.unit == "%" else (1, 4 if row.unit == "cost" else 0 if row.unit == "tokens" else 2)

    def said(figure: float, sign: str = "") -> str:
        return f"{figure * times:{sign}.{digits}f}"

    name = f"{row.name} *" if row.gate else row.name + (", tokens" if row.unit == "tokens" else "")
    between = f"{said(found.low, '+')} … {said(found.high, '+')}"
    return name, said(found.left) + unit, said(found.right) + unit, said(found.gain, "+"), between
