"""The commands of the models: `models list`, `models test`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deepdaily.cli.options import AsJson, DataFolder, SettingsFile, answer, answer_rows, models_app, opened, say
from deepdaily.core.errors import Exit, ModelRefused, SettingsError

if TYPE_CHECKING:
    from deepdaily.house import House
    from deepdaily.lab.model_trial import Trial
    from deepdaily.models.abilities import Abilities
    from deepdaily.settings.model_tables import ModelTable
    from deepdaily.store import Store

DAYS = 7
"""Of the ledger that `list` tells."""

COLUMNS = (
    "model",
    "place",
    "where",
    "known",
    "calls",
    "answered",
    "first token p50",
    "p95",
    "tokens/s",
    "an issue",
    "last trouble",
)


@models_app.command("list")
def list_models(settings: SettingsFile = None, data: DataFolder = None, as_json: AsJson = False) -> None:
    """The ladder in its order and the other models: where they are, what is known of them, their last seven days."""
    with opened(settings, data, may_make=True) as (house, store):
        rows = _rows(house, store)
    answer_rows(
        COLUMNS, [[*row.values()] for row in rows] if as_json else [[_cell(one) for one in row.values()] for row in rows], as_json
    )


def _rows(house: House, store: Store) -> list[dict[str, Any]]:
    from datetime import timedelta

    from deepdaily.lab.model_week import week

    chosen, today = house.settings.models, house.clock(None).date()
    calls = store.calls_from((today - timedelta(days=DAYS - 1)).isoformat())
    rows = []
    for name in [*chosen.ladder, *(name for name in chosen.known if name not in chosen.ladder)]:
        places = [str(chosen.ladder.index(name) + 1)] if name in chosen.ladder else ["embedder"] if name == chosen.embedder else []
        place = ", ".join([*places, *(purpose for purpose, given in chosen.given.items() if given == name)]) or "-"
        seen, one = week(call for call in calls if call.model == name), chosen.known[name]
        percent = None if seen.answered_percent is None else f"{seen.answered_percent:.0f} %"
        cost = (
            None if seen.cost_an_issue is None or not chosen.limit.currency else f"{seen.cost_an_issue:.2g} {chosen.limit.currency}"
        )
        waits = [_seconds(seen.first_token_p50_s), _seconds(seen.first_token_p95_s)]
        rate = None if seen.decode_a_second is None else round(seen.decode_a_second, 1)
        row = (name, place, where(one), _known(name, one, store, house), seen.calls, percent, *waits, rate, cost, seen.trouble)
        rows.append(dict(zip(COLUMNS, row, strict=True)))
    return rows


def where(one: ModelTable) -> str:
    """Its address and name there, or its command."""
    if one.command:
        return " ".join(one.command)[:60]
    return f"{one.name} at {one.endpoint}" if one.endpoint else f"{one.name} ({one.kind})".strip()


def _known(name: str, one: ModelTable, store: Store, house: House) -> str:
    from deepdaily.models.configured import step_of

    if one.kind == "sentence-transformers" or name == house.settings.models.embedder:
        return ""
    try:
        step = step_of(name, one, house.settings.models, store, house.clock(None))
    except ModelRefused as error:
        return f"cannot be asked: {error}"
    return told_in_short(step.abilities, step.known_window)


def told_in_short(known: Abilities, window: int | None) -> str:
    """What was learnt of a model; empty where nothing was."""
    parts = [f"window {window}"] if window else []
    parts += [f"without {', '.join(sorted(known.left_out))}"] if known.left_out else []
    parts += [f"{name} {known.of(name)}" for name in ("limit", "system", "stream", "json") if known.of(name)]
    parts += ["thinks"] if known.of("thinks") else []
    parts += ["no chat template"] if known.of("template") else []
    return "; ".join(parts)


def _seconds(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f} s"


def _cell(value: object) -> str:
    return "" if value is None else str(value)


@models_app.command("test")
def trial(
    name: Annotated[str, typer.Argument(help="A model of the settings; nothing: every one of the ladder.")] = "",
    settings: SettingsFile = None,
    data: DataFolder = None,
    window: Annotated[
        int | None, typer.Option(min=2048, max=1_000_000, help="Send one prompt of so many tokens too, with a mark at each end.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Six short calls, paid from the day's budget: what a model can do for a daily, and the lines to set. 0: it can write one."""
    trials = _trials(settings, data, name, window)
    lines = [line for made, pasted in trials for line in [*said(made), *_pasted(pasted)]]
    answer([_value(made, pasted) for made, pasted in trials], lines, as_json)
    raise typer.Exit(Exit.PUBLISHED if any(made.can_write for made, _ in trials) else Exit.RED)


def say_trial(settings: Path, name: str) -> None:
    """The trial of one model, on a terminal."""
    for trial, pasted in _trials(settings, None, name, None):
        for line in [*said(trial), *_pasted(pasted)]:
            say(line)


def _trials(settings: Path | None, data: Path | None, name: str, window: int | None) -> list[tuple[Trial, list[str]]]:
    """The models' trials, one behind the other, each with the lines to paste."""
    import asyncio

    with opened(settings, data, may_make=True) as (house, store):
        known = house.settings.models.known
        if name and name not in known:
            raise SettingsError(
                f"no model {name} in the settings", f"there are: {', '.join(known) or 'none; deepdaily init finds one'}"
            )
        names = [name] if name else [*house.settings.models.ladder]
        if not names:
            raise SettingsError(
                "no model may write: the ladder is empty", "`deepdaily init --again` finds one, docs/models.md describes one"
            )
        return [asyncio.run(_trial(house, store, one, window)) for one in names]


