"""An issue in another language: the same passages, each line checked anew, and nothing that could not be told well."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import inf
from typing import Any

import pytest

from deepdaily.core.errors import ModelError, NoModel
from deepdaily.core.evidence import check_claim
from deepdaily.core.types import Appearance, Claim, Issue, Item, Language, Section
from deepdaily.models import Prompt, Reply, S
from deepdaily.models.asking import ModelWriter
from deepdaily.render.markdown import post
from deepdaily.review import approve, proven
from deepdaily.words import of
from deepdaily.write import Translated
from deepdaily.write.translation import translated
from deepdaily.write.translation.printed_lines import Speech, item_told
from fakes import SkippingLoop, TranslatingModel
from render import issues

FIGURES = "输入、输出各 2K token 时，prefill 为每 GPU 每秒 18.4K token，最高是 0.8 系列的 2.7x（同一机架、FP8 权重）。"
HOP = "代价是多一跳网络：首 token 的中位时延增加 9 ms。"
ENGLISH = {
    "QuillServe 0.9 把 prefill 与 decode 拆到不同的池": "QuillServe 0.9 splits prefill and decode into separate pools",
    issues.POINT.text: "Services with many long prompts should try the split now; those with short ones need not follow.",
    "这一版把 prefill 与 decode 分到两个可以各自扩缩的池。": "The release puts prefill and decode into two pools that scale on their own.",
    FIGURES: "With 2K tokens in and 2K out, prefill reaches 18.4K tokens per GPU per second, up to 2.7x the 0.8 series "
    "(one rack, FP8 weights).",
    HOP: "The price is one more network hop: median time to first token rises by 9 ms.",
    "维护者称，拆分模式在春季之前默认关闭。": "The maintainers say that the split mode stays off by default until the spring.",
    "性能信号": "Performance",
    "瓶颈从算力移到调度：要不要拆，取决于长提示占多少，而不是模型多大。": "The bottleneck moves from compute to scheduling: "
    "whether to split depends on the share of long prompts, not on the size of the model.",
    "推理团队会分开给两段定容量。": "Inference teams will plan the capacity of both phases apart.",
    "短提示为主的服务得不到好处，不必跟进。": "Services with mostly short prompts gain nothing and need not follow.",
    "先在一个副本上打开拆分": "Turn the split on for one replica first",
    "首个 token 的 p95": "p95 of the first token",
    "线（我们的建议值）：比现在高 15%": "line (our proposal): 15% above today",
    "退回合并模式": "go back to the merged mode",
    "拆分模式何时默认开启？": "When will the split mode be on by default?",
    "不同机架之间的时延是多少？": "What is the latency between racks?",
    "开放工具协议发布 2.1 草案：空资源列表不再表示离线": "Open tool protocol, draft 2.1: an empty resource list no longer means offline",
    "过渡期 90 天，其间新旧两种判断都算合规。": "For 90 days of transition, the old and the new check both comply.",
    "过渡期够一个季度的发版，不够两个。": "That is enough for the releases of one season, not of two.",
    "给自建的 list_tools 与 list_resources 各加一条契约测试：返回空时仍须可用。": "Add one contract test each for your own "
    "list_tools and list_resources: an empty answer must still count as available.",
    "据称某助手厂商在两个市场试点广告回答": "An assistant vendor is said to test sponsored answers in two markets",
    "QuillServe 0.9 拆开 prefill 与 decode；工具协议 2.1 草案改了可用性的判断；广告回答开始试点。": "QuillServe 0.9 splits prefill "
    "and decode; draft 2.1 of the tool protocol changes the check of availability; sponsored answers are being tested.",
    "可用性的判断正在从“有没有列表”转到“能不能回答”。": "Availability is moving from having a list to giving an answer.",
    "拆分与默认关闭同时出现：能力先到，默认值后到。": "The split arrives switched off: first the ability, then the default.",
    "今日网页搜索接口限流（HTTP 429），候选改由订阅源与 Hacker News 补足。": "Web search was rate-limited today (HTTP 429); feeds and "
    "Hacker News made up for it.",
    "2.1 草案何时发布？": "When is draft 2.1 published?",
    "vLLM 会不会跟进双池？": "Will vLLM follow with two pools?",
    "QuillServe 的数字能否复现？": "Can the figures of QuillServe be reproduced?",
    "QuillServe 何时支持 AMD？": "When will QuillServe support AMD?",
    "QuillServe 何时支持 TPU？": "When will QuillServe support TPUs?",
}
"""Every line of the issue that is told again, as it should be."""

Says = Callable[[str], str | Exception]


def saying(changed: Mapping[str, str | list[str]] = {}) -> Says:
    """As ENGLISH, but for those given; of a list the next one each time."""
    left = {text: list(said) if isinstance(said, list) else said for text, said in changed.items()}

    def say(text: str) -> str:
        said = left.get(text, ENGLISH.get(text, ""))
        return said.pop(0) if isinstance(said, list) else said

    return say


async def told(
    model: Any, issue: Issue | None = None, language: Language = "en", earlier: list[Issue] | None = None, wall_s: float = 60.0
) -> Translated:
    writer = ModelWriter(model, language, of(language).audience, b"key")
    return await translated(issue or issues.issue(), issues.DOCUMENTS, earlier or [], writer, wall_s)


def approved(found: Translated) -> Issue:
    """With every claim proven once more; a judgement among facts, which this issue has, is one that no writer writes."""
    _, findings = proven(found.draft, issues.DOCUMENTS)
    assert {one.message.rpartition(": ")[2] for one in findings if one.severity != "note"} <= {"a fact without a passage"}
    return approve(found.draft, found.closing, (), issues.NOW)


def texts(item: Item) -> list[str]:
    return [claim.text for claim in item.claims()]


async def test_an_issue_is_told_from_the_same_passages_and_every_fact_of_it_is_proven() -> None:
    made, model = issues.issue(), TranslatingModel(saying())
    found = await told(model)
    there = approved(found)

    assert found.findings == ()
    assert sorted(set(model.translated)) == sorted(ENGLISH)
    assert len(model.translated) == len(set(model.translated))
    assert [item.story for item in there.items] == [item.story for item in made.items]
    for item, before in zip(there.items, made.items, strict=True):
        assert [claim.evidence for claim in item.claims()] == [claim.evidence for claim in before.claims()]
        assert [claim.basis for claim in item.claims()] == [claim.basis for claim in before.claims()]
        assert item.sources == before.sources
    facts = [claim for claim in there.claims() if claim.evidence]
    assert [check_claim(claim, issues.DOCUMENTS) for claim in facts] == [[]] * len(facts)


async def test_headings_labels_bylines_and_the_title_are_those_of_the_language_and_quotations_stay() -> None:
    there = approved(await told(TranslatingModel(saying())))
    serving, protocol, adverts = there.items

    assert (there.draft.language, there.draft.title) == ("en", "AI Engineering Daily (2026-02-11)")
    assert there.draft.notice.startswith("Web search was rate-limited today")
    assert serving.byline == "first-hand · published 2026-02-10 · 2 independent publishers"
    assert adverts.label == "from the pool of candidates: only a teaser was read"
    assert [section.heading for section in serving.sections if section.kind == "detail"] == ["Performance", ""]
    assert protocol.sections[0].label == "judged by rule"
    assert protocol.sections[0].points == issues.protocol().sections[0].points
    assert there.closing.summary.startswith("QuillServe 0.9 splits prefill and decode; draft 2.1")
    assert there.closing.tags == issues.issue().closing.tags
    assert serving.thread == ()  # nobody told the earlier ones in English
    text = post(there)
    left = re.sub(r"「[^」]*」|https?://\S+|\[[^\]]*\]|协议\.example\.net|^tags = \[.*?^\]", "", text, flags=re.M | re.S)
    assert re.findall("[\u4e00-\u9fff]+", left) == []


async def test_an_advice_is_told_line_by_line_in_the_frames_of_the_language() -> None:
    there = approved(await told(TranslatingModel(saying())))
    (advice,) = there.items[0].sections[-1].points

    assert advice.lines == (
        "Turn the split on for one replica first",
        "measure: p95 of the first token",
        "line (our proposal): 15% above today",
        "way back: go back to the merged mode",
    )
    assert advice.text == "; ".join(advice.lines) + "."


def with_claims(*claims: Claim, kind: Any = "why") -> Issue:
    """The first item, with these judgements at its end."""
    item = issues.serving()
    drawn = tuple(replace(claim, basis=item.title.evidence) for claim in claims)
    return issues.issue(replace(item, sections=(*item.sections[:2], Section(kind, drawn))))


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("先量再换。（不成立的情形：只有一个副本）", "Measure before you switch. (Not where: there is one replica.)"),
        ("约为两倍（按所引数字计算：18.4/9）。", "About double (Worked out from the figures cited: 18.4/9)."),
        ("先量；看：错误率；线：5%（我们的建议值）。", "Measure first; measure: the error rate; threshold: 5% (our proposal)."),
        ("先量（在夜里）再换", "Measure (at night) before you switch"),
    ],
)
async def test_what_stands_in_a_frame_is_told_and_the_frame_is_the_language_s_own(chinese: str, english: str) -> None:
    said = {
        "先量再换。": "Measure before you switch.",
        "只有一个副本": "there is one replica",
        "约为两倍": "About double",
        "先量": "Measure first",
        "错误率": "the error rate",
        "5%": "5%",
        "先量（在夜里）再换": "Measure (at night) before you switch",
    }
    kind = "advice" if "看：" in chinese else "why"
    found = await told(TranslatingModel(saying(said)), with_claims(Claim(chinese), kind=kind))

    assert [claim.text for claim in found.draft.items[0].sections[-1].points] == [english]


async def test_a_fact_whose_figure_was_changed_is_refused_twice_and_left_out_with_what_is_drawn_from_it_alone() -> None:
    item = issues.serving()
    fact = item.sections[2].points[1]
    ours = Claim("多一跳要先量。", basis=fact.evidence)
    made = issues.issue(replace(item, sections=(*item.sections, Section("why", (ours,)))), issues.protocol())
    bad = "The price is one more network hop: median time to first token rises by 19 ms."
    model = TranslatingModel(saying({HOP: bad, ours.text: "Measure the extra hop first."}))
    found = await told(model, made)

    assert model.translated.count(HOP) == 2
    assert texts(found.draft.items[0]).count("Measure the extra hop first.") == 0
    assert not any("19 ms" in text for text in texts(found.draft.items[0]))
    assert len(texts(found.draft.items[0])) == len(texts(made.items[0])) - 2
    (cut,) = (one for one in found.findings if one.severity == "fix")
    assert cut.item == item.story
    assert "number" in cut.message
    asked_again = model.asked[-2].material
    assert f"! {bad}: " in asked_again
    assert "= Median time to first token rises by 9 ms on our cluster." in asked_again


async def test_a_figure_that_its_passage_has_elsewhere_is_not_that_of_the_line() -> None:
    """18.4K stands in the passage, and is not what the line says."""
    made = issues.issue(issues.serving(), issues.protocol())
    short = Claim("最高是 0.8 系列的 2.7x。", made.items[0].sections[2].points[0].evidence)
    item = replace(made.items[0], sections=(*made.items[0].sections[:2], Section("detail", (short,))))
    says = {short.text: "It reaches 18.4K tokens per GPU per second, up to 2.7x the 0.8 series."}
    found = await told(TranslatingModel(saying(says)), issues.issue(item, issues.protocol()))

    assert [finding.message.rpartition(": ")[2] for finding in found.findings if finding.severity == "fix"] == [
        "number 1.84E+4token"
    ]


async def test_a_line_that_was_mended_stands() -> None:
    model = TranslatingModel(saying({HOP: ["It rises by 19 ms.", ENGLISH[HOP]]}))
    found = await told(model)

    assert found.findings == ()
    assert ENGLISH[HOP] in texts(found.draft.items[0])


@pytest.mark.parametrize(
    ("text", "said", "why"),
    [
        (HOP, HOP, "not in the reader's language"),
        (HOP, "", "it was not told"),
        (HOP, "The price is one more network hop, which QuillServe Pro avoids; it is 9 ms.", "name"),
        (HOP, "The maintainers say “nine is fine”; it rises by 9 ms.", "quotation"),
        (HOP, "It rises by 9 ms. " + "Really. " * 60, "much longer"),
        ("推理团队会分开给两段定容量。", "Inference teams will plan 40% more for both.", "number"),
        ("退回合并模式", "go back to FooMode 3.2", "name FooMode"),
        ("性能信号", "Everything that a reader could ever want to know of performance", "much longer"),
        ("拆分模式何时默认开启？", "When will AcmeCloud switch it on?", "name"),
        ("可用性的判断正在从“有没有列表”转到“能不能回答”。", "Availability grew by 73%.", "number"),
    ],
)
async def test_what_says_something_else_is_left_out_with_the_reason(text: str, said: str, why: str) -> None:
    model = TranslatingModel(saying({text: said}))
    found = await told(model)
    cut = [finding.message for finding in found.findings if finding.severity == "fix"]

    assert cut
    assert all(text[:8] in message and why in message for message in cut)
    assert model.translated.count(text) >= 2
    assert said not in str(found.draft) or not said
    approved(found)


async def test_an_item_without_its_title_is_left_out_and_so_is_what_only_rests_on_it() -> None:
    title = issues.adverts().title.text
    found = await told(TranslatingModel(saying({title: "Sponsored answers in 40 markets"})))

    assert [item.story for item in found.draft.items] == ["s-quillserve-09", "s-tool-protocol-21"]
    assert any(one.item == "s-sponsored-answers" and "left out" in one.message for one in found.findings)
    assert [len(trend.stories) for trend in approved(found).closing.trends] == [2]


async def test_an_item_without_a_fact_is_left_out() -> None:
    item = issues.protocol()
    only = replace(item, sections=item.sections[1:])
    found = await told(
        TranslatingModel(saying({"过渡期 90 天，其间新旧两种判断都算合规。": "A transition of 80 days."})), issues.issue(only)
    )

    assert found.draft.items == ()


async def test_a_label_that_says_how_little_is_claimed_is_never_lost() -> None:
    label = "据一位读者转述"
    item = replace(issues.adverts(), label=label)
    lost = await told(TranslatingModel(saying()), issues.issue(item))
    kept = await told(TranslatingModel(saying({label: "as a reader tells it"})), issues.issue(item))

    assert lost.draft.items == ()
    assert kept.draft.items[0].label == "as a reader tells it"


async def test_where_no_model_answers_nothing_is_told_and_the_reason_is() -> None:
    found = await told(TranslatingModel(lambda _: NoModel("the budget of the day is spent")))

    assert found.draft.items == ()
    assert {finding.message for finding in found.findings} >= {"not told: the budget of the day is spent"}
    assert found.closing.trends == ()


async def test_a_model_that_fails_at_the_second_time_costs_what_was_refused() -> None:
    def tiring() -> Says:
        asked = set[str]()

        def say(text: str) -> str | Exception:
            if text == HOP and text in asked:
                return NoModel("it is tired")
            asked.add(text)
            return HOP if text == HOP else ENGLISH.get(text, "")

        return say

    found = await told(TranslatingModel(tiring()))

    assert len(found.draft.items) == 3
    assert [finding.message for finding in found.findings if "not asked again" in finding.message] == [
        "not asked again: it is tired"
    ]


def test_a_model_that_hangs_costs_its_time_and_no_more() -> None:
    class Hanging(TranslatingModel):
        async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
            await asyncio.Event().wait()
            raise AssertionError

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        found = runner.run(told(Hanging(), wall_s=60.0))

    assert found.draft.items == ()
    assert "not told: the time was up" in {finding.message for finding in found.findings}


async def test_stories_and_questions_keep_the_names_they_had() -> None:
    first = issues.issue()
    thread = first.items[0].thread
    titles = {one.story: title for one, title in zip(thread, ("QuillServe plans a split", "0.9.0rc1 is there to try"), strict=True)}
    earlier = [named(one, titles[one.story], first) for one in reversed(thread)]
    model = TranslatingModel(saying())
    found = await told(model, earlier=earlier)

    assert [one.title for one in found.draft.items[0].thread] == list(titles.values())
    assert found.closing.watchlist[0].question == "When does it come on by itself?"
    assert "3rd report: 02-05" in post(approved(found))


def named(one: Appearance, title: str, like: Issue) -> Issue:
    """An issue of that day in English."""
    item = replace(like.items[0], story=one.story, title=Claim(title, like.items[0].title.evidence))
    watch = replace(like.closing.watchlist[0], question="When does it come on by itself?")
    slot = replace(like.slot, due=like.slot.due.fromisoformat(f"{one.day}T08:00:00+08:00"))
    draft = replace(like.draft, slot=slot, language="en", items=(item,))
    return replace(like, draft=draft, closing=replace(like.closing, watchlist=(watch,)))


@pytest.mark.parametrize("window", [2_400, 4_000])
async def test_in_a_small_window_an_item_is_told_in_parts_and_no_prompt_is_longer(window: int) -> None:
    model = TranslatingModel(saying(), window=window)
    found = await told(model)

    assert found.findings == ()
    assert max(len((prompt.instructions + prompt.material).encode()) for prompt in model.asked) <= window
    assert (len(model.asked) > 4) == (window < 4_000)


async def test_a_window_that_is_learnt_on_the_way_parts_what_was_too_long() -> None:
    class Learning(TranslatingModel):
        async def ask(self, prompt: Prompt, shape: type[S]) -> Reply[S]:
            if len(prompt.material.encode()) > 900:
                self.window = len(prompt.instructions.encode()) + 900
                raise ModelError("too long")
            return await super().ask(prompt, shape)

    found = await told(Learning(saying()))

    assert found.findings == ()
    assert len(found.draft.items) == 3


async def test_a_quiet_day_s_note_is_told_with_its_questions() -> None:
    made = issues.issue()
    notice = "今天没有一条可写的新闻：问了 5 个来源，4 个正常应答，共给出 9 条线索，没有一条能写成条目。"
    draft = replace(made.draft, items=(), rung="quiet", notice=notice)
    quiet = replace(made, draft=draft, closing=replace(made.closing, summary=notice, trends=()))
    found = await told(TranslatingModel(saying()), quiet)

    assert found.draft.notice.startswith("There is no news to tell today: 5 sources were asked")
    assert found.closing.summary == found.draft.notice
    assert [one.question for one in found.closing.watchlist] == ["When will the split mode be on by default?"]


async def test_an_english_issue_is_told_in_chinese_from_its_english_passages() -> None:
    item = replace(issues.serving(), byline="first-hand", unknowns=(), thread=(), sections=(Section("what", (fact_in_english(),)),))
    made = issues.issue(item)
    english = replace(
        made, draft=replace(made.draft, language="en", notice=""), closing=replace(made.closing, summary="", trends=(), followed=())
    )
    title = "QuillServe 0.9 splits prefill and decode"
    item = replace(item, title=issues.fact(title, issues.SERVER))
    english = replace(english, draft=replace(english.draft, items=(item,)))
    says = {
        title: "QuillServe 0.9 把 prefill 与 decode 拆到不同的池",
        fact_in_english().text: HOP,
        "拆分模式何时默认开启？": "拆分模式何时默认开启？",
    }
    found = await told(TranslatingModel(saying(says)), english, "zh")

    assert found.draft.title == "AI 技术深度日报（2026-02-11）"
    assert texts(found.draft.items[0]) == [says[title], HOP]
    assert found.draft.items[0].byline == "一手来源"
    assert (found.closing.summary, found.findings) == (says[title], ())


def fact_in_english() -> Claim:
    return issues.fact("It costs one more hop: 9 ms.", issues.SERVER, "Median time to first token rises by 9 ms on our cluster.")


async def test_what_a_machine_translated_is_told_from_its_passage_in_another_language() -> None:
    """In the passage's own language it is the quotation again; a model's words are no translator's."""
    english, quote = "The price is one more hop.", "Median time to first token rises by 9 ms on our cluster."
    machine = replace(
        issues.fact(english, issues.SERVER, quote), text="在我们的集群上，首个 token 的时间中位数增加 9 毫秒。", translator="mt"
    )
    framed = replace(machine, text="据 quill.example：“首个 token 的时间中位数增加 9 毫秒。”")
    item = issues.serving()
    title = replace(item.title, text="机器译的标题", translator="mt")
    speech = Speech("zh", "en", told={"机器译的标题": "A title"})
    told_item = item_told(replace(item, title=title, sections=(Section("detail", (machine, framed)),)), speech)
    back = item_told(
        replace(item, title=title, sections=(Section("detail", (machine,)),)), Speech("en", "zh", told={"机器译的标题": "题"})
    )

    assert told_item is not None
    assert [(claim.text, claim.translator) for claim in told_item.claims()][1:] == [(quote, ""), (quote, "")]
    assert back is None or all(not claim.translator for claim in back.claims())


