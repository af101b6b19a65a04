"""The sample day as a process that may kill itself: `sample_run.py FOLDER [answer:N | publish:N]`; prints what it did.

`answer:N`: before the N-th answer of the web. `publish:N`: before the N-th published file takes its name.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from deepdaily import keeper
from deepdaily.cli.console import meter
from deepdaily.demo import sample_web
from deepdaily.house import Given
from deepdaily.house import house as open_house
from deepdaily.publish.channels import channel_names
from deepdaily.read.fetch import Answer
from deepdaily.settings import Database
from deepdaily.store import Lease


class Countdown:
    """Kills this process when it has been called so many times; 0 never."""

    def __init__(self, left: int) -> None:
        self._left = left

    def __call__(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalWire:
    """The sample day's web, each answer one step nearer to the end."""

    def __init__(self, countdown: Countdown) -> None:
        self._web, self._countdown = sample_web.DemoWire(), countdown

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        self._countdown()
        return await self._web.get(url, headers, cap_bytes=cap_bytes)


async def run(folder: Path, answers: int) -> int:
    settings = sample_web.settings().model_copy(
        update={"store": Database(url=os.environ.get("DEEPDAILY_STORE__URL", ""))}
    )
    given = Given(settings, {}, folder / "data", folder / "out")
    store = given.store()
    slot = given.slot(None, sample_web.NOW)
    wire = MortalWire(Countdown(answers))

    async def work() -> int:
        if keeper.is_finished(store, slot, channel_names(given.settings, given.out)):
            print("published already")  # noqa: T201
            return 0
        async with open_house(given, store, slot, sample_web.NOW, meter(), wire, sample_web.SEARCH_KEY) as house:
            _, record = await keeper.keep(house, slot, keeper.calendar_of(store, slot, sample_web.NOW))
        print("wrote")  # noqa: T201
        return record.exit

    ended = await keeper.under_lease(store, slot, work)
    store.close()
    if isinstance(ended, Lease):
        print("left alone")  # noqa: T201
        return 0
    return ended


def main(folder: str, die_at: str = "") -> int:
    where, _, count = die_at.partition(":")
    names = Countdown(int(count) if where == "publish" else 0)
    sys.addaudithook(lambda event, _: names() if event == "os.rename" else None)
    return asyncio.run(run(Path(folder), int(count) if where == "answer" else 0))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
