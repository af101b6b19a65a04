"""A translation says what its sentence says, all of it, and nothing turned round; what a check cannot bear stays a quotation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepdaily.core.evidence import check_claim, locate, unfaithful
from deepdaily.core.types import Claim
from making import document
from planted_translations import PAIRS, SAMPLE_DAY, SAMPLE_FAULTS, Pair

KINDS = ("number", "unit", "negation", "direction", "name", "hedge", "range", "per", "date")


def test_true_translations_stand() -> None:
    refused = [pair.true for pair in PAIRS if unfaithful(pair.true, pair.source)]

    assert len(refused) <= 0.05 * len(PAIRS), refused


def test_planted_faults_are_caught() -> None:
    missed = [pair.faulty for pair in PAIRS if not unfaithful(pair.faulty, pair.source)]

    assert len(missed) <= 0.05 * len(PAIRS), missed


def test_sixty_pairs_hold_every_kind_of_fault_in_both_directions() -> None:
    assert len(PAIRS) >= 60
    assert {pair.kind for pair in PAIRS} == set(KINDS)
    assert min(sum(pair.kind == kind for pair in PAIRS) for kind in KINDS) >= 5
    assert sum(pair.source.isascii() for pair in PAIRS) in range(30, 50)


def test_translations_that_no_rule_was_written_for_stand_and_their_faults_are_caught() -> None:
    refused = [true for source, true in SAMPLE_DAY if unfaithful(true, source)]
    planted = [(SAMPLE_DAY[at][0], SAMPLE_DAY[at][1].replace(said, wrong)) for at, said, wrong in SAMPLE_FAULTS]
    missed = [faulty for source, faulty in planted if not unfaithful(faulty, source)]

    assert len(refused) <= 0.1 * len(SAMPLE_DAY), refused
    assert len(missed) <= 0.1 * len(SAMPLE_FAULTS), missed


@pytest.mark.parametrize("pair", PAIRS[:4])
def test_a_sentence_is_no_translation_of_another(pair: Pair) -> None:
    assert unfaithful(pair.true, PAIRS[-1].source if pair.source.isascii() else PAIRS[0].source)


# -- what is turned, lost and added -----------------------------------------------------------------------------------

SENTENCE = "The gateway keeps the cache on a local disk."


@pytest.mark.parametrize(
    ("source", "said", "note"),
    [
        ("Queue time drops from 90 s to 12 s.", "排队时间从 12 秒降到 90 秒。", "a change turned round"),
        ("Set `head_dim` before the first call.", "在第一次调用之前设置它。", "lost: name head_dim"),
        ("Start it with --no-cache.", "启动它。", "--no-cache lost"),
        ("Read /etc/heron/rules first.", "请先读规则文件，它在默认的位置。", "/etc/heron/rules lost"),
        ("See the notes.", "请看说明 https://heron.example/notes 。", "https://heron.example/notes added"),
        ("Heron 4.1 was released.", "4.1 已经发布。", "heron lost"),
        ("The model counts every token of the reply.", "该模型统计回复中的每个代币。", "token in another sense"),
        ("Not all requests fail, and none is lost.", "有的请求失败，一个都没有丢失。", "denial lost"),
        ("The cache may grow, or it might shrink.", "缓存可能会增大，也会缩小。", "possible lost"),
        ("Only admins see it.", "只有管理员能看到，而且只能看一次。", "only added"),
    ],
)
def test_what_is_wrong_is_named(source: str, said: str, note: str) -> None:
    assert note in unfaithful(said, source)


def test_a_quotation_within_is_translated_with_the_rest() -> None:
    assert unfaithful("维护者说：“下周发布修复。”", "The maintainer said: “The fix ships next week.”") == []


@pytest.mark.parametrize(
    ("said", "note"),
    [
        ("", "empty"),
        ("  ", "empty"),
        (SENTENCE, "not translated"),
        ("The gateway holds its cache locally.", "not translated"),
        ("网关 keeps the cache on a 本地磁盘。", "not translated"),
        ("网关把缓存放在本地磁盘⁇。", "a sign that the model does not know"),
        ("网关把缓存放在本地磁盘，本地磁盘，本地磁盘，本地磁盘，本地磁盘。", "it repeats itself"),
        ("网关" + "把很多不同的东西分别放在几个地方" * 3, "too long"),
    ],
)
def test_what_is_no_whole_translation_is_said(said: str, note: str) -> None:
    assert note in unfaithful(said, SENTENCE)


def test_half_a_sentence_is_no_translation() -> None:
    long = f"{SENTENCE} It reads from the disk first, then from the network, and at last from the archive of the day."

    assert "too short" in unfaithful("网关有缓存。", long)
    assert "too short" not in unfaithful("网关把缓存放在本地磁盘。它先读磁盘，再读网络，最后读当天的归档。", long)


def test_a_heading_with_a_capital_to_each_word_has_fewer_names_than_it_looks() -> None:
    assert unfaithful("为长提示词推出更快的前缀缓存", "Introducing Faster Prefix Caching for Long Prompts") == []
    assert "lost: name vLLM" in unfaithful("推出更快的前缀缓存", "vLLM Brings Faster Prefix Caching to Everyone")
    assert "lost: name Kafka" in unfaithful("网关从不写入它。", "The gateway never writes to Kafka.")


def test_a_period_is_compared_only_where_something_is_told_per_time() -> None:
    assert unfaithful("团队去年发布了它。", "The team released it last year.") == []
    assert "lost: period day" in unfaithful("团队每周发布 3 次。", "The team releases 3 times per day.")


# -- as claims --------------------------------------------------------------------------------------------------------

TEXT = "Heron keeps 48 GB of weights on each card. The disk is not read any more."
PAGE = document("heron v4.1.2", TEXT, url="https://heron.example/notes")


def translated(text: str, quote: str, translator: str = "opus") -> Claim:
    return Claim(text, (locate(quote, PAGE),), translator=translator)


def test_a_translated_claim_is_checked_as_a_translation() -> None:
    known = {PAGE.id: PAGE}
    good = translated("磁盘不再被读取。", "The disk is not read any more.")

    assert check_claim(good, known) == []
    assert check_claim(replace(good, text="磁盘会被读取。"), known) == ["denial lost"]
    assert (
        check_claim(replace(good, text="磁盘会被读取。", translator=""), known) == []
    )  # a claim may leave out; a translation may not
    assert check_claim(translated("The disk is not read any more.", "The disk is not read any more."), known) == ["not translated"]


def test_a_translated_quotation_may_stand_in_a_frame_that_its_sources_carry() -> None:
    known = {PAGE.id: PAGE}
    title, proof = locate("heron v4.1.2", PAGE), locate("The disk is not read any more.", PAGE)

    def framed(text: str) -> list[str]:
        return check_claim(Claim(text, (title, proof), translator="opus"), known)

    assert framed("v4.1.2：“磁盘不再被读取。”") == []
    assert framed("据 heron.example：“磁盘不再被读取。”") == []
    assert framed("v4.1.3：“磁盘不再被读取。”") == ["version 4.1.3"]
    assert framed("v4.1.2：“磁盘会被读取。”") == ["denial lost"]
