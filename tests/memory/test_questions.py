"""What answers a question, what only moves it, and what does neither."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from deepdaily.core.types import Document, FollowUp, Issue, Slot, Watch
from deepdaily.memory.questions import RULES, follow_up, without
from deepdaily.words import of
from deepdaily.write.by_rule.trends import rule_of, watch
from making import NOW, SLOT, document, issue, story

PAUSED = story("GitHub pauses the Nimbus Agents rollout", url="https://a.example/1", hours=30)
BEFORE = timedelta(days=1)
RESUME = "When does Nimbus Agents resume, and why was it paused?"


def asked(question: str, *, days: int = 14, opened: timedelta = BEFORE) -> Issue:
    """Yesterday's issue, or an earlier one, with one question."""
    made = issue(PAUSED, slot=Slot(SLOT.due - opened), now=NOW - opened)
    return replace(made, closing=replace(made.closing, watchlist=(watch(question, PAUSED, made.slot.due.date(), days),)))


def after(issues: list[Issue], *documents: Document, closed: frozenset[str] = frozenset()) -> FollowUp:
    (only,) = follow_up(issues, [(one, f"s-{n}") for n, one in enumerate(documents)], SLOT, closed, rule_of)
    return only


@pytest.mark.parametrize(
    ("question", "title", "passage", "state"),
    [
        (RESUME, "Nimbus Agents is back", "The rollout has resumed for every plan since noon.", "answered"),
        (RESUME, "Nimbus Agents 恢复推送", "推送今天中午已恢复，覆盖全部套餐。", "answered"),
        ("Nimbus Agents 的推进何时恢复，暂停的原因是什么？", "Status page", "Nimbus Agents was paused because of a leak.", "answered"),
        (RESUME, "Nimbus Agents rollout update", "The rollout has not resumed and there is no date.", "moved"),
        (RESUME, "Nimbus Agents 进展", "推送尚未恢复，没有时间表。", "moved"),
        (RESUME, "Quill rollout", "The rollout has resumed for every plan since noon.", "unchanged"),  # of another product
        (RESUME, "A week in review", "Nimbus Agents was discussed at length on many pages.", "unchanged"),
        # A model's own words: most of them in one passage, with what is asked of named.
        ("Which regions will Nimbus Agents tokens be billed in?", "Nimbus Agents prices", "Tokens are billed in all regions but one.", "answered"),
        ("Which regions will Nimbus Agents tokens be billed in?", "Nimbus Agents prices", "Tokens are counted anew each day by then.", "unchanged"),
        ("Nimbus Agents 的拆分模式何时默认开启？", "Nimbus Agents 3 月更新", "拆分模式自 3 月 12 日起默认开启。", "answered"),
        ("Nimbus Agents 的拆分模式何时默认开启？", "Nimbus Agents 3 月更新", "拆分模式的文档已经更新，共 12 页。", "unchanged"),
    ],
)  # fmt: skip
def test_a_question_is_answered_by_a_passage_about_its_subject_that_says_what_it_asks(
    question: str, title: str, passage: str, state: str
) -> None:
    told = after([asked(question)], document(title, passage, url="https://news.example/2"))

    assert told.state == state
    assert (told.watch.answered_by == "s-0") is (state == "answered")
    if state == "answered":
        assert told.proof is not None
        assert told.proof.text == passage
        assert told.proof.verbatim


def test_only_a_page_published_after_the_question_is_news() -> None:
    title, passage = "Nimbus Agents is back", "The rollout has resumed for every plan since noon."

    for hours, state in ((5.0, "answered"), (25.0, "unchanged"), (None, "unchanged")):
        assert after([asked(RESUME)], document(title, passage, hours=hours)).state == state


def test_an_answer_whose_passage_is_not_in_the_stored_page_leaves_the_question_open() -> None:
    told = after([asked(RESUME)], document("Nimbus Agents is back", "The rollout has resumed for every plan since noon."))
    assert told.proof is not None
    (left,) = without([told], told.proof.evidence)

    assert without([told], ()) == (told,)
    assert (left.state, left.proof, left.source, left.watch.answered_by) == ("unchanged", None, None, "")


