"""The sample day with four mistakes of code planted in it, and a model that names them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from deepdaily.demo import sample_web
from deepdaily.demo.site import SitePage, html_of, pages
from deepdaily.models import Prompt, Reply, S
from deepdaily.read.web_wire import Answer
from deepdaily.settings import Settings
from fakes import QuotingModel

FEED = "https://planted.example/feed.json"

TWIN = "https://tool-desk.example/2026/03/terminal-agent-cut-off"
"""Tells the event of COPSE once more."""
COPSE = "https://copse.example/changelog/3.2"

STRANGER = "https://chart-notes.example/prefill-decode-chart"
"""Code takes it for the event of SPLIT."""
SPLIT = "https://infra-stories.example/kv-transfer-rdma"

ADVERT = "https://managed-gpus.example/customers"
OUTSIDE = "https://nightshift.example/postmortem"
"""Of our field, and refused by the gate."""

SETTINGS = Settings.model_validate(
    {
        "digest": {"items": 9},
        "sources": {
            "packs": (), "add": (*sample_web.settings().sources.add, FEED),
            "search": [{"provider": "brave", "queries": sample_web.QUERIES}],
        },
    }
)  # fmt: skip

PLANTED: Sequence[tuple[str, str, int, str]] = (
    # address, title, points, text
    (
        TWIN,
        "Your terminal agent has lost its internet: LLM tools now run in a closed box first",
        301,
        "Copse no longer lets its coding agent reach the network. Since Wednesday every shell command of the agent starts in a "
        "sandbox, and only named hosts may be reached. In a set of 240 tasks the agent completed 88 % under the sandbox, and "
        "the first command took 45 ms longer at p99. Commands that need more ask once and name the host. "
        "The team measured 1,200 sessions on 16 machines: 97 % of the commands needed no network at all, and a sandboxed LLM "
        "agent used 180 MB of memory more. Windows still asks before each command of the LLM agent. The latency of an answer rose by "
        "2 %, and a benchmark of 60 repositories found no regression; the protocol between agent and sandbox has 9 messages.",
    ),
    (
        STRANGER,
        "Prefill/decode disaggregation for LLM inference over RDMA: a Helm chart for the KV cache",
        260,
        "A new Helm chart installs prefill and decode nodes for LLM inference on any Kubernetes cluster. It was written by one "
        "person and has been tried on 8 H100 GPUs, where a rolling update of 12 pods took 9 minutes and lost no request. "
        "Inference with a 70B model reached 2,300 tokens/s, and the KV cache moved at 21 GB/s. "
        "The chart sets 14 values, of which 3 must be changed: the name of the network, the number of GPUs and the model.",
    ),
    (
        ADVERT,
        "Released today: LLM inference at 38 % lower latency on managed GPUs, says every customer",
        310,
        "LLM inference on managed GPUs lowers latency by 38 % and cost by 41 %, say all 120 customers. The KV cache is kept for "
        "you, throughput reaches 3,100 tokens/s on 8 H100 GPUs, and nobody has to think about inference again. "
        "Book a call within 14 days and get 500 GPU hours. A model of 70B parameters answers in 210 ms at p99. One price covers the "
        "GPUs, the cache, the scheduler and a person who picks up the phone; customers name a bandwidth of 400 GB/s and 0 incidents.",
    ),
    (
        OUTSIDE,
        "Nightshift postmortem: security hole in the shard map gave 4,100 answers out of a stranger's memory",
        420,
        "For 96 minutes a map of shards pointed at the neighbour's rows. Of 1.9 million requests 4,100 were answered from the "
        "wrong rows, p99 latency rose from 38 ms to 240 ms, and throughput fell by 22 %. The cause was a race in a cache: two "
        "workers wrote the map within 3 ms. The repair takes a lock, checks a hash of the map and alerts after 20 wrong reads. "
        "A replay of 12 million requests on 24 servers found no further case, and p99 is back at 38 ms. The root cause had been in the "
        "scheduler for 41 days; a benchmark of the lock costs 2 % of throughput and 60 MB of memory on each of the 24 servers.",
    ),
)


class PlantedWire(sample_web.DemoWire):
    """The sample day's web, and four pages more, which a feed lists and Hacker News has voted for."""

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        if url == FEED:
            items = [
                {"id": page.url, "url": page.url, "title": page.title, "date_published": page.published.isoformat()}
                for page in _pages()
            ]
            feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Planted", "items": items}
            return Answer(200, {"content-type": "application/feed+json"}, json.dumps(feed).encode())
        if found := next((page for page in _pages() if page.url == url), None):
            return Answer(200, {"content-type": "text/html; charset=utf-8"}, html_of(found).encode())
        answer = await super().get(url, headers, cap_bytes=cap_bytes)
        return _with_votes(answer) if urlsplit(url).hostname == sample_web.HN and answer.status == 200 else answer


def _pages() -> list[SitePage]:
    like = next(page for page in pages() if page.url == COPSE)
    return [
        SitePage(f"planted-{n}", url, title, like.published - timedelta(hours=4), text, points=n) for url, title, n, text in PLANTED
    ]


def _with_votes(answer: Answer) -> Answer:
    hits = [
        {"objectID": str(48_000_000 + page.points), "title": page.title, "url": page.url, "points": page.points,
         "created_at_i": int(page.published.timestamp()) + 1800}
        for page in _pages()
    ]  # fmt: skip
    return Answer(answer.status, answer.headers, json.dumps({"hits": [*json.loads(answer.body)["hits"], *hits]}).encode())


class MendingModel(QuotingModel):
    """Names the four mistakes wherever it is shown them, and quotes for all else; `said` is what it says instead."""

    def __init__(self, said: Mapping[str, object] | None = None) -> None:
        super().__init__()
        self.said = said

    @property
    def read(self) -> list[str]:
        """What it was asked to edit."""
        return [prompt.material for prompt in self.asked if prompt.purpose == "editing"]

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        if prompt.purpose != "editing":
            return await super().ask(prompt, shape)
        self.asked.append(prompt)
        return Reply(shape.model_validate(self.said or _mended(prompt.material)), "qwen")


def _mended(material: str) -> dict[str, object]:
    twin, stranger, advert, outside = (_named(material, title) for _, title, _, _ in PLANTED)
    copse = _named(material, "Copse v3.2.0 released")
    return {
        "same": [[int(one) for one in (copse, twin) if one.isdecimal()]],
        "strangers": [stranger] if "." in stranger else [],
        "advertising": [int(advert)],
        "ours": [outside],
    }


def _named(material: str, title: str) -> str:
    """The number of a title: `4`, `3.2` or `r1`."""
    lines = (line for line in material.splitlines() if title[:62] in line)
    return next((found[1] for line in lines if (found := re.match(r"\s*\[?([r\d.]+)", line))), "0")
