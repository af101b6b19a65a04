"""The page: self-contained, every fact opens to its passage, hostile text stays text."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from deepdaily.core.types import Claim, Evidence, Issue, Section
from deepdaily.render.body import body, fragment
from deepdaily.render.excerpts import CONTEXT_CHARACTERS, GAP, SIDE_CHARACTERS, excerpt, whole
from deepdaily.render.html import page
from deepdaily.render.notes import Note, notes_of
from render import issues

VOID = {"meta", "hr", "br", "link", "img", "input", "base"}


class Reading(HTMLParser):
    """The elements of a page, and whether they nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def ids(self, tag: str = "") -> list[str]:
        return [attributes["id"] or "" for name, attributes in self.elements if "id" in attributes and tag in ("", name)]


def day() -> Reading:
    return Reading(page(issues.issue(), issues.DOCUMENTS))


def test_the_page_loads_nothing_from_elsewhere() -> None:
    text = page(issues.issue(), issues.DOCUMENTS)
    outward = [(tag, name) for tag, attrs in day().elements for name, value in attrs.items() if "http" in (value or "")]

    assert {name for tag, name in outward if tag == "a"} == {"href"}
    assert [tag for tag, _ in outward if tag != "a"] == []
    assert not re.search(r"url\(|@import", text)
    assert "default-src 'none'; style-src 'sha256-" in text
    assert not {"script", "img", "link", "iframe", "form"} & {tag for tag, _ in day().elements}


def test_every_passage_has_its_mark_and_the_way_back() -> None:
    read = day()
    links = [(attrs["href"] or "")[1:] for tag, attrs in read.elements if tag == "a" and (attrs["href"] or "")[0] == "#"]
    ids = read.ids()

    assert len(ids) == len(set(ids))
    assert set(links) <= set(ids)
    assert {f"e{note.number}" for note in notes_of(issues.issue()).values()} == set(read.ids("mark"))
    assert {name for name in links if name.startswith("c")} == set(read.ids("details"))
    assert read.open == []


def test_every_claim_with_evidence_opens_to_its_quotation() -> None:
    text = page(issues.issue(), issues.DOCUMENTS)
    claims = [claim for claim in issues.issue().claims() if claim.evidence]

    assert text.count('<details class="fact"') == len(claims)
    assert '<b class="figure">18.4K</b>' in text
    assert "抓取 2026-02-11 07:12" in text


def judged(*basis: Evidence) -> str:
    """The page of one item that ends with a judgement drawn from `basis`."""
    item = issues.protocol()
    ours = Section("why", (Claim("要改的是 <探活>。", basis=basis),))
    drawn = replace(item, sections=(*item.sections, ours), writer="qwen <b>")
    return page(issues.issue(drawn), issues.DOCUMENTS)


def test_a_judgement_opens_to_the_passages_it_is_drawn_from() -> None:
    fact = issues.protocol().sections[1].points[0]
    text = judged(*fact.evidence)
    drawn = text[text.index('<details class="drawn">') :]
    drawn = drawn[: drawn.index("</details>")]

    assert "要改的是 &lt;探活&gt;。" in drawn
    assert "<sup>依据 3</sup>" in drawn
    assert f"「{fact.evidence[0].quote}」" in drawn
    assert 'href="#e3"' in drawn
    assert text.count('<details class="fact"') == 5  # the item's three, and what follows up two questions


def test_a_judgement_shows_no_passage_that_no_printed_fact_rests_on() -> None:
    text = judged(issues.proof(issues.SERVER, "QuillServe 0.9"))

    assert '<details class="drawn">' not in text
    assert '<div class="judgement">要改的是 &lt;探活&gt;。</div>' in text


def test_a_model_that_wrote_is_named_beside_the_byline() -> None:
    assert "一手来源 · 发布于 2026-02-10 · 由 qwen &lt;b&gt; 撰写，逐句核对" in judged()
    assert "撰写" not in page(issues.issue(), issues.DOCUMENTS)


def test_the_head_counts_items_sources_and_checked_facts() -> None:
    text = day().text

    assert "2026-02-11 周三" in text
    assert "3 条" in text
    assert "4 个来源" in text
    assert "✓ 已核对 13/13 处事实" in text


def test_facts_that_do_not_hold_are_not_counted_as_checked() -> None:
    changed = {name: replace(one, text=one.text.replace("18.4K", "81.4K")) for name, one in issues.DOCUMENTS.items()}
    text = Reading(page(issues.issue(), changed)).text

    assert "✓" not in text
    assert "已核对 12/13 处事实" in text


