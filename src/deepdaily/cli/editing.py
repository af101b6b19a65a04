"""`desk`: what an editor says. A decision is a row of the table; the next run acts on it."""

# Without postponed annotations: the options of a decision are made from its row.

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepdaily.cli.options import AsJson, DataFolder, SettingsFile, answer_rows, desk_app, opened, say

if TYPE_CHECKING:
    from deepdaily.core.types import DecisionKind

_PAGE = "A page's address, DAY#N or a story's id."

DECISIONS: tuple[tuple["DecisionKind", str, str, bool], ...] = (
    # kind, what it means, its subject, whether it takes a second page
    ("pin", "Tell this story when it is there, whatever its score.", _PAGE, False),
    (
        "ban",
        "Never tell this page, this site, or what has all of these words in its title.",
        "A page, DAY#N, a story's id, a host, or topic:WORDS.",
        False,
    ),
    ("merge", "Both pages tell one story.", _PAGE, True),
    ("split", "The two pages tell two stories.", _PAGE, True),
    ("useful", "More of this kind.", _PAGE, False),
    ("useless", "Less of this kind.", _PAGE, False),
    ("close", "Follow this question no longer.", "A question's id, as `desk list` has it.", False),
)


def _decide(kind: "DecisionKind", what: str, other: str, settings: Path | None, data: Path | None) -> None:
    from deepdaily import desk

    with opened(settings, data) as (house, store):
        found = desk.decided(kind, what, other, store, house.clock(None))
    told = " and ".join(filter(None, (found.subject, found.other)))
    say(f"{found.id}: {kind} {told}; the next run acts on it, `deepdaily desk undo {found.id}` takes it back")


def _command(kind: "DecisionKind", subject: str, two: bool) -> Callable[..., None]:
    named = Annotated[str, typer.Argument(help=subject)]

    def on_one(what: named, settings: SettingsFile = None, data: DataFolder = None) -> None:
        _decide(kind, what, "", settings, data)

    def on_two(what: named, other: named, settings: SettingsFile = None, data: DataFolder = None) -> None:
        _decide(kind, what, other, settings, data)

    return on_two if two else on_one


for _kind, _means, _subject, _two in DECISIONS:
    desk_app.command(_kind, help=_means)(_command(_kind, _subject, _two))


@desk_app.command("undo")
def desk_undo(
    what: Annotated[str, typer.Argument(help="A decision's id, as `desk list` has it; a day for all that the second reader said.")],
    settings: SettingsFile = None,
    data: DataFolder = None,
) -> None:
    """Take a decision back, or all that the second reader said of a day: later runs are as if it had not been made."""
    from deepdaily import desk
    from deepdaily.core.types import Slot

    with opened(settings, data) as (house, store):
        found = desk.taken_back(what, store, house.clock(None))
    for one in found:
        say(f"{one.id}: {one.kind} {one.subject} is taken back")
    if found[0].slot:
        say(f"write the day as if it had not been said: deepdaily run --date {Slot.of_key(found[0].slot).day} --again")


@desk_app.command("list")
def desk_list(settings: SettingsFile = None, data: DataFolder = None, as_json: AsJson = False) -> None:
    """The decisions in force, and the questions that are open."""
    from deepdaily import desk

    with opened(settings, data) as (house, store):
        rows = desk.in_words(store, house.clock(None))
    answer_rows(("id", "kind", "by", "subject", "title"), rows, as_json)
