"""A model that is worse comes out as worse, a model beside itself does not; what asking took is told only where it was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from deepdaily.core.types import Call, CallState, Usage
from deepdaily.lab.comparing import MEASURES, Comparison, attributed, changes, comparison
from deepdaily.lab.retelling import Retold
from deepdaily.models.asking import ModelWriter
from deepdaily.settings.model_tables import ModelTable
from deepdaily.write.by_model.facts import Stood
from deepdaily.write.by_model.item import told_item
from fakes import FakeModel
from making import NOW, story
from retold_days import NO_JUDGEMENT, RecordedStory, compared, recorded_stories, tellings

STORY = story(
    "Quillserve 2.5 shares one cache",
    """Quillserve 2.5 shares one cache between two hosts.
The first token came after 86 ms.
Throughput was 24% higher on 4 GPUs.
A second release is planned.
Nobody has measured three hosts.""",
)
FACTS: dict[str, Any] = {
    "title": "Quillserve 2.5 让两台主机共用一个缓存",
    "title_cites": [1, 2],
    "claims": [
        {"section": "what", "text": "Quillserve 2.5 让两台主机共用一个缓存。", "cites": [2]},
        {"text": "首个 token 在 86 ms 后到达。", "cites": [3]},
        {"text": "4 块 GPU 上吞吐高 24%。", "cites": [4]},
    ],
}
JUDGEMENT: dict[str, Any] = {
    "why": [{"text": "缓存可以跟着请求走", "because": ["c1"]}],
    "impact": [{"text": "同样的卡可以多接请求", "because": ["c3"]}],
    "advice": [
        {"do": "先在两台主机上试", "measure": "首 token 时间", "threshold": "差 5% 就停", "rollback": "换回旧版", "because": ["c1"]}
    ],
}


def writer(**replies: Any) -> ModelWriter:
    return ModelWriter(FakeModel(**replies), "zh", "工程团队", b"k" * 32)


Pool = Mapping[str, Sequence[Retold]]

NOISE = {"unsupported": 0.08, "broken": 0.05}
"""What any model gets wrong now and then."""


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    """Tellings of the sample day's stories, six of each by each model."""
    folder = tmp_path_factory.mktemp("told")
    recorded = [RecordedStory(one.story, {**one.replies, **NO_JUDGEMENT}) for one in recorded_stories(folder, "zh")]
    return tellings(folder, recorded, "zh", 6, plain=NOISE, worse={"unsupported": 0.33, "broken": 0.05})


def words(pool: Pool, left: str, right: str, times: int, **how: int) -> Counter[str]:
    return Counter(compared(pool, left, right, seed=seed, draws=1000, **how).ruling.word for seed in range(times))


def test_real_sentences_go_through_the_real_check(pool: Pool) -> None:
    plain, worse = ([one.stood for one in pool[name]] for name in ("plain", "worse"))

    assert len(plain) == len(worse) >= 36
    for stood, least, most in ((plain, 0.88, 0.97), (worse, 0.62, 0.76)):
        assert least < sum(one.at_last for one in stood) / sum(one.asked for one in stood) < most


def test_a_model_of_which_a_quarter_more_of_the_claims_is_unsupported_is_worse(pool: Pool) -> None:
    told = compared(pool, "plain", "worse", seed=1, draws=10_000)

    assert told.ruling.word == "worse"
    assert "claims standing" in told.ruling.by
    assert words(pool, "plain", "worse", 20) == {"worse": 20}
    assert words(pool, "worse", "plain", 20) == {"better": 20}


@pytest.mark.parametrize("days", [9, 5, 3])
def test_a_model_beside_itself_is_not_worse_or_not_decided_95_times_of_100(pool: Pool, days: int) -> None:
    told = words(pool, "plain", "plain", 200 if days == 9 else 60, days=days)

    assert told["not worse"] + told["not decided"] >= 0.95 * told.total(), told


# -- what is counted --------------------------------------------------------------------------------------------------


USED = Usage(1000, 0, 200, 0.5, 4.0, 0.01)


def call(purpose: str, state: CallState = "answered", usage: Usage = USED) -> Call:
    return Call(f"{purpose} {state}", "trial:x/q/s", "q", purpose, state, NOW, usage)


async def retold(*calls: Call, **changes: Any) -> Retold:
    telling = await told_item(STORY, writer(facts=FACTS, judgement=JUDGEMENT))
    made = Retold("2026-03-11", telling.stood, telling.item, calls or (call("facts"), call("judgement")), 9.0, 0)
    return replace(made, **changes)


def parts(one: Retold) -> dict[str, tuple[float, float]]:
    return {measure.name: measure.of(one) for measure in MEASURES}