def test_hostile_strings_are_inert() -> None:
    hostile = issues.hostile()
    read = Reading(page(hostile, {}))
    tags = {tag for tag, _ in read.elements}

    assert tags == {tag for tag, _ in day().elements} | {"table", "thead", "tbody", "tr", "th", "td"}
    assert not [name for _, attrs in read.elements for name in attrs if name.startswith("on")]
    assert "<script>alert(1)</script>" in read.text
    assert "\u202e" not in read.text


def test_a_refused_link_is_text() -> None:
    for url in issues.BAD_LINKS:
        hrefs = [a.get("href") or "" for tag, a in Reading(page(issues.hostile(url=url), {})).elements if tag == "a"]
        assert all(href.startswith("#") for href in hrefs), url


def test_the_page_shows_the_bare_quotation_where_the_stored_text_is_not_at_hand() -> None:
    read = Reading(page(issues.issue(), {}))

    assert len(read.ids("mark")) == len(notes_of(issues.issue()))


def test_a_day_without_a_fact_has_neither_excerpts_nor_headings_without_a_text() -> None:
    made = issues.issue(issues.adverts())
    quiet = replace(
        made,
        draft=replace(made.draft, items=(), notice="今日无新事。"),
        closing=replace(made.closing, trends=(), watchlist=(), followed=()),
    )
    read = Reading(page(quiet, issues.DOCUMENTS))

    assert "今日无新事。" in read.text
    assert 'class="snapshots"' not in page(quiet, issues.DOCUMENTS)
    assert not {"mark", "article", "h2"} & {tag for tag, _ in read.elements}
    assert "<ol>" not in fragment(quiet)
    assert '<section class="closing">' not in fragment(quiet)


def test_questions_of_today_stand_without_a_word_on_earlier_ones_where_there_are_none() -> None:
    made = issues.issue()
    new = replace(made, closing=replace(made.closing, followed=()))

    assert "拆分模式何时默认开启？" in fragment(new)
    assert "未决问题" in fragment(made)
    assert "未决问题" not in fragment(new)


def test_an_item_without_a_proven_title_or_a_point_in_a_section_leaves_no_empty_box() -> None:
    item = issues.adverts()
    bare = replace(item, title=Claim("未经证实"), sections=(*item.sections, Section("why", ())))
    text = fragment(issues.issue(bare))

    assert "未经证实" in text
    assert '<div class="title-proof">' in fragment(issues.issue(item))
    assert '<div class="title-proof">' not in text
    assert "<h3>为什么重要" not in text


def test_a_line_of_the_caller_s_stands_below_the_byline_of_its_item() -> None:
    made = issues.issue()
    told = list(body(made, lambda claim, text, strong=False: text, lambda item: f"<p>beside {item.story}</p>"))

    for item in made.items:
        opened = next(at for at, line in enumerate(told) if line.startswith("<article") and item.story in line)
        at = told.index(f"<p>beside {item.story}</p>")
        assert opened < at < told.index("</article>", opened)
        assert not any(line.startswith("<section") for line in told[opened:at])


def note(number: int, text: str, start: int, end: int) -> Note:
    source = replace(issues.SERVER, text=text)
    return Note(
        number,
        number,
        replace(issues.proof(source, text[:1]), start=start, end=end, quote=text[start:end]),
        issues.cited(source),
        True,
        False,
    )


def test_an_excerpt_is_a_short_window_cut_at_sentences() -> None:
    text = "".join(f"Sentence number {n} of a long page. " for n in range(200))
    start = text.index("Sentence number 100")
    found = excerpt(replace(issues.SERVER, text=text), [note(1, text, start, start + 34)])

    assert found[0] is GAP
    assert found[-1] is GAP
    before, marked, after = found[1:-1]
    assert marked.text.startswith("Sentence number 100")
    assert before.text.startswith("Sentence number")
    assert after.text.rstrip().endswith("page.")
    assert 0 < len(before.text) <= SIDE_CHARACTERS
    assert 0 < len(after.text) <= SIDE_CHARACTERS


def test_near_passages_share_a_window_and_far_ones_leave_a_gap() -> None:
    text = "".join(f"Line {n:03d}.\n" for n in range(500))
    notes = [note(1, text, 100, 109), note(2, text, 140, 149), note(3, text, 4000, 4009)]
    found = excerpt(replace(issues.SERVER, text=text), notes)

    assert sum(one is GAP for one in found) == 2
    assert "".join(one.text for one in found if 1 in one.begins or 2 in one.begins) == text[100:109] + text[140:149]


def test_passages_within_and_across_each_other_all_get_their_mark() -> None:
    text = "abcdefghij" * 20
    found = excerpt(replace(issues.SERVER, text=text), [note(1, text, 10, 50), note(2, text, 20, 30), note(3, text, 40, 60)])

    assert [sorted(one.begins) for one in found if one.begins] == [[1], [2], [3]]
    assert [sorted(one.ends) for one in found if one.ends] == [[2], [1], [3]]
    assert "".join(one.text for one in found if one.notes) == text[10:60]


