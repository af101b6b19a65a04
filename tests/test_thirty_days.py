"""Thirty days on one store, on a web whose stories are known beforehand: nothing twice, threads whole, questions followed to
their ends.

Each day's feeds carry that day's entries alone, with their text. Names are made up by us.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest_asyncio

from deepdaily.archive import verify
from deepdaily.core.types import Decision, FollowUp, Issue, Item, RunRecord, Slot
from deepdaily.core.urls import page_key
from deepdaily.memory.repeats import NO_REPEAT_DAYS, is_recalled
from deepdaily.pipeline import run_day
from deepdaily.publish.files import Hugo, Page
from deepdaily.read.web_wire import Answer
from deepdaily.serve.over_days import watched
from deepdaily.settings import Settings
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots
from making import SHANGHAI
from running import run_of

DAYS, PLACES, ORDINARY = 30, 4, 8
FIRST = datetime(2026, 3, 1, 8, 0, tzinfo=SHANGHAI)
HOSTS = tuple(f"{name}.example" for name in ("anvil", "birch", "cedar", "delta", "ember", "fjord"))
SETTINGS = Settings.model_validate(
    {
        "digest": {"items": PLACES},
        "sources": {"packs": (), "add": tuple(f"https://{host}/feed" for host in HOSTS), "hackernews": False},
    }
)
LIMITED, THIN = 20, 22
"""The day on which everything answers 429, and one with a single story."""

RICH = 21
"""The day before the thin one leaves more than it can tell."""

CLOSED_ON = 7
"""An editor closes a question."""


@dataclass(frozen=True)
class Entry:
    """One entry of a feed; reported by so many hosts, whose titles begin differently."""

    title: str
    text: str
    hosts: int = 3
    slug: str = ""


EVENTS: Mapping[int, Entry] = {
    # Beta, release, pause, resumption: English and Chinese by turns. The beta's question and the pause's are answered.
    1: Entry("Nimbus Agents enters public beta for LLM inference", "Nimbus Agents runs LLM inference for agents in a public beta."),
    5: Entry("Nimbus Agents 正式上线，面向所有团队", "Nimbus Agents 今天正式上线，推理服务面向所有团队开放，每个团队 40 个智能体。"),
    9: Entry("Nimbus Agents paused after runaway agent sessions", "Nimbus Agents is paused since Monday, as 12 agent sessions ran away."),
    13: Entry("Nimbus Agents 恢复服务，智能体会话设上限", "Nimbus Agents 已恢复服务，每个智能体会话最多 30 分钟。"),
    # Two releases of one line.
    3: Entry("Quillcache v1.2.0 released for LLM inference", "Quillcache v1.2.0 keeps the KV cache of LLM inference on disk."),
    6: Entry("Quillcache v1.2.1 fixes a cache regression in LLM inference", "Quillcache v1.2.1 fixes a regression that lost 3 of 100 LLM inference sessions."),
    # A question that moves and is not answered.
    8: Entry("灵犀 3 大模型开启公测", "灵犀 3 大模型今天开启公测，上下文为 200K token。"),
    16: Entry("灵犀 3 大模型推迟到四月", "灵犀 3 大模型推迟到四月，团队在改推理服务。"),
    # A question that expires, and one that an editor closes.
    2: Entry("Zephyr Router enters public preview for LLM inference", "Zephyr Router sends each LLM inference request to one of 6 models."),
    4: Entry("Halcyon Desk is rolling out to LLM agent teams", "Halcyon Desk is rolling out gradually to LLM agent teams in 9 countries."),
}  # fmt: skip
AGAIN: Mapping[int, Entry] = {
    7: Entry("Nimbus Agents enters public beta for LLM inference", "A late report of the LLM beta of Nimbus Agents.", 2, "late"),
    8: Entry("Quillcache v1.2.1 fixes a cache regression in LLM inference", "Quillcache v1.2.1, told a second time.", 2, "late"),
    11: Entry("灵犀 3 大模型公测开启", "灵犀 3 大模型公测，另一家媒体的报道。", 2, "late"),
    24: Entry("Nimbus Agents paused after runaway agent sessions", "A very late report on the LLM agents of Nimbus.", 2, "late"),
}  # fmt: skip
"""Stories offered again by other pages on later days, dated anew."""


def words(number: int) -> str:
    """A name of its own for each number."""
    first, last = ("ba ce di fo gu ha je ki lo mu na pe".split(), "rim tol vex zan dup wick nor sab quel fen mar tig".split())
    return (first[number % 12] + last[number // 12 % 12] + first[(number // 144 + number) % 12]).capitalize()


def ordinary(day: int, place: int) -> Entry:
    name = words(day * ORDINARY + place)
    text = f"{name}serve holds {day + 3} LLM models on one node. {name}disk keeps {place + 2} copies of each prompt."
    return Entry(f"LLM {name} {name.lower()}serve {name.lower()}disk", text, 1)


def entries(day: int) -> list[tuple[str, str, Entry, datetime]]:
    """Host, address, entry and time of publication of all that the feeds of a day carry."""
    due = FIRST + timedelta(days=day)
    count = {THIN: 1, RICH: 2 * ORDINARY}.get(day, ORDINARY)
    told = (
        [ordinary(day, place) for place in range(count)]
        if day != RICH
        else [ordinary(day if place < ORDINARY else 40, place % ORDINARY) for place in range(count)]
    )
    told += [one for one in (EVENTS.get(day), AGAIN.get(day)) if one]
    found = []
    for place, entry in enumerate(told):
        for copy in range(entry.hosts):
            host = HOSTS[(place + copy) % len(HOSTS)]
            slug = re.sub(r"\W+", "-", f"{entry.title}{entry.slug}".lower()).strip("-") + f"-{copy}"
            found.append((host, f"https://{host}/{day}/{slug}", entry, due - timedelta(hours=3 + place % 5, minutes=copy)))
    return found


class Web:
    """The feeds of one day; 429 on the limited one."""

    def __init__(self, day: int) -> None:
        self.day = day

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        if self.day == LIMITED:
            return Answer(429, {"retry-after": "3600", "content-type": "text/plain"}, b"too fast")
        host = url.split("/")[2]
        if not url.endswith("/feed"):
            return Answer(404, {}, b"")
        items = "".join(
            f"<item><title>{escape(entry.title)}</title><link>{address}</link><guid>{address}</guid>"
            f"<pubDate>{format_datetime(at)}</pubDate><content:encoded>{escape(body(entry, address))}</content:encoded></item>"
            for name, address, entry, at in entries(self.day)
            if name == host
        )
        feed = (
            '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
            f"<channel><title>{host}</title>{items}</channel></rss>"
        )
        return Answer(200, {"content-type": "application/rss+xml"}, feed.encode())


def body(entry: Entry, address: str) -> str:
    """The entry's text, long enough to be a whole one, and of this address alone."""
    host = address.split("/")[2]
    more = "".join(f"<p>Paragraph {n} at {host} says how {entry.title[:12]} was built and by whom.</p>" for n in range(8))
    return f"<p>{entry.text}</p>{more}"


