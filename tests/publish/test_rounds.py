"""Each channel is asked until it has the issue or the time is up; one channel's trouble is not another's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deepdaily.core.errors import ChannelBusy, PublishError
from deepdaily.core.types import Edition, Issue
from deepdaily.publish import Publication, TakenInPart, edition_of
from deepdaily.publish.rounds import LEAST_PATIENCE_S, MOST_PATIENCE_S, PAUSES_S, Rounds, patience_s
from fakes import SkippingLoop
from render import issues

ISSUE: Issue = issues.issue()
BUSY = ChannelBusy("mail: 451 greylisted", "it is tried again")
REFUSED = PublishError("mail: 550 no such user", "mend the address")


@dataclass
class Channel:
    """Answers as `says`, one after the other, and then takes the issue; remembers when it was asked."""

    channel: str
    says: list[Exception] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        self.asked.append(asyncio.get_running_loop().time())
        if self.says:
            raise self.says.pop(0)
        return (edition_of(publication.issue, self.channel, "message-1", b""),)

    @property
    def pauses(self) -> list[int]:
        return [round(later - one) for one, later in zip(self.asked, self.asked[1:], strict=False)]


@dataclass
class Folder(Channel):
    dir: Path = Path("blog")

    def files(self, publication: Publication) -> dict[str, bytes]:
        return {}


@dataclass
class Step(Channel):
    follows: str = "hugo"
    said: str = "built 3 pages"


class Kept:
    """A store that keeps editions."""

    def __init__(self) -> None:
        self.editions = list[str]()

    def keep_editions(self, editions: Sequence[Edition]) -> None:
        self.editions += [one.channel for one in editions]


def brought_out(*channels: Channel, taken: Sequence[str] = (), most_s: float = MOST_PATIENCE_S) -> Rounds:
    store: Any = Kept()
    rounds = Rounds(Publication(ISSUE, [ISSUE], {}), store, taken)
    steps = list[int]()

    async def asked() -> None:
        await rounds.first(channels, lambda: steps.append(1))
        await rounds.later(channels, most_s)

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(asked())
    assert len(steps) == len(channels)
    return rounds


def test_a_channel_that_is_busy_is_asked_again_with_growing_pauses() -> None:
    mail = Channel("mail", [BUSY] * 6)

    rounds = brought_out(mail)

    assert mail.pauses == [*map(round, PAUSES_S), 60, 60]
    assert (rounds.missing, rounds.troubles, rounds.wrote) == ({}, {}, {"mail"})


def test_the_time_that_a_channel_names_is_kept_to() -> None:
    chat = Channel("chat", [ChannelBusy("429", "", 40.0), ChannelBusy("429", "", 7.0)])

    brought_out(chat)

    assert chat.pauses == [40, 7]


def test_a_channel_that_stays_busy_is_given_up_when_the_time_is_over_and_is_missing() -> None:
    mail = Channel("mail", [BUSY] * 100)

    rounds = brought_out(mail, most_s=100)

    assert mail.pauses == [5, 15, 30]  # the next would end after 110
    assert [*rounds.missing] == ["mail"]
    assert str(rounds.troubles["mail"]) == "mail: mail: 451 greylisted; it is tried again"


def test_a_time_beyond_the_end_is_not_waited_for() -> None:
    chat = Channel("chat", [ChannelBusy("429", "", 1_000.0)])

    assert [*brought_out(chat).missing] == ["chat"]
    assert len(chat.asked) == 1


def test_a_channel_that_refuses_is_asked_once_and_costs_the_others_nothing() -> None:
    mail, busy, chat = Channel("mail", [REFUSED]), Channel("second", [BUSY]), Channel("chat")

    rounds = brought_out(mail, busy, chat)

    assert [len(one.asked) for one in (mail, busy, chat)] == [1, 2, 1]
    assert [*rounds.missing] == ["mail"]
    assert rounds.wrote == {"second", "chat"}


def test_who_has_the_issue_is_not_asked() -> None:
    mail = Channel("mail")

    rounds = brought_out(mail, taken=["mail"])

    assert (mail.asked, rounds.missing, rounds.wrote) == ([], {}, set())


def test_what_follows_files_is_done_again_when_any_were_written_and_not_without_those_it_needs() -> None:
    again, page, left, stuck = Step("hugo:git"), Step("hugo:git"), Step("hugo:git"), Step("hugo:git")

    brought_out(Folder("hugo"), again, taken=["hugo:git"])
    brought_out(Folder("hugo"), Folder("page"), page, taken=["hugo", "hugo:git"])  # the page could not be written before
    brought_out(Folder("hugo"), left, Channel("mail"), taken=["hugo", "hugo:git"])
    rounds = brought_out(Folder("hugo", [REFUSED]), Folder("page"), stuck)

    assert [len(one.asked) for one in (again, page, left, stuck)] == [1, 1, 0, 0]
    assert list(rounds.missing) == ["hugo", "hugo:git"]


def test_what_a_step_says_is_kept_also_where_it_fails() -> None:
    well = brought_out(Channel("hugo"), Step("hugo:after"))
    badly = brought_out(Channel("hugo"), Step("hugo:after", [REFUSED]))

    assert well.said == badly.said == {"hugo:after": "built 3 pages"}
    assert [*badly.missing] == ["hugo:after"]


def test_a_channel_that_took_it_for_some_is_a_trouble_and_has_it() -> None:
    edition = edition_of(ISSUE, "mail", "m", b"")
    rounds = brought_out(Channel("mail", [TakenInPart("gone@d.example was refused", "mend it", (edition,))]))

    assert rounds.missing == {}
    assert [*rounds.troubles] == ["mail"]
    assert rounds.store.editions == ["mail"]  # type: ignore[comparison-overlap]


@pytest.mark.parametrize(("remaining_s", "patience"), [(-5.0, LEAST_PATIENCE_S), (400.0, 400.0), (float("inf"), MOST_PATIENCE_S)])
def test_busy_channels_are_asked_until_the_deadline_within_bounds(remaining_s: float, patience: float) -> None:
    assert patience_s(remaining_s) == patience