def test_a_text_cited_all_over_is_still_not_republished() -> None:
    text = "".join(f"Sentence {n} stands here. " for n in range(300))
    starts = range(0, len(text) - 20, 400)
    found = excerpt(replace(issues.SERVER, text=text), [note(n, text, at, at + 10) for n, at in enumerate(starts)])
    context = sum(len(one.text) for one in found if not one.notes and one is not GAP)

    assert context <= CONTEXT_CHARACTERS


def test_the_whole_text_is_kept_beside_its_passages_and_one_that_does_not_stand_is_not_marked() -> None:
    text = "abcdefghij" * 20
    moved = note(2, text, 20, 30)
    moved = replace(moved, evidence=replace(moved.evidence, quote="elsewhere"))
    source = replace(issues.SERVER, text=text)
    there = note(1, text, 10, 50)
    found = whole(source, [there, moved])

    assert "".join(one.text for one in found) == text
    assert [(one.text, [each.number for each in one.notes]) for one in found if one.notes] == [(text[10:50], [1])]


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` or `#rgb`, WCAG 2.2."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_of_text_stands_out_in_every_theme() -> None:
    """WCAG AA: 4.5 to 1."""
    style = files("deepdaily.render").joinpath("page.css").read_text("utf-8")
    themes = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", block)) for block in re.findall(r":root \{[^}]*\}", style)]
    pairs = [(ink, ground) for ink in ("ink", "soft", "accent", "ours") for ground in ("paper", "card")]
    pairs += [("accent", "wash"), ("paper", "accent"), ("paper", "ours"), ("ink", "mark"), ("lit-ink", "lit")]

    assert len(themes) == 3
    for theme in themes:
        for ink, ground in pairs:
            if ink in theme and ground in theme:
                dark, light = sorted((luminance(theme[ink]), luminance(theme[ground])))
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground, theme)


def test_the_style_is_small_enough_to_go_with_every_page() -> None:
    assert len(files("deepdaily.render").joinpath("page.css").read_bytes()) < 12_000


def pointed(text: str, *, basis: bool = True) -> Issue:
    """One item with a point drawn from its fact."""
    item = issues.protocol()
    drawn = item.sections[1].points[0].evidence if basis else ()
    return issues.issue(replace(item, sections=(Section("point", (Claim(text, basis=drawn),)), *item.sections)))


@pytest.mark.parametrize("text", ["现在就换。", "**粗体** `x` __a__ [b](c)", "A & <b> 涨 9%", "details</strong>"])
def test_the_point_is_bold_and_nothing_else_of_its_item_is(text: str) -> None:
    made = pointed(text)
    whole, told = page(made, issues.DOCUMENTS), fragment(made)

    for shown in (whole, told, page(pointed(text, basis=False), issues.DOCUMENTS)):
        article = shown[shown.index("<article") : shown.index("</article>")]
        bold = re.findall(r"(?s)<strong>(.*?)</strong>", article)
        assert [html.unescape(one) for one in bold] == [text]
        assert article.index("byline") < article.index("<strong>") < article.index("<h3>")
        (before,) = re.findall(r'(?s)class="point">(.*?)<section', article)
        assert before.count("我们的判断") == 1


def test_the_point_of_a_page_opens_to_what_it_is_drawn_from() -> None:
    assert '<div class="point"><details class="drawn"><summary><strong>现在就换。</strong><sup>依据' in page(
        pointed("现在就换。"), issues.DOCUMENTS
    )
    assert '<p class="point"><strong>现在就换。</strong> <small>（我们的判断）</small></p>' in fragment(pointed("现在就换。"))


def test_a_point_that_is_a_fact_is_bold_and_opens_to_its_passage() -> None:
    item = issues.protocol()
    fact = item.sections[1].points[0]
    made = issues.issue(replace(item, sections=(Section("point", (fact,)),)))

    assert '<strong>过渡期 <b class="figure">90</b>' in page(made, issues.DOCUMENTS)
    assert f"<strong>{fact.text}</strong><sup>[" in fragment(made)


def test_sections_bear_their_own_heading_and_advice_is_told_in_lines() -> None:
    text = fragment(issues.issue())

    assert "<h3>性能信号</h3>" in text
    assert "<h3>重要细节</h3>" in text
    assert '先在一个副本上打开拆分</div>\n<ul class="lines">\n<li>看：首个 token 的 p95</li>\n<li>线（我们的建议值）：' in text
    assert issues.ADVICE.text not in text


def test_a_question_is_told_with_its_last_day() -> None:
    assert '（至 2026-03-11，<a href="#s-quillserve-09">1</a>）' in fragment(issues.issue())
