"""The few fakes. Hand-written, no patching."""

from __future__ import annotations

import asyncio
import re
import selectors
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import deepdaily
from deepdaily.core.errors import BadStatus, DeepdailyError, FetchError, ModelError, NoModel, Unreachable
from deepdaily.core.types import Language, Snapshot
from deepdaily.models import Prompt, Reply, S
from deepdaily.read.toll import Toll
from deepdaily.read.web_wire import Answer
from deepdaily.store import Place, Validators


class FakeStore:
    """The snapshot calls of the store, in memory."""

    def __init__(self) -> None:
        self.fetches: dict[tuple[str, str], tuple[Snapshot, Validators]] = {}
        self.places: dict[str, Place] = {}
        self.resting: dict[str, tuple[datetime, str]] = {}

    def snapshot_of(self, slot: str, url: str) -> Snapshot | None:
        kept = self.fetches.get((slot, url))
        return kept[0] if kept else None

    def latest_snapshot(self, url: str) -> tuple[Snapshot, Validators] | None:
        slots = sorted(slot for slot, kept in self.fetches if kept == url)
        return self.fetches[slots[-1], url] if slots else None

    def keep_snapshot(self, slot: str, snapshot: Snapshot, place: Place | None, validators: Validators) -> None:
        if place is not None:
            self.places.setdefault(snapshot.digest, place)
        self.fetches[slot, snapshot.url] = (snapshot, validators)

    def place(self, digest: str) -> Place | None:
        return self.places.get(digest)

    def rests(self, now: datetime) -> dict[str, tuple[datetime, str]]:
        return {host: rest for host, rest in self.resting.items() if rest[0] > now}

    def rest(self, host: str, until: datetime, why: str) -> None:
        self.resting[host] = until, why


class FakeWire:
    """Answers by URL: an answer, an error to raise, or a list of these, one for each request. Others get 404."""

    def __init__(self, answers: Mapping[str, Answer | Exception | list[Answer | Exception]]) -> None:
        self.answers = {url: list(told) if isinstance(told, list) else told for url, told in answers.items()}
        self.requests: list[tuple[str, dict[str, str]]] = []

    @property
    def asked(self) -> list[str]:
        return [url for url, _ in self.requests]

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        self.requests.append((url, dict(headers)))
        told = self.answers.get(url, Answer(404, {}, b""))
        if isinstance(told, list):
            told = told.pop(0)
        if isinstance(told, Exception):
            raise told
        return told


class FakeFetcher:
    """Snapshots by URL: a body, an error to raise, or a list of these, one for each request. Others are unreachable.

    What is sent stands behind the URL: `https://api.example/search {"query": "one"}`.
    """

    def __init__(self, answers: Mapping[str, bytes | FetchError | list[bytes | FetchError]], media_type: str = "") -> None:
        self.answers = {url: list(told) if isinstance(told, list) else told for url, told in answers.items()}
        self.media_type = media_type
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self._bodies: dict[str, bytes] = {}
        self._kept: dict[str, list[Snapshot]] = {}

    def earlier(self, url: str, most: int) -> list[Snapshot]:
        """What was given before, the newest first."""
        return self._kept.get(url, [])[::-1][:most]

    def received(self, url: str, media_type: str, body: bytes) -> Snapshot:
        return self._given(url, media_type, body)

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] = {},
        conditional: bool = False,
        robots: bool = False,
        body: bytes = b"",
        toll: Toll | None = None,
    ) -> Snapshot:
        if toll:
            await toll.pay()
        url = f"{url} {body.decode()}" if body else url
        self.asked.append(url)
        self.headers.append(dict(headers))
        told = self.answers.get(url, Unreachable(f"{url}: no such name"))
        if isinstance(told, list):
            told = told.pop(0)
        if isinstance(told, FetchError):
            if toll and isinstance(told, BadStatus):
                toll.told(told.headers)
            raise told
        return self._given(url, self.media_type, told)

    def _given(self, url: str, media_type: str, body: bytes) -> Snapshot:
        digest = "sha256:" + sha256(body).hexdigest()
        self._bodies[digest] = body
        snapshot = Snapshot(url, digest, url, datetime(2026, 2, 11, tzinfo=UTC), media_type, len(body))
        self._kept.setdefault(url, []).append(snapshot)
        return snapshot

    def body(self, snapshot: Snapshot) -> bytes:
        return self._bodies[snapshot.digest]


