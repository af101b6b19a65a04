"""Slots: one issue each, by one run at a time. A killed run goes on as itself, a published slot is left alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from deepdaily.core.errors import Exit, NothingToPublish, SettingsError
from deepdaily.core.slots import left_s
from deepdaily.core.types import Issue, RunRecord, Slot
from deepdaily.house import House
from deepdaily.keeper.alerts import alert, nobody_told, tell_broken_off, tell_end
from deepdaily.keeper.leases import under_lease
from deepdaily.keeper.retraction import taken_back
from deepdaily.pipeline import publish, run_day, translate
from deepdaily.publish import FileChannel
from deepdaily.publish.standing import changed, taken
from deepdaily.run import Errand, Record, Run
from deepdaily.store import Lease, Store


def is_finished(store: Store, slot: Slot, channels: Collection[str], files: Sequence[FileChannel] = ()) -> bool:
    """Whether every channel has this slot's issue, `files` where they were published; or the issue was taken back."""
    issue = store.issue(slot.day)
    if issue is None:
        return store.status(slot.key) == "retracted"
    return taken(issue, store, files) >= set(channels)


def calendar_of(store: Store, slot: Slot, moment: datetime) -> datetime:
    """The `now` of this slot's run: that of a killed run, or `moment` where none ran or one ended without an issue."""
    now = store.begin(slot.key, moment)
    if store.status(slot.key) in ("failed", "dry") and store.issue(slot.day) is None:
        store.restart(slot.key, moment)
        return moment
    return now.astimezone(moment.tzinfo)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the command for a slot ended."""

    slot: Slot
    exit: Exit = Exit.PUBLISHED
    issue: Issue | None = None
    """None where the slot was left alone."""
    record: RunRecord | None = None
    held: Lease | None = None
    """Whose run is writing the slot now; None where there is nobody."""
    retracted: bool = False
    """The issue was taken back, and the slot is left alone."""
    changed: Sequence[tuple[str, Path]] = ()
    """Published files that somebody changed, and left as they are: each behind its channel's name."""
    remarks: Sequence[str] = ()
    """What a person should know besides."""


async def run_slot(house: House, errand: Errand, waiting: Callable[[Lease], None] = lambda _: None) -> Outcome:
    """The errand done for its slot, or the slot left alone; its trouble told.

    A dry run, one with `--out`, and taking an issue back tell nobody. `waiting` is told of another run whose end is waited for.

    Raises:
        StoreError: the store does not open or broke, or the lease was lost on the way.
        NothingToPublish: there is no issue today.
        SettingsError: there is no issue for what is asked.
    """
    slot, by_keeper = errand.slot, errand.by_keeper
    tell = nobody_told if errand.dry or house.out or errand.task == "retract" else partial(alert, house, quiet=True)
    try:
        with house.store() as store:
            ended = await under_lease(store, slot, partial(_DONE[errand.task], house, store, errand), waiting)
    except SettingsError:
        raise  # nothing was begun
    except Exception:
        await tell_broken_off(house, slot, tell, by_keeper=by_keeper)
        raise
    outcome = ended if isinstance(ended, Outcome) else Outcome(slot, Exit.HELD, held=ended)
    with house.store() as store:
        await tell_end(store, slot, outcome.exit, tell, by_keeper=by_keeper)
    return outcome


async def _written(house: House, store: Store, errand: Errand) -> Outcome:
    """The slot's issue made and brought to every channel, or to those that miss it."""
    slot, moment = errand.slot, errand.moment
    files = [channel for channel, _ in house.channels()]
    if is_finished(store, slot, house.channel_names(), files):
        issue = store.issue(slot.day)
        return Outcome(slot, changed=[*changed(issue, store, files)] if issue else (), retracted=issue is None)
    now, left = calendar_of(store, slot, moment), left_s(slot, moment, house.settings.review.deadline)
    async with house.run(store, errand, now, left) as run:
        try:
            issue = store.issue(slot.day)
            issue = await (brought(run, issue) if issue else run_day(run))
        except NothingToPublish:
            run.ended("failed")
            raise
    return Outcome(slot, run.record.exit, issue, run.record.value())