@dataclass(frozen=True)
class Month:
    folder: Path
    issues: list[Issue]
    records: list[RunRecord]

    def items(self) -> list[tuple[int, Item]]:
        return [(day, item) for day, issue in enumerate(self.issues) for item in issue.items]

    def asked(self, name: str) -> list[tuple[int, FollowUp]]:
        """Every follow-up of the questions that name `name`, oldest first."""
        every = [(day, one) for day, issue in enumerate(self.issues) for one in issue.closing.followed]
        return [(day, one) for day, one in every if name in one.watch.question]


def editor_closes(store: Store, issues: list[Issue]) -> None:
    watch = next(one for issue in issues for one in issue.closing.watchlist if "Halcyon" in one.question)
    store.keep_decision(Decision("d-1", "close", watch.id, FIRST + timedelta(days=CLOSED_ON - 1)))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def month(tmp_path_factory: Any) -> Month:
    folder = tmp_path_factory.mktemp("month")
    issues: list[Issue] = []
    records: list[RunRecord] = []
    for day in range(DAYS):
        slot = Slot(FIRST + timedelta(days=day))
        with run_of(folder, Web(day), slot, slot.due - timedelta(minutes=20), settings=SETTINGS) as run:
            if day == CLOSED_ON:
                editor_closes(run.store, issues)
            issues.append(await run_day(run))
            records.append(run.record.value())
    return Month(folder, issues, records)