class InlineEngine:
    """Calls in this process; `outcome` stands for what a worker died of."""

    def __init__(self, outcome: DeepdailyError | None = None) -> None:
        self.outcome = outcome

    async def map(self, function: Callable[[Any], Any], items: Sequence[Any], *, wall_s: float, memory_mb: int) -> list[Any]:
        return [self.outcome or self._one(function, item) for item in items]

    def _one(self, function: Callable[[Any], Any], item: object) -> Any:
        try:
            return function(item)
        except DeepdailyError as error:
            return error


class SkippingLoop(asyncio.SelectorEventLoop):
    """Waiting takes no time on it: where nothing is ready, the next timer is due at once. Wants no work in threads beside timers."""

    patience_s = 0.0
    """How long something may take to become ready: what one socket of a busy machine wrote and another has not yet."""

    def __init__(self) -> None:
        self.skipped_s = 0.0
        super().__init__(_Skipping(self))

    def time(self) -> float:
        return super().time() + self.skipped_s

    def deadline(self, left_s: float) -> float:
        """A moment of `time.monotonic` for the product to count down to: what was skipped is gone too."""
        return _Deadline(self, super().time() + left_s)


class _Skipping(selectors.DefaultSelector):
    def __init__(self, loop: SkippingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(timeout if timeout is None else min(timeout, self._loop.patience_s))
        if not ready and timeout:
            self._loop.skipped_s += timeout
        return ready


class _Deadline(float):
    def __new__(cls, loop: SkippingLoop, at: float) -> _Deadline:
        made = super().__new__(cls, at)
        made._loop = loop
        return made

    _loop: SkippingLoop

    def __sub__(self, moment: float) -> float:
        return float(self) - self._loop.skipped_s - moment


class FakeModel:
    """Replies by purpose: a reply as JSON would hold it, an error to raise, or a list of these, one for each call."""

    def __init__(self, **replies: Any) -> None:
        self.replies = {purpose.replace("_", " "): told for purpose, told in replies.items()}
        self.asked: list[Prompt] = []

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        self.asked.append(prompt)
        told = self.replies.get(prompt.purpose, NoModel("nobody answers"))
        if isinstance(told, list):
            told = told.pop(0)
        if isinstance(told, Exception):
            raise told
        return Reply(shape.model_validate(told), "qwen")

    def room(self, prompt: Prompt, shape: type[S]) -> int | None:
        return None


class FakeEmbedder:
    """Vectors by what a title means: `means` names it by title, any other title means only itself. `error` is raised instead."""

    identity = "fake"
    languages: Collection[Language] = ("zh", "en")

    def __init__(self, means: Mapping[str, str], error: DeepdailyError | None = None) -> None:
        self.means, self.error = means, error
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str]) -> list[array[float]]:
        self.asked += texts
        if self.error:
            raise self.error
        return [direction(self.means.get(text, text)) for text in texts]


