"""The fixed words readers see, in both languages: one table, the same fields for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from deepdaily.core.text import CJK
from deepdaily.core.types import Appearance, Language, Section, SectionKind, Watch


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words. Those with `{}` are filled by `str.format`."""

    language: str
    """For `lang`, `xml:lang` and JSON Feed."""
    sections: Mapping[SectionKind, str]
    ours: Mapping[SectionKind, str]
    """What we call a section of judgements."""
    unknowns: str
    trends: str
    watchlist: str
    earlier_watches: str
    watch_moved: str
    notice: str
    sources: str
    title_basis: str
    drawn_from: str
    """Marks a judgement that opens to the passages of the facts it is drawn from."""
    written_by: str
    fetched: str
    carried: str
    ditto: str
    told: str
    this_time: str
    weekdays: tuple[str, ...]
    colon: str
    comma: str
    list_comma: str
    brackets: tuple[str, str]
    items: str
    minutes: str
    hosts: str
    checked: str
    hint: str
    skip: str
    contents: str
    excerpts: str
    excerpts_hint: str
    excerpt: str
    original: str
    back: str
    extractor: str
    made_by: str

    def in_brackets(self, text: str) -> str:
        return text.join(self.brackets)

    def label(self, section: Section) -> str:
        """Whose voice a section is in; empty for plain fact."""
        return section.label or (self.ours[section.kind] if all(point.judgement for point in section.points) else "")

    def quote(self, text: str) -> str:
        """`text` in the quotation marks of its own language."""
        return f"「{text}」" if re.search(f"[{CJK}]", text) else f"“{text}”"

    def day(self, day: date) -> str:
        """The date with its weekday: `2026-02-11 周三`."""
        return f"{day.isoformat()} {self.weekdays[day.weekday()]}"

    def thread(self, earlier: tuple[Appearance, ...], day: str) -> str:
        """How often and when a story was told: `第 2 次报道：02-05 … → 02-11 本期`. Titles are as stored, unescaped."""
        told = [f"{_short_day(one.day, day)} {one.title}" for one in earlier]
        return self.told.format(len(earlier) + 1) + self.colon + " → ".join([*told, f"{day[5:]} {self.this_time}"])

    def watch_status(self, watches: tuple[Watch, ...], day: date) -> str:
        """How many of the questions of earlier days moved; empty when all are of today."""
        earlier = [watch for watch in watches if watch.opened_on < day]
        moved = sum(bool(watch.answered_by) for watch in earlier)
        return self.earlier_watches.format(len(earlier), moved, len(earlier) - moved) if earlier else ""


def _short_day(earlier: str, day: str) -> str:
    return earlier[5:] if earlier[:4] == day[:4] else earlier


WORDS: Mapping[Language, Words] = {
    "zh": Words(
        language="zh-CN",
        sections={
            "what": "是什么",
            "detail": "重要细节",
            "why": "为什么重要",
            "impact": "可能影响",
            "advice": "落地建议",
        },
        ours={
            "what": "我们的判断",
            "detail": "我们的判断",
            "why": "我们的判断",
            "impact": "我们的判断",
            "advice": "我们的建议",
        },
        unknowns="尚不清楚",
        trends="今日趋势",
        watchlist="我接下来会关注什么",
        earlier_watches="此前 {} 条：{} 有进展 · {} 未变。",
        watch_moved="有进展",
        notice="说明",
        sources="来源",
        title_basis="标题依据",
        drawn_from="依据",
        written_by="由 {} 撰写，逐句核对",
        fetched="抓取",
        carried="经订阅源",
        ditto="同上",
        told="第 {} 次报道",
        this_time="本期",
        weekdays=("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
        colon="：",
        comma="，",
        list_comma="、",
        brackets=("（", "）"),
        items="{} 条",
        minutes="约 {} 分钟",
        hosts="{} 个来源",
        checked="已核对 {}/{} 处事实",
        hint="点开任何一句带编号的话，就能看到它所依据的原文。",
        skip="跳到正文",
        contents="本期",
        excerpts="快照摘录",
        excerpts_hint="以下是我们抓取并保存的网页中，被引用的段落及其前后文；标亮处即引文。",
        excerpt="看快照摘录",
        original="打开原文",
        back="回到正文",
        extractor="提取",
        made_by="由 deepdaily 生成：每一处事实都附有它所依据的原文。",
    ),
    "en": Words(
        language="en",
        sections={
            "what": "What it is",
            "detail": "Details that matter",
            "why": "Why it matters",
            "impact": "What may follow",
            "advice": "What to do",
        },
        ours={
            "what": "our view",
            "detail": "our view",
            "why": "our view",
            "impact": "our view",
            "advice": "our advice",
        },
        unknowns="Not yet known",
        trends="Today's trends",
        watchlist="What I will watch next",
        earlier_watches="{} from earlier: {} moved · {} unchanged.",
        watch_moved="moved",
        notice="Note",
        sources="Sources",
        title_basis="title rests on",
        drawn_from="drawn from",
        written_by="written by {}, checked sentence by sentence",
        fetched="fetched",
        carried="by its feed",
        ditto="as above",
        told="Report no. {}",
        this_time="today",
        weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        colon=": ",
        comma=", ",
        list_comma=", ",
        brackets=(" (", ")"),
        items="{} items",
        minutes="about {} min",
        hosts="{} sources",
        checked="{}/{} facts checked",
        hint="Open any numbered sentence to see the passage it rests on.",
        skip="Skip to the text",
        contents="In this issue",
        excerpts="From the snapshots",
        excerpts_hint="The cited passages and what stands around them, in the pages as we fetched and kept them.",
        excerpt="see it in the snapshot",
        original="open the original",
        back="back to the text",
        extractor="extracted by",
        made_by="Made by deepdaily: every fact comes with the passage it rests on.",
    ),
}
