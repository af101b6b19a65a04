"""What a person sees: progress on stderr, tables on stdout, plain lines where there is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from deepdaily.core.text import shorten
from deepdaily.core.types import Edition, Issue, RunRecord, Slot
from deepdaily.run import Meter


class LineMeter:
    """One plain line a stage and one a trouble."""

    def __init__(self) -> None:
        self._name, self._started = "", 0.0

    def stage(self, name: str, total: int) -> None:
        self._name, self._started = name, monotonic()

    def step(self, note: str = "") -> None:
        if note:
            print(f"  ! {note}", file=sys.stderr)  # noqa: T201

    def done(self, note: str) -> None:
        took = monotonic() - self._started
        print(f"{self._name:<9} {note} ({took:.1f} s)", file=sys.stderr, flush=True)  # noqa: T201

    def stop(self) -> None:
        """Nothing is open."""


class BarMeter:
    """A bar for the stage at work, a line for each that is done."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<9}"),
            BarColumn(32),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._task: TaskID | None = None
        self._name, self._started = "", 0.0

    def stage(self, name: str, total: int) -> None:
        self._name, self._started = name, monotonic()
        self._bar.start()
        self._task = self._bar.add_task(name, total=total or None)

    def step(self, note: str = "") -> None:
        if self._task is not None:
            self._bar.advance(self._task)
        if note:
            self._bar.console.print(f"  [yellow]![/] {_plain(note)}", highlight=False)

    def done(self, note: str) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
        self.stop()
        took = monotonic() - self._started
        self._console.print(f" [green]✔[/] {self._name:<9} {_plain(note)}  [dim]{took:.1f} s[/]", highlight=False)

    def stop(self) -> None:
        """Give the terminal back."""
        self._bar.stop()


def _plain(text: str) -> str:
    """Foreign text without Rich's markup."""
    return text.replace("[", "\\[")


def meter() -> Meter:
    """Bars on a terminal, plain lines otherwise."""
    return BarMeter() if sys.stderr.isatty() else LineMeter()


def say(text: str) -> None:
    """A line of the result, on stdout."""
    print(text)  # noqa: T201


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal, tab-separated lines otherwise."""
    if not sys.stdout.isatty():
        for row in rows:
            say("\t".join(row))
        return
    drawn = Table(*columns)
    for row in rows:
        drawn.add_row(*map(_plain, row))
    Console().print(drawn)


def closing(issue: Issue, record: RunRecord) -> None:
    """The closing table of a run: story, score, facts, thread; then the funnel and what was not quite right."""
    rows = []
    for number, (item, row) in enumerate(zip(issue.items, _scores(issue, record), strict=True), 1):
        facts = sum(1 for claim in item.claims() if claim.evidence)
        thread = f"no. {len(item.thread) + 1}" if item.thread else "new"
        rows.append((str(number), shorten(item.title.text, 64), row, str(facts), thread))
    table(("#", "story", "score", "facts", "thread"), rows)
    say(funnel(record.funnel))
    for trouble in [*(f"degraded: {cause}" for cause in issue.draft.degraded), *record.troubles]:
        say(f"! {trouble}")


def where(slot: Slot, editions: Sequence[Edition], folders: Mapping[str, Path]) -> None:
    """Where a person finds the issue, and the two commands that question it."""
    if not editions:
        say("nothing was published; the issue is kept: mend what is named above, then run the same command again")
        return
    for edition in editions:
        if edition.location.endswith(("index.md", f"{slot.day}.html")):
            say(f"{edition.channel:<6} {folders[edition.channel] / edition.location}")
    say(f"proof: deepdaily verify {slot.day}    why: deepdaily show {slot.day}#1")


def _scores(issue: Issue, record: RunRecord) -> list[str]:
    known = {one.story: one.score for one in record.chosen}
    return [f"{known[item.story]:.2f}" if item.story in known else "" for item in issue.items]


def funnel(counts: Mapping[str, int]) -> str:
    """`512 offers → 431 candidates → … → 7 items`."""
    return " → ".join(f"{count} {name}" for name, count in counts.items())