async def _trial(house: House, store: Store, name: str, window: int | None) -> tuple[Trial, list[str]]:
    from deepdaily.lab.model_trial import Trial, lines_to_paste, tried
    from deepdaily.models.configured import PROGRAMS_AT_ONCE, step_of
    from deepdaily.models.fallback import Step
    from deepdaily.models.ledger import Ledger

    chosen, now = house.settings.models, house.clock(None)
    one = chosen.known[name]

    def anew(think: bool | None) -> Step:
        table = one if think == one.think else one.model_copy(update={"think": think})
        store.forget_abilities(step_of(name, table, chosen, store, now).endpoint.identity)
        return step_of(name, table, chosen, store, now)

    ledger = Ledger(store, house.slot(None, now).key, now, chosen.limit)
    try:
        made = await tried(anew, ledger, house.settings.digest.language, one.think, window)
    except ModelRefused as error:
        made = Trial(name, str(error), error.remedy or "put it into the environment of this command")
    usual = min(chosen.at_once, PROGRAMS_AT_ONCE) if one.kind == "command" else chosen.at_once
    return made, lines_to_paste(made, one.think, one.at_once or usual, one.window, one.timeout)


def _value(trial: Trial, pasted: Sequence[str]) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(trial) | {"can_write": trial.can_write, "paste": list(pasted)}


def _pasted(lines: Sequence[str]) -> list[str]:
    return ["  set in deepdaily.toml:", *(f"    {line}" for line in lines)] if lines else []


def said(trial: Trial) -> list[str]:
    """A trial as a person reads it: a line a property, the verdict first."""
    verdict = "a daily can be written" if trial.can_write else f"cannot write a daily: {trial.trouble}"
    rows = [*_of_replies(trial), *_of_speed(trial)]
    lines = [f"{trial.name}: {verdict}", *(f"  {name:<10} {told}" for name, told in rows if told)]
    return [*lines, f"  remedy     {trial.remedy}"] if trial.trouble and trial.remedy else lines


def _of_replies(trial: Trial) -> list[tuple[str, str]]:
    if not trial.json:
        return [("server", trial.remark)]
    wants = [f"{name}: {how}" for name, how in trial.taken.items()] + [f"without {name}" for name in trial.left_out]
    switch = {True: "; think = false switches it off", False: "; think = false does not switch it off", None: ""}[trial.quiet]
    return [
        ("answered", f"{trial.answered_as} in its place" if trial.answered_as else "as itself"),
        ("server", trial.remark),
        ("request", ", ".join(wants) or "every field is taken"),
        ("JSON", trial.json + (", and had to be mended" if trial.mended else "")),
        ("thoughts", "yes" + switch if trial.thinks else "none"),
        (
            "counts",
            f"its tokens itself, {trial.cached_tokens} of a second prompt cached"
            if trial.counts
            else "no tokens: worked out from bytes",
        ),
        ("window", _window(trial)),
        ("too narrow", f"for {', '.join(trial.too_narrow)}" if trial.too_narrow else ""),
    ]


def _window(trial: Trial) -> str:
    told = f"{trial.window} tokens" if trial.window else "not told"
    if not (ends := trial.ends):
        return told if trial.window else f"{told}: measure it by --window 16384"
    if ends.refused:
        return f"{told}; the long prompt was refused: {ends.refused}"
    lost = [name for name, there in (("beginning", ends.first), ("end", ends.last)) if not there]
    return (
        f"{told}; of {ends.tokens} tokens the {' and the '.join(lost)} was lost"
        if lost
        else f"{told}; {ends.tokens} read from end to end"
    )


def _of_speed(trial: Trial) -> list[tuple[str, str]]:
    speed = [f"first token after {trial.first_token_s:.2g} s"] if trial.first_token_s is not None else []
    speed += [f"{trial.decode_a_second:.3g} tokens/s alone"] if trial.decode_a_second else []
    speed += [f"{trial.decode_together:.3g} with three at once"] if trial.decode_together else []
    hands = trial.at_once
    refuses = "" if hands is None or trial.decode_together else f"answers {hands} of three at once: at_once = {hands}"
    minutes = max(1, round(trial.issue_minutes or 0))
    issue = [f"about {minutes} minute{'s' if minutes > 1 else ''}"] if trial.issue_minutes else []
    issue += [f"{trial.issue_cost:.2g} {trial.currency}"] if trial.issue_cost else []
    thoughts = " and its thoughts" if trial.thinks and not trial.quiet else ""
    used = trial.spent
    cost = f", {used.cost:.2g} {trial.currency}" if used.cost else ""
    return [
        ("speed", ", ".join(speed)),
        ("at once", refuses),
        ("an issue", ", ".join(issue) + thoughts if issue else ""),
        (
            "spent",
            f"{trial.calls} calls, {used.prefill_tokens / 1000:.1f}k + {used.decode_tokens / 1000:.1f}k tokens{cost}"
            if trial.calls
            else "",
        ),
    ]