# -- nothing twice ----------------------------------------------------------------------------------------------------


def test_every_day_has_an_issue(month: Month) -> None:
    assert [issue.day for issue in month.issues] == [(FIRST + timedelta(days=day)).date().isoformat() for day in range(DAYS)]
    assert {record.status for record in month.records} == {"published"}


def test_no_page_and_no_title_is_printed_twice_but_where_memory_says_so(month: Month) -> None:
    assert DAYS <= NO_REPEAT_DAYS
    told = [item for _, item in month.items() if not is_recalled(item)]
    pages = [page_key(cited.url) for item in told for cited in item.sources]
    titles = [item.title.text for item in told]

    assert len(pages) == len(set(pages))
    assert len(titles) == len(set(titles))
    assert all(item.label.startswith("来自记忆") for _, item in month.items() if is_recalled(item))


def test_a_story_offered_again_by_another_page_is_not_told_again(month: Month) -> None:
    late = {address for day, one in AGAIN.items() for _, address, entry, _ in entries(day) if entry is one}

    assert late
    assert not [cited.url for _, item in month.items() for cited in item.sources if cited.url in late]


# -- threads ----------------------------------------------------------------------------------------------------------

CHAINS = {
    "Nimbus Agents": ([1, 5, 9, 13], "第 4 次报道：03-02 公测 → 03-06 正式上线 → 03-10 暂停 → 03-14 恢复"),
    "Quillcache": ([3, 6], "第 2 次报道：03-04 1.2.0 → 03-07 1.2.1"),
    "灵犀 3": ([8, 16], "第 2 次报道：03-09 公测 → 03-17 推迟"),
}


def test_every_step_of_a_thread_is_told_on_its_day_and_names_all_before_it(month: Month) -> None:
    for name, (days, _) in CHAINS.items():
        told = [(day, item) for day, item in month.items() if name in item.title.text and not is_recalled(item)]
        dates = [(FIRST + timedelta(days=day)).date().isoformat() for day in days]

        assert [day for day, _ in told] == days, name
        assert [[one.day for one in item.thread] for _, item in told] == [dates[:n] for n in range(len(days))], name


def test_the_post_tells_the_chain_by_what_was_new_in_each_step(month: Month) -> None:
    for days, chain in CHAINS.values():
        day = month.issues[days[-1]].day
        post = (month.folder / f"out/content/posts/{day}/index.md").read_text("utf-8")

        assert chain in post


def test_no_other_story_is_marked_as_a_follow_up(month: Month) -> None:
    threads = [item.title.text for _, item in month.items() if item.thread and not is_recalled(item)]

    assert len(threads) == sum(len(days) - 1 for days, _ in CHAINS.values())


# -- questions --------------------------------------------------------------------------------------------------------


def states(month: Month, name: str, word: str) -> list[tuple[int, str]]:
    """On which days a question had another state than `unchanged`."""
    return [(day, one.state) for day, one in month.asked(name) if word in one.watch.question and one.state != "unchanged"]


def test_the_release_answers_what_was_asked_of_the_beta_and_the_return_what_was_asked_of_the_pause(month: Month) -> None:
    assert states(month, "Nimbus", "预览") == [(5, "answered")]
    assert states(month, "Nimbus", "恢复") == [(13, "answered")]


def test_an_answer_is_a_sentence_of_its_source_and_names_the_story_that_gives_it(month: Month) -> None:
    for day, word in ((5, "正式上线"), (13, "恢复")):
        (one,) = [one for at, one in month.asked("Nimbus") if at == day and one.state == "answered"]
        stories = {item.story for item in month.issues[day].items}

        assert one.proof is not None
        assert one.proof.verbatim
        assert word in one.proof.text
        assert one.watch.answered_by == one.story
        assert one.story in stories


