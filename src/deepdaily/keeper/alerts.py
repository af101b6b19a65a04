"""What somebody should know: a poor day, none at all, a source that is dead."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TypeVar

from deepdaily.core.errors import Exit, PublishError, StoreError
from deepdaily.core.failures import trouble
from deepdaily.core.types import Slot
from deepdaily.house import House
from deepdaily.publish.channels import hook_of, service_of
from deepdaily.publish.chats import Chat, Service, Unset, posting
from deepdaily.publish.one_channel import mail_line
from deepdaily.publish.to_webhook import UnknownHook
from deepdaily.read.web_wire import WebWire
from deepdaily.settings.channel_tables import ChatTable, MailTable
from deepdaily.store import Store

DEGRADED, NOTHING = "degraded", "nothing published"
"""Troubles, as they are told."""


DEAD_DAYS = 3
"""A source that failed in every slot of so many days is not having a bad hour: it has moved, or wants a key."""

NAMED = 10
"""Sources that one alert names; the others are counted."""

Tell = Callable[[Slot, str], Awaitable[bool]]
"""Tells a trouble of a slot, each once; whether it was delivered, now or before."""

T = TypeVar("T")


async def alert(house: House, slot: Slot, trouble: str, *, quiet: bool = False) -> bool:
    """One line on stderr, to the webhook and by mail where these are set; each trouble once a slot.

    False where there are ways and all of them failed: then it may be told again. `quiet`: the command itself says on
    stderr how its run ended.
    """
    if quiet and not _ways(house, slot, trouble, ""):
        return True
    if trouble in _recorded(house, lambda store: store.alerts(slot.key), set[str]()):
        return True
    line = f"deepdaily {slot.day}: {trouble}; see `deepdaily show {slot.day} --audit`"
    if not quiet:
        print(line, file=sys.stderr)  # noqa: T201
    ways = _ways(house, slot, trouble, line)
    delivered = not ways or any([await _delivered(way) for way in ways])
    if delivered:
        _recorded(house, lambda store: store.keep_alert(slot.key, trouble), None)
    return delivered


def _ways(house: House, slot: Slot, trouble: str, line: str) -> list[Callable[[], Awaitable[None]]]:
    """Where alerts go."""
    alert, ways = house.settings.alert, list[Callable[[], Awaitable[None]]]()
    url = os.environ.get(alert.url_env, "").strip()
    if url:
        beside = {"slot": slot.stamp, "trouble": trouble}
        ways.append(partial(_post_alert, house, hook_of(url, alert.form), line, beside))
    for table in house.settings.publish:
        if isinstance(table, ChatTable) and table.name in alert.channels:
            ways.append(partial(_chat_alert, house, table, line))
    if alert.mail and house.settings.mail:
        mail = house.settings.mail
        ways.append(partial(_mail_alert, mail, alert.recipients or mail.recipients, line))
    return ways


async def _chat_alert(house: House, table: ChatTable, line: str) -> None:
    if table.unset:
        raise Unset(table.name, table.unset).error
    await _post_alert(house, service_of(table), line)


async def _post_alert(house: House, service: Service, line: str, beside: Mapping[str, str] | None = None) -> None:
    """`beside`: what a service that takes any JSON is told too."""
    message = {**service.line(line), **(beside or {} if isinstance(service, UnknownHook) else {})}
    async with WebWire(allow_private=house.settings.network.allow_private) as wire:
        await Chat(service, posting(wire), "alert", set(), lambda _: None).send(message)


async def _mail_alert(chosen: MailTable, recipients: tuple[str, ...], line: str) -> None:
    refused = await mail_line(chosen, line, recipients)
    if refused:
        print(f"deepdaily: the alert was not delivered to {', '.join(refused)}", file=sys.stderr)  # noqa: T201


async def _delivered(way: Callable[[], Awaitable[None]]) -> bool:
    try:
        await way()
    except PublishError as error:
        print(f"deepdaily: the alert was not delivered: {error.advised}", file=sys.stderr)  # noqa: T201
        return False
    return True


def _recorded(house: House, use: Callable[[Store], T], otherwise: T) -> T:
    """What `use` gives of the store; `otherwise` where the store is the trouble: an alert does not wait for it."""
    try:
        with house.store() as store:
            return use(store)
    except StoreError as error:
        print(f"deepdaily: no record of alerts: {error}", file=sys.stderr)  # noqa: T201
        return otherwise


def dead_sources(store: Store, slot: Slot) -> list[str]:
    """Sources that failed in every slot of DEAD_DAYS days, and of which nobody was told since they last answered.

    Slots are read from this one back until each source that failed in it has answered or was told.
    """
    keys = [key for key in store.slots() if key <= slot.key]
    dead, failed_on = list[str](), dict[str, set[str]]()
    for key in keys if slot.key in keys else ():
        health = [harvest.health for harvest in store.harvests(key)]
        if key == slot.key:
            failed_on = {one.source: set() for one in health if trouble(one)}
        told = store.alerts(key)
        for source in [source for source in failed_on if _dead(source) in told]:
            del failed_on[source]
        for one in health:
            if one.answered and len(failed_on.pop(one.source, ())) >= DEAD_DAYS:
                dead.append(one.source)
            elif one.source in failed_on and trouble(one):
                failed_on[one.source].add(Slot.of_key(key).day)
        if not failed_on:
            break
    return sorted(dead + [source for source, days in failed_on.items() if len(days) >= DEAD_DAYS])


def lacking(store: Store, slot: Slot) -> str:
    """What there is to tell of a slot that is not finished: no issue, or the channels that miss it."""
    if store.issue(slot.day) is None:
        return NOTHING
    missing = store.record(slot.key).missing
    return f"published, but missing in {', '.join(missing) or 'a channel'}"


def _dead(source: str) -> str:
    return f"source dead: {source}"


async def tell_end(store: Store, slot: Slot, status: Exit, tell: Tell, *, by_keeper: bool) -> None:
    """Whoever is to be told learns of a poor day, of none, of a channel without the issue, and of dead sources.

    Args:
        by_keeper: the keeper started the run: it tries again, and tells itself what is missing when the time has come.
    """
    if status == Exit.DEGRADED:
        await tell(slot, DEGRADED)
    elif status in (Exit.NOTHING, Exit.INCOMPLETE) and not by_keeper:
        await tell(slot, lacking(store, slot))
    await _tell_dead(store, slot, tell)


async def tell_broken_off(house: House, slot: Slot, tell: Tell, *, by_keeper: bool) -> None:
    """The same for a run that raised, whose error says more than that of a store that broke."""
    if not by_keeper:
        await tell(slot, NOTHING)
    with suppress(StoreError), house.store() as store:
        await _tell_dead(store, slot, tell)


async def nobody_told(slot: Slot, trouble: str) -> bool:
    """A trial's trouble is told to nobody, and so not kept as told."""
    return False


async def _tell_dead(store: Store, slot: Slot, tell: Tell) -> None:
    dead = dead_sources(store, slot)
    more = f" and {len(dead) - NAMED} more" if len(dead) > NAMED else ""
    if dead and await tell(slot, f"no answer for {DEAD_DAYS} days from {', '.join(dead[:NAMED])}{more}"):
        for source in dead:
            store.keep_alert(slot.key, _dead(source))
