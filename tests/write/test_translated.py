"""Quotations in the issue's language: told by a translator, held against their passages, and left as they are where they fail."""

from __future__ import annotations

from dataclasses import replace

from deepdaily.core.errors import ModelRefused
from deepdaily.core.evidence import check_claim, passage
from deepdaily.core.types import Claim, Draft, Item, Section, Trouble
from deepdaily.write.by_rule import ByRule
from deepdaily.write.by_rule.translated import TIME_PART, translated_by
from fakes import FakeTranslator
from making import NOW, SLOT, document, story

TITLE = "Quillserve 2.4 released with KV cache offload"
TITLE_ZH = "Quillserve 2.4 发布，支持 KV cache 卸载"
FIRST = "Cold blocks are moved to a local disk after ten seconds without use."
FIRST_ZH = "冷块在 10 秒没有使用之后移到本地磁盘。"
SECOND = "The median time to first token dropped from 410 ms to 86 ms."
SECOND_ZH = "首个 token 的时间中位数从 410 毫秒降到 86 毫秒。"
CHINESE = "青鹭 2.4 把缓存块移到本地磁盘。"
PAGE = document(TITLE, f"{FIRST}\n{SECOND}\n{CHINESE}", url="https://quill.example/2.4")
TOLD = {TITLE: TITLE_ZH, FIRST: FIRST_ZH, SECOND: SECOND_ZH}


def quoted(text: str) -> Claim:
    at = PAGE.text.index(text)
    return Claim(text, (passage(PAGE, at, at + len(text)),))


def draft_of(*claims: Claim, title: str = TITLE, language: str = "zh") -> Draft:
    item = Item("s-quill", quoted(title), (Section("detail", claims),), ())
    return Draft(SLOT, NOW, "24h", language, "日报", (item,))


def printed(draft: Draft) -> list[tuple[str, str]]:
    return [(claim.text, claim.translator) for item in draft.items for claim in item.claims()]


async def test_title_and_quotations_are_told_in_the_language_of_the_issue_and_name_their_translator() -> None:
    translator = FakeTranslator(TOLD)
    told, findings = await translated_by(translator, draft_of(quoted(FIRST), quoted(SECOND)), 60)

    assert printed(told) == [(TITLE_ZH, "fake-mt"), (FIRST_ZH, "fake-mt"), (SECOND_ZH, "fake-mt")]
    assert [claim.evidence for claim in told.items[0].claims()] == [
        claim.evidence for claim in draft_of(quoted(FIRST), quoted(SECOND)).items[0].claims()
    ]
    assert all(check_claim(claim, {PAGE.id: PAGE}) == [] for claim in told.items[0].claims())
    assert findings == []
    assert translator.asked == [((TITLE, FIRST, SECOND), "en", "zh", TIME_PART * 60)]


async def test_what_fails_the_check_or_is_not_told_stays_a_quotation_and_is_noted() -> None:
    translator = FakeTranslator({TITLE: TITLE_ZH, FIRST: FIRST_ZH.replace("没有使用", "使用")})
    told, findings = await translated_by(translator, draft_of(quoted(FIRST), quoted(SECOND)), 60)

    assert printed(told) == [(TITLE_ZH, "fake-mt"), (FIRST, ""), (SECOND, "")]
    assert ["denial lost" in finding.message for finding in findings] == [True, False]
    assert "it was not told" in findings[1].message
    assert {(finding.severity, finding.item) for finding in findings} == {("note", "s-quill")}


async def test_what_is_in_the_language_or_not_the_source_s_own_is_not_asked() -> None:
    ours, reworded = Claim("先在一台机器上试。"), replace(quoted(FIRST), text="冷块会被移到磁盘。")
    known = replace(quoted(SECOND), text=SECOND_ZH, translator="another")
    translator = FakeTranslator(TOLD)
    told, _ = await translated_by(translator, draft_of(quoted(CHINESE), ours, reworded, known), 60)

    assert printed(told)[1:] == [(CHINESE, ""), (ours.text, ""), (reworded.text, ""), (SECOND_ZH, "another")]
    assert translator.asked[0][0] == (TITLE,)


async def test_a_quotation_between_marks_is_told_within_its_frame() -> None:
    framed = replace(quoted(FIRST), text=f"v2.4.0：“{FIRST}”")
    cut = replace(quoted(FIRST), text="据 quill.example：“Cold blocks are moved”")
    told, _ = await translated_by(FakeTranslator(TOLD), draft_of(framed, cut), 60)

    assert printed(told)[1:] == [(f"v2.4.0：“{FIRST_ZH}”", "fake-mt"), (cut.text, "")]


async def test_chinese_pages_are_told_in_an_english_issue() -> None:
    english = "青鹭 2.4 moves cache blocks to a local disk."
    told, _ = await translated_by(FakeTranslator({CHINESE: english}), draft_of(quoted(CHINESE), language="en"), 60)

    assert printed(told) == [(TITLE, ""), (english, "fake-mt")]


async def test_the_marks_of_a_general_translator_become_those_of_chinese() -> None:
    said = {TITLE: "Quillserve 2.4 发布,支持 KV cache 卸载。", FIRST: "冷 块在10秒没有使用之后, 移到 本地磁盘."}
    told, _ = await translated_by(FakeTranslator(said), draft_of(quoted(FIRST)), 60)

    assert [text for text, _ in printed(told)] == [
        "Quillserve 2.4 发布，支持 KV cache 卸载",
        "冷块在10秒没有使用之后，移到本地磁盘。",
    ]


# -- as the built-in writer has it ------------------------------------------------------------------------------------

STORY = story(TITLE, f"{FIRST}\n{SECOND}")
BEGUN = Draft(SLOT, NOW, "24h", "zh", "日报")


async def test_the_built_in_writer_has_what_it_quotes_translated() -> None:
    alone, _ = await ByRule().write(BEGUN, [STORY], (), 60)
    told, _ = await ByRule(FakeTranslator(TOLD)).write(BEGUN, [STORY], (), 60)

    assert not alone.items[0].title.translator
    assert told.items[0].title.text == TITLE_ZH


async def test_a_translator_that_tells_nothing_costs_a_line_and_no_quotation() -> None:
    rules = ByRule(FakeTranslator({}, ModelRefused("no model en-zh", "pull one")))
    told, findings = await rules.write(BEGUN, [STORY], (), 60)

    assert [claim for item in told.items for claim in item.claims() if claim.translator] == []
    assert told.items[0].title == (await ByRule().write(BEGUN, [STORY], (), 60))[0].items[0].title
    assert [finding.message for finding in findings] == ["quotations stay as they are: no model en-zh"]
    assert rules.troubles() == [Trouble("translator", "no model en-zh; pull one")]
    assert ByRule().troubles() == []