async def test_a_story_adds_its_claims_facts_lines_figures_time_and_tokens() -> None:
    told = parts(await retold())

    assert told["claims standing at first"] == told["claims standing"] == (4, 4)
    assert told["facts printed"] == (3, 1)
    assert told["judgement lines kept"] == (3, 1)
    assert told["retries"] == (0, 1)
    assert told["failed replies"] == (0, 2)
    assert told["time"] == told["time, p95"] == (9, 1)
    assert told["first token"] == (1, 2)
    assert (told["prefill"], told["decode"], told["cost"]) == ((2000, 1), (400, 1), (0.02, 1))


async def test_figures_count_once_with_their_unit_in_whatever_measure() -> None:
    source = story(
        "A run", "One. Two.\nThe run took 1.5 hours on 8 GPUs.\nIt was 31% faster.\nIt took 90 minutes.\nThat is all of it."
    )
    said = {"title": "Run", "claims": [
        {"text": "这次运行用了 90 分钟。", "cites": [4]}, {"text": "它快了 31%。", "cites": [5]}, {"text": "这次运行花了 90 分钟。", "cites": [6]},
    ]}  # fmt: skip
    telling = await told_item(source, writer(facts=said, judgement=JUDGEMENT, repair={"claims": []}))

    told = Retold("d", telling.stood, telling.item, (), 1, 0)

    assert parts(told)["facts printed"] == (3, 1)
    assert parts(told)["figures told with their unit"] == (2, 1)


async def test_repairs_and_second_askings_are_retries_and_what_gave_no_reply_has_failed() -> None:
    told = parts(
        await retold(call("facts", "refused"), call("facts"), call("repair"), call("judgement", "failed"), call("judgement"))
    )

    assert told["retries"] == (3, 1)
    assert told["failed replies"] == (2, 5)


async def test_a_story_without_an_item_prints_nothing_and_its_claims_are_none() -> None:
    told = parts(await retold(call("facts", "failed"), item=None, stood=Stood(0, 0, 0)))

    assert (told["facts printed"], told["judgement lines kept"], told["figures told with their unit"]) == ((0, 1), (0, 1), (0, 1))
    assert told["claims standing"] == (0, 0)


async def test_what_asking_took_is_left_out_where_a_reply_came_from_the_store() -> None:
    asked, kept = await retold(), await retold(from_store=2)
    days = [replace(asked, day=str(place)) for place in range(30)], [replace(kept, day=str(place)) for place in range(30)]

    told = comparison("a", "b", *days, draws=200)

    assert told.from_store == 60
    assert told.unmeasured == ("retries", "failed replies")
    assert [row.name for row in told.rows if row.found is None] == [
        "retries", "failed replies", "time", "time, p95", "first token", "first token, p95", "prefill", "decode", "cost",
    ]  # fmt: skip
    assert told.ruling.word == "not worse"
    assert (told.stories, told.days) == (30, 30)


async def test_why_stories_got_no_facts_is_told_with_how_often() -> None:
    fine, broken = await retold(), await retold(item=None, trouble="q: an empty answer")

    told = comparison("a", "q", [fine, fine, fine], [fine, broken, broken], draws=100)

    assert told.troubles == ("2 of 3 stories of q: q: an empty answer",)


# -- layers -----------------------------------------------------------------------------------------------------------


def table(**more: Any) -> ModelTable:
    return ModelTable.model_validate({"endpoint": "http://127.0.0.1:8000/v1", "name": "quill", **more})


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {}, "no layer says what changed"),
        ({"layers": {"weights": "bf16"}}, {"layers": {"weights": "fp8"}}, "weights: bf16 -> fp8"),
        ({"layers": {"engine": "vllm 0.11"}}, {"layers": {}}, "engine: vllm 0.11 -> not said"),
        ({"think": True}, {"think": False}, "think: True -> False"),
        (
            {"layers": {"weights": "bf16", "cache": "off"}},
            {"layers": {"weights": "fp8", "cache": "on"}},
            "not attributable, 2 changed at once: weights: bf16 -> fp8; cache: off -> on",
        ),
    ],
)
def test_one_change_at_a_time_is_whose_doing_a_difference_is(before: dict[str, Any], after: dict[str, Any], said: str) -> None:
    assert attributed(changes(table(**before), table(**after))) == said


def test_another_address_or_name_is_no_layer() -> None:
    assert changes(table(), table(endpoint="http://127.0.0.1:8001/v1", name="quill-fp8")) == []


def test_a_comparison_is_a_value(pool: Pool) -> None:
    told = compared(pool, "plain", "worse", seed=2, draws=200)

    assert isinstance(told, Comparison)
    assert told == compared(pool, "plain", "worse", seed=2, draws=200)
