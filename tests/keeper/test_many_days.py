"""Days on which something goes wrong in operation: each has its issue, nothing comes twice, and no alarm is untrue."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepdaily.keeper.alerts import NOTHING
from simulated_days import FAULTS, Report, simulated


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """One day of each fault."""
    return simulated(tmp_path_factory.mktemp("days"), FAULTS)


def test_every_day_has_its_issue_in_the_blog_in_the_chat_and_by_mail(days: Report) -> None:
    assert days.lost == []
    assert days.missed == []
    assert days.published == len(FAULTS)


def test_no_message_comes_twice(days: Report) -> None:
    assert days.doubled == []


def test_no_alarm_is_untrue_and_those_that_are_true_are_told_once(days: Report) -> None:
    told = {fault: [trouble for day, trouble in days.told if day == of] for of, fault in zip(days.days, FAULTS, strict=True)}

    assert days.false_alarms == []
    assert {fault: troubles for fault, troubles in told.items() if troubles} == {
        "the chat is away for an hour": ["published, but missing in slack"],
        "mail is away for an hour": ["published, but missing in mail"],
    }


def test_an_untrue_alarm_a_lost_day_and_a_double_would_be_seen(tmp_path: Path) -> None:
    told = simulated(tmp_path, ["none"], spoil=True)

    assert told.false_alarms == [f"{told.days[0]}: {NOTHING}"]
    assert told.lost == told.days
    assert len(told.doubled) == 1
