"""What comes in: places that offer links. A failing source costs only its own candidates."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

from deepdaily.core.errors import (
    AddressRefused,
    BadStatus,
    BodyRefused,
    FetchError,
    NotAFeed,
    QuotaSpent,
    RateLimited,
    SettingsError,
    SourceError,
)
from deepdaily.core.types import Harvest, SourceHealth, SourceKind, SourceState, Window

if TYPE_CHECKING:  # a worker that reads a feed passes here
    from deepdaily.store import Store

FINAL: frozenset[SourceState] = frozenset({"ok", "empty", "quota-spent"})
"""States that a slot keeps: the source has answered, or asking again today is pointless."""


class Source(Protocol):
    """One configured place. `name` is unique among the sources of a digest: the store keeps harvests under it."""

    name: str
    kind: SourceKind
    stands_in_for: tuple[str, ...]
    """Sources before this one; it is asked only where none of them answered. Empty for almost every source."""

    async def harvest(self, window: Window) -> Harvest:
        """What it offers inside the window.

        Raises:
            SourceError, FetchError: no offers. It costs only this source.
        """
        ...


async def collect(
    sources: Sequence[Source],
    window: Window,
    store: Store,
    *,
    wall_s: float,
    on_done: Callable[[SourceHealth], None],
    rests: Mapping[str, str] = {},
) -> list[Harvest]:
    """Ask all sources at once, a stand-in after those before it; their harvests in the order of `sources`.

    A source that answered in this slot already is answered from the store, so ask with the widest window first (a search asks for
    its last day, and further back only where the ladder does). Every
    harvest is kept as soon as it is there, a failed one too (for its health). Whoever has not answered after `wall_s`
    is unreachable. No failure of a source raises; a bug does, in an ExceptionGroup.

    Args:
        rests: sources that failed for days, with what is told of each instead of asking it; they are asked all the same, after
            the others, where fewer than half of these answer: no day is made poorer by it.
    """

    ends_at = asyncio.get_running_loop().time() + wall_s
    tasks: dict[str, asyncio.Task[Harvest]] = {}
    awake = [source.name for source in sources if source.name not in rests and not source.stands_in_for]

    async def new(source: Source) -> Harvest:
        before = [await tasks[name] for name in source.stands_in_for]
        answered = [other.health.source for other in before if other.health.answered]
        if answered:
            return _unasked(source, "not-needed", f"{answered[0]} answered")
        if source.name in rests and half_answered([(await tasks[name]).health for name in awake]):
            return _unasked(source, "resting", rests[source.name])
        return await _ask(source, window, wall_s, ends_at)

    async def one(source: Source) -> Harvest:
        harvest = store.harvest_of(window.slot.key, source.name)
        if harvest is None or harvest.health.state not in FINAL:
            harvest = store.keep_harvest(window.slot.key, await new(source))
        on_done(harvest.health)
        return harvest

    async with asyncio.TaskGroup() as group:
        tasks |= {source.name: group.create_task(one(source)) for source in sources}
    return [tasks[source.name].result() for source in sources]


def half_answered(health: Sequence[SourceHealth]) -> bool:
    """Whether at least half of those asked answered; where nobody was, nothing is known of the network."""
    asked = [one for one in health if one.asked]
    return bool(asked) and 2 * sum(one.answered for one in asked) >= len(asked)


def _unasked(source: Source, state: SourceState, message: str) -> Harvest:
    return Harvest(SourceHealth(source.name, source.kind, state, message=message))


async def _ask(source: Source, window: Window, wall_s: float, ends_at: float) -> Harvest:
    """What it gives until the loop's time is `ends_at`, when `wall_s` have passed; its failure as a state."""
    state: SourceState
    message, retry_after_s = "", None
    try:
        async with asyncio.timeout_at(ends_at) as deadline:
            return await source.harvest(window)
    except (SourceError, FetchError) as error:
        state, message, retry_after_s = _state(error), error.advised, _retry_after_s(error)
    except TimeoutError:
        if not deadline.expired():
            raise
        state, message = "unreachable", f"no answer within {wall_s:g} s"
    address = address_of(source)
    return Harvest(SourceHealth(source.name, source.kind, state, message=message, retry_after_s=retry_after_s, address=address))


def address_of(source: Source) -> str:
    """Where a source of one address is asked; empty for one that has none of its own."""
    return str(getattr(source, "address", ""))


def _state(error: SourceError | FetchError) -> SourceState:
    match error:
        case QuotaSpent():
            return "quota-spent"
        case RateLimited() | BadStatus(status=429):
            return "rate-limited"
        case NotAFeed():
            return "not-a-feed"
        case AddressRefused() | BodyRefused() | BadStatus(status=401 | 402 | 403 | 451):
            return "refused"
        case _:
            return "unreachable"


def _retry_after_s(error: BaseException | None) -> float | None:
    """The time the answer named; a source's own error carries the answer as its cause."""
    if isinstance(error, SourceError) and not isinstance(error, RateLimited):
        error = error.__cause__
    return error.retry_after_s if isinstance(error, BadStatus | RateLimited) else None


@dataclass(frozen=True, slots=True)
class PackFeed:
    """One feed of a bundled list. `category` is one of lab infra release devtools cloud paper research analysis security policy
    status media engineering community aggregator; `why` is what it is there for."""

    name: str
    url: str
    category: str
    language: str
    weight: float = 1.0
    why: str = ""


def load_pack(name: str) -> list[PackFeed]:
    """The feeds of a bundled pack, in the order written; those of the packs that it includes first.

    Raises:
        SettingsError: there is no pack of that name.
    """
    folder = files(__name__) / "packs"
    packs = {entry.name.removesuffix(".toml"): entry for entry in folder.iterdir() if entry.name.endswith(".toml")}
    if name not in packs:
        raise SettingsError(f"there is no pack {name!r}", f"choose from: {', '.join(sorted(packs))}")
    pack = tomllib.loads(packs[name].read_text("utf-8"))
    included = [feed for other in pack.get("includes", ()) for feed in load_pack(other)]
    return [*included, *(PackFeed(**feed) for feed in pack.get("feed", ()))]
