"""The commands that look at what is there: `show`, `search`, `verify`, `config`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from deepdaily.cli.options import AsJson, DataFolder, OutFolder, SettingsFile, answer, answer_rows, app, house_of, opened, say, warn
from deepdaily.core.errors import Exit, SettingsError

if TYPE_CHECKING:
    from deepdaily.archive.verify import Verdict
    from deepdaily.core.types import Issue
    from deepdaily.house import House
    from deepdaily.store import Store


@app.command()
def show(
    what: Annotated[str, typer.Argument(help="DAY, DAY#N or a URL; nothing: the newest issue.")] = "",
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
    audit: Annotated[
        bool, typer.Option("--audit", help="Also every source, every lost link with its reason, and digests whole.")
    ] = False,
    language: Annotated[str, typer.Option("--language", help="The issue as it was told in another language, like en.")] = "",
) -> None:
    """An issue; an item with its proof and score; what became of a link and why."""
    from deepdaily.cli import show

    with opened(settings, data, out) as (_, store):
        day, marked, number = what.partition("#")
        if "://" in what:
            shown = show.link(what, store)
        elif marked:
            shown = show.item(_stored_issue(store, day, language), number, store, audit=audit)
        elif failed := _run_without_issue(store, day):
            shown = show.run(failed, store, audit=audit)
        else:
            shown = show.issue(_stored_issue(store, day, language), store, audit=audit)
    answer(shown.value, shown.lines, as_json)


def _stored_issue(store: Store, day: str, language: str = "") -> Issue:
    from deepdaily.house import day_of

    newest = store.issues(limit=1)
    issue = store.issue(day_of(day).isoformat()) if day else (newest[0] if newest else None)
    if issue is None:
        missing = f"no issue of {day or 'any day'} in this store"
        raise SettingsError(missing, "run `deepdaily run`, or name the folder with --data")
    if language in ("", issue.draft.language):
        return issue
    told = {one.draft.language: one for one in store.translations(issue.slot.key)}
    if language not in told:
        there = ", ".join([issue.draft.language, *told])
        raise SettingsError(f"the issue of {issue.day} was not told in {language!r}", f"it is there in {there}")
    return told[language]


def _run_without_issue(store: Store, day: str) -> str:
    """The slot of the newest run, or of `day`, if it has no issue; empty otherwise."""
    from deepdaily.core.types import Slot

    ran = [slot for slot in store.slots() if day in ("", Slot.of_key(slot).day)]
    return ran[0] if ran and store.issue(Slot.of_key(ran[0]).day) is None else ""


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="Latin words, Chinese ones of one character or more.")],
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many items.")] = 20,
) -> None:
    """Printed items that have every one of the words or what they mean, the most relevant first; behind them a few with some."""
    from dataclasses import asdict

    from deepdaily.archive import lookup

    with opened(settings, data, out) as (_, store):
        hits = lookup.search(store, " ".join(words), limit)
    whole, some = (
        [f"{hit.day}  {hit.title}  [{hit.story}]\n    {hit.snippet}" for hit in hits if hit.whole is all_of_it]
        for all_of_it in (True, False)
    )
    lines = whole or ["nothing printed has all of these words"]
    answer([asdict(hit) for hit in hits], [*lines, *(["some of these words alone:", *some] if some else [])], as_json)


@app.command()
def verify(
    day: Annotated[str, typer.Argument(help="The issue's day; nothing: the newest.")] = "",
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
) -> None:
    """Check an issue against its snapshots again, and its published files against the issue."""
    from dataclasses import asdict

    verdict = verdict_on(house_of(settings, data, out), day)
    if as_json:
        answer(asdict(verdict) | {"green": verdict.green}, (), as_json)
    else:
        say_verdict(verdict)
    raise typer.Exit(Exit.PUBLISHED if verdict.green else Exit.RED)


def verdict_on(house: House, day: str) -> Verdict:
    """What checking the issue of `day`, or the newest, again finds. Raises SettingsError where there is none."""
    from deepdaily.archive.verify import published_files, verify
    from deepdaily.store.snapshots import Snapshots

    with house.store(may_make=False) as store, Snapshots(house.snapshots) as snapshots:
        issue = _stored_issue(store, day)
        return verify(issue, store, snapshots, published_files(issue, store, house.channels()))


def say_verdict(verdict: Verdict, before: str = "") -> None:
    """The verdict in lines, after `before`."""
    counts = (
        f"{verdict.day}  {verdict.facts} facts: {verdict.found} quotations found in their snapshots,"
        f" {verdict.supported} claims supported by the check, {len(verdict.missing)} missing,"
        f" {len(verdict.damaged)} snapshots damaged, {len(verdict.altered)} published files altered"
    )
    counts += f", {len(verdict.forgotten)} forgotten on request" if verdict.forgotten else ""
    wrong = [f"  ✘ {line}" for line in [*verdict.missing, *verdict.damaged, *verdict.altered]]
    gone = [f"  · {line}" for line in verdict.forgotten]
    for line in [*filter(None, (before,)), counts, *wrong, *gone]:
        say(line)


@app.command()
def config(
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
    explain: Annotated[bool, typer.Option("--explain", help="What each key means and may be, whatever is set.")] = False,
) -> None:
    """Every setting with its effective value and where it comes from."""
    from deepdaily.settings.keys import explained
    from deepdaily.settings.loading import described
    from deepdaily.settings.missing import unset_of
    from deepdaily.sources.kinds import remarks

    if explain:
        rows = [(f"{table.head} {key.name}", *key[1:]) for table in explained() for key in table.keys]
        answer_rows(("key", "meaning", "default", "may be", "example"), rows, as_json)
        return
    house = house_of(settings, data, out)
    answer_rows(("key", "value", "from"), described(house.settings, house.origins), as_json)
    for name, variable in unset_of(house.settings):
        warn(f"! {name}: {variable} is not in the environment")
    for line in remarks(house.settings.sources):
        warn(f"! {line}")
