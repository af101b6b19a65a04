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

from deepdaily.cli.console import meter
from deepdaily.demo import sample_web
from deepdaily.house import House
from deepdaily.keeper import run_slot
from deepdaily.read.web_wire import Answer
from deepdaily.run import Errand
from deepdaily.settings import Database


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
    settings = sample_web.settings().model_copy(update={"store": Database(url=os.environ.get("DEEPDAILY_STORE__URL", ""))})
    wire = MortalWire(Countdown(answers))
    house = House(settings, {}, folder / "data", folder / "out", wire, sample_web.SEARCH_KEY)
    outcome = await run_slot(house, Errand(house.slot(None, sample_web.NOW), sample_web.NOW, meter()))
    print("left alone" if outcome.held else "wrote" if outcome.issue else "published already")  # noqa: T201
    return outcome.exit


def main(folder: str, die_at: str = "") -> int:
    where, _, count = die_at.partition(":")
    names = Countdown(int(count) if where == "publish" else 0)
    sys.addaudithook(lambda event, _: names() if event == "os.rename" else None)
    return asyncio.run(run(Path(folder), int(count) if where == "answer" else 0))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
