"""Each agent on the command line that is installed here, tried without a login: what our adapter says of it.

    python tools/try_agents.py [FOLDER …]     # more folders with programs, before those of PATH

A new home is made for each, so that nobody's login is used and nothing is spent. What is said then shows whether the flags are
still taken (an unknown one is told as such) and whether a missing login is told in words.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from deepdaily.models.command import CommandModel
from deepdaily.models.exchange import Request
from deepdaily.models.presets import PRESETS

WALL_S = 60.0

REQUEST = Request("You write one JSON object and nothing else.", 'Reply with {"title": "a word"}.', 500)


async def tried(agent: str) -> str:
    """A line on one agent."""
    preset, started = PRESETS[agent], monotonic()
    with TemporaryDirectory() as home:
        for name in (*preset.seen, "HOME"):
            os.environ.pop(name, None)
        os.environ["HOME"] = home
        outcome = await CommandModel(agent, preset, "none" if agent == "ollama" else "").send(REQUEST, WALL_S)
    took = f"{monotonic() - started:.1f} s"
    if outcome.error is None:
        return f"{agent}: {took}, it answered: {outcome.text[:80]!r}"
    return f"{agent}: {took}, {type(outcome.error).__name__}: {outcome.error.advised}"


def main() -> None:
    os.environ["PATH"] = os.pathsep.join([*(str(Path(one).resolve()) for one in sys.argv[1:]), os.environ["PATH"]])
    for agent in PRESETS:
        print(asyncio.run(tried(agent)))  # noqa: T201


if __name__ == "__main__":
    main()