async def _corrected(house: House, store: Store, errand: Errand) -> Outcome:
    """The slot's issue told again from what was read then, in its place; the first is kept. Message channels are left alone."""
    issue = _issue_of(store, errand.slot, "run without --again")
    now = store.begin(issue.slot.key, errand.moment).astimezone(errand.moment.tzinfo)
    async with house.run(store, errand, now) as run:
        issue = await run_day(run)
    return Outcome(errand.slot, run.record.exit, issue, run.record.value())


async def _published_again(house: House, store: Store, errand: Errand) -> Outcome:
    """The issue brought out again: files written whatever is there; messages to those that miss it, or to all (`send`)."""
    slot, names = errand.slot, _named(house, errand.channels)
    if store.issue(slot.day) is None:
        store.restore(slot.key)
    issue = _issue_of(store, slot, "`deepdaily run` writes one")
    messages = {name for name in names if ":" not in name} - {channel.channel for channel, _ in house.channels()}
    had = {edition.channel for edition in store.editions(slot.key)} & messages
    if errand.task == "send":
        store.forget_editions(slot.key, messages)
    now = store.begin(slot.key, errand.moment).astimezone(errand.moment.tzinfo)
    async with house.run(store, errand, now) as run:
        run.publishers, run.anew = [one for one in run.publishers if one.channel in names], names - messages
        await brought(run, issue)
        status = run.record.exit  # of what was asked for
        have_it = {edition.channel for edition in store.editions(slot.key)}
        run.record.missing += tuple(sorted(house.channel_names() - names - have_it))
        run.ended(run.record.status)
    kept = sorted(had) if errand.task == "publish" else ()
    remarks = [f"{name} has the issue already and was sent nothing; `--again` sends it once more" for name in kept]
    return Outcome(slot, status, issue, run.record.value(), remarks=remarks)


async def _retracted(house: House, store: Store, errand: Errand) -> Outcome:
    """The issue taken back; the slot is left alone from then on."""
    gone = store.earlier_issues(errand.slot.key) if store.status(errand.slot.key) == "retracted" else []
    issue = gone[-1] if gone else _issue_of(store, errand.slot, "`deepdaily show` names the newest")
    now = store.begin(issue.slot.key, errand.moment).astimezone(errand.moment.tzinfo)
    async with house.run(store, errand, now) as run:
        remarks = await taken_back(run, issue)
    return Outcome(errand.slot, run.record.exit, issue, run.record.value(), remarks=remarks)


_DONE = {
    "write": _written, "correct": _corrected, "publish": _published_again, "send": _published_again, "retract": _retracted,
}  # fmt: skip


def _issue_of(store: Store, slot: Slot, remedy: str) -> Issue:
    issue = store.issue(slot.day)
    if issue is None or issue.slot.key != slot.key:
        raise SettingsError(f"{slot.day} has no issue", remedy)
    return issue


def _named(house: House, channels: Collection[str]) -> set[str]:
    """The channels of these names, with what follows them; all where none is named."""
    known = house.channel_names()
    for name in channels:
        if name not in known:
            raise SettingsError(f"there is no channel {name!r} in [[publish]]", f"known here: {', '.join(sorted(known))}")
    return {name for name in known if not channels or name in channels or name.partition(":")[0] in channels}


async def brought(run: Run, issue: Issue) -> Issue:
    """An issue that is there already, brought to the channels that miss it."""
    run.record = Record.resumed(run.record.meter, run.store.record(issue.slot.key))
    run.record.degraded = issue.draft.degraded
    if not run.dry:
        await translate(run, issue)
        await publish(run, issue)
    return issue