async def test_an_item_is_signed_by_its_writer_and_its_translator() -> None:
    made = issues.issue(replace(issues.serving(), writer="quill-7b"), issues.protocol())
    found = await told(TranslatingModel(saying()), made)
    own = await told(TranslatingModel(saying(), "quill-7b"), made)

    assert [item.writer for item in found.draft.items] == ["quill-7b, babel", "babel"]
    assert own.draft.items[0].writer == "quill-7b"


def test_readers_that_nobody_described_are_those_of_the_language() -> None:
    writer = ModelWriter(TranslatingModel(), "zh", of("zh").audience, b"key")

    assert writer.speaking("en").audience == of("en").audience
    assert replace(writer, audience="语音团队").speaking("en").audience == "语音团队"
    assert writer.speaking("en").ends_at == inf


async def test_a_machine_s_words_give_way_to_their_passage_a_table_to_its_sentences_and_a_short_item_stays_short() -> None:
    rows = {
        "Quill Large 公布价格：输入 $1.20": "Quill Large gets a price list: $1.20 for input",
        "Large：输入 $1.20，输出 $4.80，可批量": "Large: $1.20 in, $4.80 out, also in batches",
        "Small：输入 $0.20，输出 $0.80": "Small: $0.20 in, $0.80 out",
        "价格表": "Prices",
    }
    found = await told(TranslatingModel(saying(rows)), issues.briefed())
    priced, short, own = approved(found).items

    assert [(claim.text, claim.translator) for claim in priced.sections[0].points] == [
        ("Quill Large can now be booked by everybody.", "")
    ]
    assert [claim.text for claim in priced.sections[1].points] == list(rows.values())[1:3]
    assert (priced.sections[1].columns, priced.sections[1].points[0].cells) == ((), ())
    assert [(one.title.text, one.title.translator, one.short) for one in (short, own)] == [(issues.ADVISORY.title, "", True)] * 2