def test_news_is_told_once_and_an_answer_whenever_it_comes() -> None:
    first, news = (
        asked(RESUME, opened=timedelta(days=3)),
        document("Nimbus Agents rollout paused in Europe", "Nothing new.", hours=30),
    )
    moved = after([first], news)
    second = issue(slot=Slot(SLOT.due - BEFORE), now=NOW - BEFORE)
    second = replace(second, closing=replace(second.closing, followed=(moved,)))

    assert moved.state == "moved"
    assert after([second, first], news).state == "unchanged"
    assert after([second, first], news, document("Nimbus Agents", "The rollout has resumed.", hours=3)).state == "answered"


def test_a_question_ends_after_its_last_day_or_at_the_desk() -> None:
    open_still, over = asked(RESUME, days=1), asked(RESUME, days=0)
    name = over.closing.watchlist[0].id

    assert after([open_still]).state == "unchanged"
    assert after([over]).state == "expired"
    assert after([over]).watch.closed_on == SLOT.due.date()
    closed = after([open_still], closed=frozenset({name}))
    assert (closed.state, closed.watch.closed_on) == ("closed", SLOT.due.date())


def test_an_ended_question_is_not_followed_again() -> None:
    first = asked(RESUME, days=0, opened=timedelta(days=2))
    second = issue(slot=Slot(SLOT.due - BEFORE), now=NOW - BEFORE)
    for state, ended in (("answered", {"answered_by": "s-9"}), ("expired", {"closed_on": date(2026, 3, 11)})):
        told = FollowUp(replace(first.closing.watchlist[0], **ended), state)  # type: ignore[arg-type]
        done = replace(second, closing=replace(second.closing, followed=(told,)))

        assert follow_up([done, first], [], SLOT, (), rule_of) == ()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_question_names_its_rule_and_one_of_an_old_store_is_known_by_its_words(language: str) -> None:
    for rule in RULES:
        text = of(language).by_rule.questions[rule.name].format(name="Nimbus 3", said="soon").replace("」 ", "」")
        old = watch(text, PAUSED, SLOT.due.date(), 3)
        assert rule_of(old) is rule
        assert rule_of(replace(old, question="In other words?", rule=rule.name)) is rule
    assert rule_of(watch("Which regions get it?", PAUSED, SLOT.due.date(), 3)) is None


def test_what_a_question_asks_of_is_named_by_its_product() -> None:
    assert watch(RESUME, PAUSED, SLOT.due.date(), 3).entities == ("Nimbus Agents",)
    assert isinstance(watch(RESUME, story("an untitled note"), SLOT.due.date(), 3), Watch)


def test_a_question_without_a_product_is_answered_by_what_continues_its_thread() -> None:
    """Nothing in the title is a name, so the like title is what tells that a page is about it."""
    told = story("拆分缓存块让推理更快", url="https://a.example/1", hours=30)
    made = issue(told, slot=Slot(SLOT.due - BEFORE), now=NOW - BEFORE)
    unnamed = watch("When does it resume, and why was it paused?", told, made.slot.due.date(), 14)
    made = replace(made, closing=replace(made.closing, watchlist=(unnamed,)))
    passage = "推送今天中午已恢复，覆盖全部套餐。"

    assert unnamed.entities[0].startswith("「")
    assert after([made], document("拆分缓存块让推理更快，推送已恢复", passage)).state == "answered"
    assert after([made], document("一碗热汤", passage)).state == "unchanged"


def test_a_page_that_tells_the_launch_in_other_names_answers_what_was_asked_of_it() -> None:
    """The maker's Chinese name stands for the product's: what was asked of is not named as it was."""
    told = story("Moonshot opens Kimi K2.5 in public preview", url="https://a.example/1", hours=30)
    made = issue(told, slot=Slot(SLOT.due - BEFORE), now=NOW - BEFORE)
    question = watch(of("zh").by_rule.questions["leaves-preview"].format(name="Kimi K2.5"), told, made.slot.due.date(), 21)
    asked_of_it = replace(made, closing=replace(made.closing, watchlist=(replace(question, entities=("Kimi K2.5",)),)))

    preview = document("月之暗面 K2.5 公测扩大", "公测将于 3 月 20 日结束，届时正式上线。", url="https://zh.example/2")
    other = document("月之暗面 K3 公测扩大", "公测将于 3 月 20 日结束，届时正式上线。", url="https://zh.example/2")

    assert after([asked_of_it], preview).state == "answered"
    assert after([asked_of_it], other).state == "unchanged"
