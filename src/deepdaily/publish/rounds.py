"""Every channel that misses an issue, asked until it has it or the time is up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from math import inf

from deepdaily.core.errors import ChannelBusy, PublishError
from deepdaily.core.types import Trouble
from deepdaily.publish import FileChannel, Following, Publication, Publisher, TakenInPart
from deepdaily.store import Store

PAUSES_S = (5.0, 15.0, 30.0, 60.0)
"""Before each new try of a channel that names no time itself; the last one before all that follow."""

LEAST_PATIENCE_S, MOST_PATIENCE_S = 120.0, 900.0
"""How long busy channels are asked again: until the deadline, but within these. Mail servers that greylist want five minutes."""


def patience_s(remaining_s: float) -> float:
    """How long channels that are busy are asked again by a run that has so many seconds to its deadline."""
    return min(max(remaining_s, LEAST_PATIENCE_S), MOST_PATIENCE_S)


@dataclass(slots=True)
class Rounds:
    """An issue on its way to the channels, and what became of it so far."""

    publication: Publication
    store: Store
    taken: Collection[str]
    """Channels that had the issue before."""
    wrote: set[str] = field(default_factory=set)
    """Channels that took it now."""
    troubles: dict[str, Trouble] = field(default_factory=dict)
    """By channel what is in its way; one that took the issue for some alone is among them, and is not missing."""
    missing: dict[str, float] = field(default_factory=dict)
    """Channels without the issue, in order: when each may be asked again, never (inf) where it refused."""
    said: dict[str, str] = field(default_factory=dict)
    """What commands of the site said, by channel."""
    tries: dict[str, int] = field(default_factory=dict)

    async def first(self, publishers: Sequence[Publisher], step: Callable[[], None]) -> None:
        """Ask each channel once; one channel's trouble is not another's. `step` is called after each."""
        files = {one.channel for one in publishers if isinstance(one, FileChannel)}
        for publisher in publishers:
            if isinstance(publisher, Following) and publisher.follows in self.missing:
                self.missing[publisher.channel] = inf
            elif publisher.channel not in self.taken or (isinstance(publisher, Following) and self.wrote & files):
                await self._ask(publisher)
            step()

    async def later(self, publishers: Sequence[Publisher], most_s: float) -> None:
        """Ask those that were busy again, each after the time it named or a pause, as long as that ends within `most_s`."""
        until = _now() + most_s
        while (next_at := min(self.missing.values(), default=inf)) <= until:
            await asyncio.sleep(next_at - _now())
            for publisher in publishers:
                if self.missing.get(publisher.channel, inf) <= next_at:
                    await self._ask(publisher)

    async def _ask(self, publisher: Publisher) -> None:
        """Bring the issue to one channel, and keep what it took."""
        channel = publisher.channel
        try:
            self.store.keep_editions(await publisher.publish(self.publication))
        except PublishError as error:
            self._keep_said(publisher)
            self.troubles[channel] = Trouble(channel, error.advised)
            if not isinstance(error, TakenInPart):
                self.missing[channel] = self._again_at(channel, error) if isinstance(error, ChannelBusy) else inf
                return
            self.store.keep_editions(error.editions)
        else:
            self.troubles.pop(channel, None)
        self._keep_said(publisher)
        self.missing.pop(channel, None)
        self.wrote.add(channel)

    def _keep_said(self, publisher: Publisher) -> None:
        if isinstance(publisher, Following) and publisher.said:
            self.said[publisher.channel] = publisher.said

    def _again_at(self, channel: str, error: ChannelBusy) -> float:
        tried = self.tries.get(channel, 0)
        self.tries[channel] = tried + 1
        return _now() + (error.retry_after_s or PAUSES_S[min(tried, len(PAUSES_S) - 1)])


def _now() -> float:
    """As the loop counts seconds."""
    return asyncio.get_running_loop().time()