def direction(meaning: str, dimensions: int = 256) -> array[float]:
    """The unit vector of a meaning; those of two meanings are nearly at right angles."""
    bits = int.from_bytes(b"".join(sha256(f"{n}{meaning}".encode()).digest() for n in range(dimensions // 256)))
    return array("f", ((1 if bits >> n & 1 else -1) / dimensions**0.5 for n in range(dimensions)))


class QuotingModel:
    """Answers every prompt with quotations of its material, so that all of it stands; a hang where `hangs`.

    `window`: bytes of instructions and material that it says there is room for.
    """

    def __init__(self, *, hangs: bool = False, window: int | None = None) -> None:
        self.hangs, self.window = hangs, window
        self.asked: list[Prompt] = []

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        self.asked.append(prompt)
        if self.hangs:
            await asyncio.Event().wait()
        return Reply(shape.model_validate(quoting_reply(prompt.purpose, prompt.material)), "qwen")

    def room(self, prompt: Prompt, shape: type[S]) -> int | None:
        return self.window and max(0, self.window - len(prompt.instructions.encode()))


def printed(material: str) -> list[tuple[int, str]]:
    """The numbered lines of a material."""
    return [(int(number), text) for number, text in re.findall(r"^(\d+)\| (.+)$", material, re.M)]


def in_english(text: str) -> str:
    """Other words for a line of `quoting_reply`: its quotation and figures stay, the rest is a sentence of its own."""
    quoted = re.search(r"[“「].+[”」]", text)
    figures = re.findall(r"p?\d+%?", re.sub(r"[“「].+[”」]", "", text))
    named = sha256(text.encode()).hexdigest().translate(str.maketrans("0123456789", "ghijklmnop"))[:6]
    return f"The {named} source says: {quoted[0]}" if quoted else f"This is what {named} comes to {' '.join(figures)}".strip()


def quoting_reply(purpose: str, material: str) -> dict[str, Any]:
    """A reply of which every sentence is found in `material`."""
    units = [(int(n), text) for n, text in re.findall(r"^(\d+)\| (.{30,180})$", material, re.M) if "”" not in text]
    if purpose == "facts":
        claims = [
            {"id": f"c{n}", "section": "what" if place < 2 else "detail", "text": f"原文说：“{text}”", "cites": [n]}
            for place, (n, text) in enumerate(units[:6])
        ]
        title = next(iter(re.findall(r"^\d+\| (.+)$", material, re.M)), "")
        return {"title": f"新消息：“{title}”", "title_cites": [1], "claims": claims, "gaps": ["没有给出价格"]}
    if purpose == "judgement":
        advice = {
            "do": "先在一台机器上试",
            "measure": "首 token p99",
            "threshold": "差 5% 就停",
            "rollback": "换回旧版",
            "because": ["c1"],
        }
        return {"why": [{"text": "这会改变选型", "because": ["t"]}], "advice": [advice], "unknowns": ["g1"]}
    if purpose == "editing":
        return {"same": []}
    if purpose == "ranking":
        return {"order": [int(n) for n in re.findall(r"^\[(\d+)\]", material, re.M)]}
    if purpose == "closing":
        watch = {"item": 1, "question": "这件事何时有下一步？"}
        return {"trends": [{"text": "两条新闻都在说推理成本", "items": [1, 2]}], "watchlist": [watch]}
    if purpose == "revision":
        return {"lines": []}
    return {"claims": []} if purpose == "repair" else {"remarks": []}


def purpose_of(prompt: str) -> str:
    """Whose instructions are in a prompt; empty where it is none of the product's."""
    return next((purpose for purpose, line in _beginnings() if line in prompt), "")


@cache
def _beginnings() -> tuple[tuple[str, str], ...]:
    """Each purpose with how its instructions begin, as far as that is the same for every reader."""
    files = sorted(Path(deepdaily.__file__).parent.glob("**/prompts/*.md"))
    return tuple(
        (file.name.split(".")[0].replace("-", " "), file.read_text("utf-8").partition("{")[0].splitlines()[0]) for file in files
    )


class TranslatingModel(QuotingModel):
    """Quotes as `QuotingModel` does, and puts each line that it is asked for into other words.

    `say` gives them: an empty text leaves the line out, an error is raised instead.
    """

    def __init__(self, say: Callable[[str], str | Exception] = in_english, name: str = "babel", **more: Any) -> None:
        super().__init__(**more)
        self.say, self.name = say, name

    @property
    def translated(self) -> list[str]:
        """Every line that was asked for, also a second time."""
        return [text for prompt in self.asked if prompt.purpose == "translation" for _, text in printed(prompt.material)]

    async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
        if prompt.purpose != "translation":
            return await super().ask(prompt, shape)
        self.asked.append(prompt)
        told = [(number, self.say(text)) for number, text in printed(prompt.material)]
        for _, said in told:
            if isinstance(said, Exception):
                raise said
        return Reply(shape.model_validate({"lines": [{"id": number, "text": said} for number, said in told if said]}), self.name)


class FakeTranslator:
    """Says of a line what `say` gives: an empty text for what it does not know, an error raised instead of everything."""

    name = "fake-mt"

    def __init__(self, say: Mapping[str, str], error: ModelError | None = None) -> None:
        self.say, self.error = say, error
        self.asked: list[tuple[tuple[str, ...], Language, Language, float]] = []

    async def translate(self, lines: Sequence[str], source: Language, target: Language, wall_s: float) -> list[str]:
        self.asked.append((tuple(lines), source, target, wall_s))
        if self.error:
            raise self.error
        return [self.say.get(line, "") for line in lines]
