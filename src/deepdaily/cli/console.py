"""What a person sees: progress on stderr, tables on stdout, plain lines where there is no terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from deepdaily.cli.options import pair_into, say
from deepdaily.cli.pasting import hint, pasteable
from deepdaily.core.spending import spent
from deepdaily.core.types import Call, Edition, Issue, Language, RunRecord, Slot
from deepdaily.run import Meter

NO_WRITER = (
    "no model writes, facts stand as quotations: `deepdaily init --again` finds a server, key or agent that can (docs/models.md)"
)
"""One line for who has none."""

NO_TRANSLATOR = "; `deepdaily translate pull {}` has them translated"
"""One clause more for who has no translator either; for the pair into the digest's language."""


def no_writer(language: Language, translator: str) -> str:
    """The last line where no model writes."""
    return NO_WRITER if translator else NO_WRITER + NO_TRANSLATOR.format(pair_into(language))


class LineMeter:
    """One plain line a stage and one a trouble."""

    def __init__(self) -> None:
        self._name, self._started = "", 0.0

    def stage(self, name: str, total: int) -> None:
        self._name, self._started = name, monotonic()

    def step(self, note: str = "") -> None:
        if note:
            print(f"  ! {pasteable(note)}", file=sys.stderr)  # noqa: T201

    def done(self, note: str) -> None:
        took = monotonic() - self._started
        print(f"{self._name:<9} {note} ({took:.1f} s)", file=sys.stderr, flush=True)  # noqa: T201

    def stop(self) -> None:
        """Nothing is open."""


class BarMeter:
    """A bar for the stage at work, a line for each that is done."""

    def __init__(self) -> None:
        name, counts, took = TextColumn("{task.description:<9}"), MofNCompleteColumn(), TimeElapsedColumn()
        console = Console(stderr=True, highlight=False)
        self._bar = Progress(SpinnerColumn(), name, BarColumn(32), counts, took, console=console, transient=True)

    def stage(self, name: str, total: int) -> None:
        self._bar.start()
        self._bar.add_task(name, total=total or None)

    def step(self, note: str = "") -> None:
        for task in self._bar.task_ids:
            self._bar.advance(task)
        if note:
            self._bar.console.print(f"  [yellow]![/] {_plain(pasteable(note))}")

    def done(self, note: str) -> None:
        ended = self._bar.tasks
        self.stop()
        for one in ended:
            line = f" [green]✔[/] {one.description:<9} {_plain(note)}  [dim]{one.elapsed or 0:.1f} s[/]"
            self._bar.console.print(line)

    def stop(self) -> None:
        """Give the terminal back."""
        self._bar.stop()
        for task in self._bar.task_ids:
            self._bar.remove_task(task)


def _plain(text: str) -> str:
    """Foreign text without Rich's markup."""
    return text.replace("[", "\\[")


def meter() -> Meter:
    """Bars on a terminal, plain lines otherwise."""
    return BarMeter() if sys.stderr.isatty() else LineMeter()


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal, tab-separated lines otherwise."""
    if not sys.stdout.isatty():
        for row in rows:
            say("\t".join(row))
        return
    drawn = Table()
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*map(_plain, row))
    Console().print(drawn)


def closing(issue: Issue, record: RunRecord) -> None:
    """The closing table of a run: story, score, facts, thread; then the funnel and what was not quite right."""
    rows, scores = list[tuple[str, ...]](), {one.story: f"{one.score:.2f}" for one in record.chosen}
    for number, item in enumerate(issue.items, 1):
        facts = sum(1 for claim in item.claims() if claim.evidence)
        thread = f"no. {len(item.thread) + 1}" if item.thread else "new"
        rows.append((str(number), item.title.text, scores.get(item.story, ""), str(facts), thread))
    table(("#", "story", "score", "facts", "thread"), rows)
    say(funnel(record.funnel))
    for trouble in [*(f"degraded: {cause}" for cause in issue.draft.degraded), *record.troubles]:
        say(f"! {trouble}")


def models_told(issue: Issue, calls: Sequence[Call], currency: str, own_names: Mapping[str, str]) -> list[str]:
    """A line a model: calls, tokens, cost, seconds, and the items that bear its name; empty where none was asked.

    `own_names`: by a model's name in the settings the one that readers are told.
    """
    lines = []
    for one in spent(calls, lambda call: call.model):
        in_its_place = {call.message for call in calls if call.model == one.name and call.state == "answered" and call.message}
        names = {own_names.get(one.name, one.name), *in_its_place}
        wrote = sum(not names.isdisjoint(item.writer.split(", ")) for item in issue.items)
        lines.append(f"model {one.name}: {one.told(currency)}; wrote {wrote} of {len(issue.items)} items")
    return lines


def where(slot: Slot, editions: Sequence[Edition], folders: Mapping[str, Path], places: Mapping[str, str] | None = None) -> None:
    """Where a person finds the issue, and the two commands that question it; `places` as for `hint`."""
    if not editions:
        say("nothing was published; the issue is kept: mend what is named above, then run the same command again")
        return
    for edition in editions:
        if re.search(rf"/index(?:\.[\w-]+)?\.md$|/{slot.day}(?:\.[\w-]+)?\.html$", edition.location):
            folder = folders.get(edition.channel)  # None for a channel that the settings have no more
            say(f"{edition.channel:<6} {folder / edition.location if folder else edition.location}")
    say(f"proof: {hint(f'verify {slot.day}', places)}")
    say(f"why:   {hint(f'show {slot.day}#1', places)}")


def funnel(counts: Mapping[str, int]) -> str:
    """`512 offers → 431 candidates → … → 7 items`."""
    return " → ".join(f"{count} {name}" for name, count in counts.items())