def test_news_without_an_answer_moves_a_question_and_leaves_it_open(month: Month) -> None:
    follow_ups = [(day, one.state) for day, one in month.asked("灵犀 3") if "预览" in one.watch.question]

    assert (16, "moved") in follow_ups
    assert [state for day, state in follow_ups if day == 17] == ["unchanged"]


def test_a_question_without_an_answer_ends_on_the_day_after_its_last(month: Month) -> None:
    assert states(month, "Zephyr", "预览") == [(2 + 21 + 1, "expired")]


def test_what_an_editor_closed_is_told_once(month: Month) -> None:
    assert states(month, "Halcyon", "") == [(CLOSED_ON, "closed")]


def test_an_ended_question_is_neither_followed_nor_asked_again(month: Month) -> None:
    for watch in {one.watch.id for issue in month.issues for one in issue.closing.followed}:
        told = [one.state for issue in month.issues for one in issue.closing.followed if one.watch.id == watch]
        asked = [issue for issue in month.issues for one in issue.closing.watchlist if one.id == watch]
        ends = [state for state in told if state in ("answered", "closed", "expired")]

        assert len(ends) <= 1
        assert told[-1] in ends or not ends
        assert len(asked) == 1 or any(map(is_recalled, (item for _, item in month.items())))


def test_the_post_says_what_became_of_the_questions_and_shows_the_answer(month: Month) -> None:
    def post(day: int) -> str:
        return (month.folder / f"out/content/posts/{month.issues[day].day}/index.md").read_text("utf-8")

    assert re.search(r"Nimbus Agents .*（已有答案）：「[^」]*恢复[^」]*」\[\^\d+\]（\[\d\]\(#s-", post(13))
    assert "编辑已关闭：「Halcyon" in post(CLOSED_ON)
    assert "到期未答，不再跟踪：「Zephyr" in post(24)
    assert "昨日 1 条：1 未变" in post(2)


def test_the_readers_watchlist_has_every_question_in_its_last_state(month: Month) -> None:
    rows = {watch.question: state for state, watch, _ in watched(month.issues[::-1])}
    found = {name: {state for question, state in rows.items() if name in question} for name in ("Nimbus", "Zephyr", "Halcyon")}

    assert found == {"Nimbus": {"answered"}, "Zephyr": {"expired"}, "Halcyon": {"closed"}}


# -- poor days --------------------------------------------------------------------------------------------------------


def test_the_day_on_which_everything_answers_429_is_told_from_memory_and_its_questions_stand(month: Month) -> None:
    issue = month.issues[LIMITED]

    assert issue.draft.rung == "memory"
    assert "额度" in issue.draft.notice or "限流" in issue.draft.notice
    assert {one.state for one in issue.closing.followed} == {"unchanged"}


def test_what_was_left_over_fills_a_thin_day_and_is_labelled(month: Month) -> None:
    items = month.issues[THIN].items
    kept = [item for item in items if "此前读到" in item.label]

    assert len(items) == PLACES
    assert len(kept) == PLACES - 1


# -- the proof --------------------------------------------------------------------------------------------------------


def test_every_issue_verifies_after_the_last_day(month: Month) -> None:
    store = open_store(month.folder / "data")
    with Snapshots(month.folder / "data/snapshots") as snapshots:
        channels = [(one, month.folder / "out") for one in (Hugo(month.folder / "out"), Page(month.folder / "out"))]
        for issue in month.issues:
            verdict = verify.verify(issue, store, snapshots, verify.published_files(issue, store, channels))

            assert verdict.green, (verdict.day, verdict.missing, verdict.damaged, verdict.altered)
    store.close()


def test_the_proof_of_an_answer_is_checked_as_every_other(month: Month) -> None:
    day = month.issues[13].day
    told = json.loads((month.folder / f"out/content/posts/{day}/evidence.json").read_text("utf-8"))
    (claim,) = [one["claims"][0] for one in told["followed"] if one["state"] == "answered"]

    assert claim["evidence"][0]["quote"] == claim["text"]
