"""One issue written by whoever answers at an OpenAI-compatible address, recorded for replay.

    tools/record.py CASSETTE --endpoint http://127.0.0.1:8900/v1 --out FOLDER [--language en]
    tools/record.py CASSETTE … --settings FILE --now 2026-02-11T07:30:00+08:00     any other day

Without --settings it is the sample day. What the cassette holds is not asked again; walls are hours, as a person may answer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from cassettes import KEY, Cassette
from deepdaily import keeper, pipeline
from deepdaily.cli.console import meter
from deepdaily.demo import sample_web
from deepdaily.house import House
from deepdaily.mind import ByModel
from deepdaily.models import Prompt, Reply, S
from deepdaily.models.asking import ModelWriter
from deepdaily.models.exchange import request_for
from deepdaily.models.lenient import read
from deepdaily.run import Errand
from deepdaily.words import of

HOURS_S = 4 * 3600.0


class Endpoint:
    """One plain request a call, without a retry: a recording wants every reply as it came."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/") + "/chat/completions"

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        request = request_for(prompt, shape, None)
        roles = (("system", request.system), ("user", request.user))
        messages = [{"role": role, "content": content} for role, content in roles]
        body = {"model": "recorded", "messages": messages, "max_tokens": request.most_tokens}
        text = await asyncio.to_thread(self._posted, json.dumps(body).encode())
        return Reply(read(text, shape), "recorded")

    def _posted(self, body: bytes) -> str:
        asked = urllib.request.Request(self._address, body, {"Content-Type": "application/json"})
        straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a replayed web is no way to a model
        with straight.open(asked, timeout=HOURS_S) as answer:
            return str(json.load(answer)["choices"][0]["message"]["content"])


async def record(options: argparse.Namespace) -> int:
    pipeline.RANK_S = pipeline.WRITE_S = pipeline.REVIEW_S = pipeline.CLOSE_S = HOURS_S
    sample = options.settings is None
    settings = sample_web.settings() if sample else House.of(options.settings, None, None).settings
    digest = settings.digest.model_copy(update={"language": options.language})
    changed = settings.model_copy(update={"digest": digest})
    wire, search_key = (sample_web.DemoWire(), sample_web.SEARCH_KEY) if sample else (None, None)
    house = House(changed, {}, options.out / "data", options.out, wire, search_key)
    moment = sample_web.NOW if sample else house.clock(options.now)
    slot = house.slot(None, moment)
    inner = Endpoint(options.endpoint) if options.endpoint else None
    writer = ModelWriter(Cassette(options.cassette, inner), options.language, of(digest.language).audience, KEY)
    with house.store() as store:
        async with house.run(store, Errand(slot, moment, meter()), keeper.calendar_of(store, slot, moment)) as run:
            run.writing, issue = ByModel(writer), store.issue(slot.day)
            await (keeper.brought(run, issue) if issue else pipeline.run_day(run))
    print(json.dumps(run.record.funnel), f"exit {run.record.exit}")  # noqa: T201
    return run.record.exit


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cassette", type=Path)
    parser.add_argument("--endpoint", default="")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--settings", type=Path)
    parser.add_argument("--now")
    return asyncio.run(record(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
