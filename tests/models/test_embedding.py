"""Vectors of titles: kept by model and text, asked for once, and never a reason for a run to stop."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deepdaily.core.errors import ModelAway, ModelBusy, ModelError, ModelRefused, ReplyBroken
from deepdaily.core.types import Language, Trouble
from deepdaily.models import embedding
from deepdaily.models.embedding import BATCH, MOST_TEXTS, LocalEmbedder, RemoteEmbedder, Unusable, embedded, unit
from deepdaily.models.ledger import Ledger
from deepdaily.models.reached import Reached
from deepdaily.settings.model_tables import Budget, Price
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from fakes import FakeEmbedder
from model_server import Answer, error, http, serving

A, B, ZH = "https://a.example/1", "https://b.example/1", "https://zh.example/1"

SLOT, NOW = "daily/2026-02-11T08:00:00+08:00", datetime(2026, 2, 11, tzinfo=UTC)

ENGLISH: tuple[Language] = ("en",)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def answer(*vectors: list[float]) -> bytes:
    rows = [{"object": "embedding", "index": n, "embedding": one} for n, one in enumerate(vectors)]
    return http(200, json.dumps({"object": "list", "data": rows[::-1], "model": "m"}))


# -- kept -------------------------------------------------------------------------------------------------------------


async def test_a_second_run_asks_for_nothing_it_has(store: Store) -> None:
    first, again = FakeEmbedder({}), FakeEmbedder({})
    titles = {A: "A tram", B: "A soup"}
    found, trouble = await embedded(titles, first, store, 10)
    kept, _ = await embedded(titles | {ZH: "A third"}, again, store, 10)

    assert trouble is None
    assert (first.asked, again.asked) == (["A tram", "A soup"], ["A third"])
    assert kept[A] == found[A]
    assert abs(sum(value * value for value in kept[A]) - 1) < 1e-5


async def test_another_model_has_vectors_of_its_own(store: Store) -> None:
    other = FakeEmbedder({})
    other.identity = "other"
    await embedded({A: "A tram"}, FakeEmbedder({}), store, 10)
    await embedded({A: "A tram"}, other, store, 10)

    assert other.asked == ["A tram"]


async def test_titles_are_bounded_and_in_the_languages_the_model_knows(store: Store) -> None:
    english = FakeEmbedder({})
    english.languages = ("en",)
    many = {f"https://n.example/{n}": f"Title {n}" for n in range(MOST_TEXTS + 5)}
    found, _ = await embedded({ZH: "大模型推理引擎发布"} | many, english, store, 10)

    assert ZH not in found
    assert len(found) == MOST_TEXTS
    assert "https://n.example/0" in found


async def test_what_came_before_a_failure_counts_and_is_kept(store: Store) -> None:
    class Tiring(FakeEmbedder):
        async def embed(self, texts: object) -> list[embedding.Vector]:
            self.error = ReplyBroken("no more") if self.asked else None
            return await super().embed(texts)  # type: ignore[arg-type]

    titles = {f"https://n.example/{n}": f"Title {n}" for n in range(3 * BATCH)}
    tiring = Tiring({})
    found, trouble = await embedded(titles, tiring, store, 10)

    assert len(found) == BATCH
    assert len(tiring.asked) == 2 * BATCH
    assert trouble == Trouble("embedder", "no more")


async def test_an_embedder_that_cannot_be_asked_says_why(store: Store) -> None:
    found, trouble = await embedded({A: "A tram"}, Unusable("near: NEAR_KEY is not set"), store, 10)

    assert (found, trouble) == ({}, Trouble("embedder", "near: NEAR_KEY is not set"))


# -- an endpoint ------------------------------------------------------------------------------------------------------


async def test_an_endpoint_s_vectors_come_in_the_order_of_the_texts() -> None:
    async with serving(answer([3.0, 4.0], [0.0, 2.0])) as server:
        found = await RemoteEmbedder(Reached("e", "m", server.url, "sekrit"), ENGLISH).embed(["one", "two"])

    assert [list(one) for one in found] == [pytest.approx([0.6, 0.8]), [0.0, 1.0]]
    assert server.asked == [{"model": "m", "input": ["one", "two"], "encoding_format": "float"}]
    assert "Bearer sekrit" in server.heads[0]


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (error(429), ModelBusy),
        (error(401), ModelRefused),
        (error(500), ModelBusy),
        (http(200, "<html>Log in</html>", "text/html"), ReplyBroken),
        (http(200, "{}"), ReplyBroken),
        (http(200, '{"data": [null]}'), ReplyBroken),
        (answer([1.0, 0.0]), ReplyBroken),
        (answer([1.0, 0.0], [1.0]), ReplyBroken),
        (answer([0.0, 0.0], [1.0, 0.0]), ReplyBroken),
    ],
)
async def test_a_faulty_answer_is_asked_for_once_and_is_an_error_of_ours(told: Answer, kind: type[ModelError]) -> None:
    async with serving(told) as server:
        with pytest.raises(kind):
            await RemoteEmbedder(Reached("e", "m", server.url), ENGLISH).embed(["one", "two"])

    assert len(server.asked) == 1


async def test_an_endpoint_that_is_not_there_is_an_error_of_ours() -> None:
    with pytest.raises(ModelAway, match="connection refused"):
        await RemoteEmbedder(Reached("e", "m", "http://127.0.0.1:9/v1"), ENGLISH).embed(["one"])


async def test_an_embedder_is_paid_like_any_model_and_never_past_the_budget(store: Store) -> None:
    told = json.loads(answer([1.0, 0.0]).partition(b"\r\n\r\n")[2]) | {"usage": {"prompt_tokens": 7, "total_tokens": 7}}
    counted, silent = http(200, json.dumps(told)), answer([1.0, 0.0])
    async with serving(counted, silent) as server:

        def paying(budget: str) -> RemoteEmbedder:
            ledger = Ledger(store, SLOT, NOW, Budget.parsed(budget))
            return RemoteEmbedder(Reached("e", "m", server.url), ENGLISH, ledger, Price(prefill=2.0, decode=0.0))

        for _ in range(2):
            await paying("3 CNY/day").embed(["A title of a page"])
        with pytest.raises(ModelRefused, match="too little"):
            await paying("0 CNY/day").embed(["A title of a page"])

    rows = sorted(store.calls_since(SLOT), key=lambda call: call.usage.estimated)
    assert [(call.purpose, call.state, call.usage.prefill_tokens, call.usage.estimated) for call in rows] == [
        ("embedding", "answered", 7, False),
        ("embedding", "answered", 5, True),
    ]
    assert rows[0].usage.cost == pytest.approx(14e-6)
    assert len(server.asked) == 2


async def test_an_endpoint_that_takes_fewer_titles_is_given_fewer() -> None:
    async with serving(error(413, "batch size exceeded"), answer([1.0, 0.0])) as server:
        found = await RemoteEmbedder(Reached("e", "m", server.url), ENGLISH).embed(["one", "two"])

    assert len(found) == 2
    assert [one["input"] for one in server.asked] == [["one", "two"], ["one"], ["two"]]


# -- on this machine --------------------------------------------------------------------------------------------------


async def test_a_local_model_that_is_missing_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused) as told:
        await LocalEmbedder(str(tmp_path / "none"), ENGLISH).embed(["one"])

    assert told.value.remedy


def test_what_has_no_direction_is_no_vector() -> None:
    for values in ([], [0.0], ["x"], [float("nan")], [float("inf")], [None]):
        with pytest.raises(ReplyBroken):
            unit(values)
