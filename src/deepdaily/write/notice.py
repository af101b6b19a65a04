"""The notice on top of an issue: said when a whole kind of source gave nothing, or the rung is not the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from deepdaily.core.types import Draft, Language, Rung, SourceHealth, SourceKind

_RUNGS = {
    "zh": {
        "72h": "过去 24 小时里可写的新闻不足，候选放宽到 72 小时。",
        "7d": "过去 72 小时里可写的新闻不足，候选放宽到 7 天。",
        "memory": "过去 7 天里可写的新闻不足，其余取自记忆：此前读到而未写的材料，和仍未回答的问题；每条都标明「来自记忆」。",
    },
    "en": {
        "72h": "The last 24 hours gave too little; today looks back 72 hours.",
        "7d": "The last 72 hours gave too little; today looks back 7 days.",
        "memory": "The last 7 days gave too little; the rest is from memory: what was read earlier and not told, and"
        " questions still open. Each such item says so.",
    },
}
NO_MODEL: dict[Language, str] = {
    "zh": "今日没有写作模型应答，各条由内置写手引用原文写成。",
    "en": "No model answered today: the built-in writer wrote every item in its sources' words.",
}
KINDS: Mapping[Language, Mapping[SourceKind, str]] = {
    "zh": {"search": "网页搜索", "hackernews": " Hacker News ", "feed": "订阅源"},
    "en": {"search": "web search", "hackernews": "Hacker News", "feed": "feeds"},
}
_STATES = {
    "zh": {"rate-limited": "被限流（HTTP 429）", "quota-spent": "额度已用完（HTTP 429）"},
    "en": {"rate-limited": "was rate-limited (HTTP 429)", "quota-spent": "has no quota left (HTTP 429)"},
}


def notice_of(health: Sequence[SourceHealth], rung: Rung, language: Language) -> tuple[str, tuple[str, ...]]:
    """The notice on top and its causes for machines: a whole kind of source gave nothing, or the rung is not the first.

    The kinds are those that were asked, the last one in `health` first. Smaller troubles stay in the run's record.
    """
    parts, causes = [], []
    for kind in dict.fromkeys(one.kind for one in reversed(health)):
        mine = [one for one in health if one.kind == kind and one.asked]
        if not mine or any(one.offers for one in mine) or all(one.answered for one in mine):
            continue
        worst = next(one for one in mine if not one.answered)
        parts.append(_kind_notice(kind, worst, language, alone=not any(one.offers for one in health)))
        causes.append(f"{kind}:{worst.source}:{worst.state}")
    if rung != "24h":
        parts.append(_quiet(health, language) if rung == "quiet" else _RUNGS[language][rung])
        causes.append(f"rung:{rung}")
    return ("" if language == "zh" else " ").join(parts), tuple(causes)


def _kind_notice(kind: SourceKind, worst: SourceHealth, language: Language, *, alone: bool) -> str:
    """`alone`: no other source made up for it."""
    name = KINDS[language][kind]
    if language == "zh":
        state = _STATES["zh"].get(worst.state, "没有应答")
        return f"今日{name}{state}，没有给出候选{'。' if alone else '，改由其余来源补足。'}"
    state = _STATES["en"].get(worst.state, "did not answer")
    return f"Today {name} {state} and gave no candidates{'.' if alone else '; the other sources make up for it.'}"


def _quiet(health: Sequence[SourceHealth], language: Language) -> str:
    """What was asked and what came of it."""
    asked = [one for one in health if one.asked]
    well, offers = sum(one.answered for one in asked), sum(one.offers for one in asked)
    if language == "zh":
        return f"今天没有一条可写的新闻：问了 {len(asked)} 个来源，{well} 个正常应答，共给出 {offers} 条线索，没有一条能写成条目。"
    return (
        f"There is no news to tell today: {len(asked)} sources were asked, {well} answered as they should,"
        f" and none of the {offers} links they gave made an item."
    )


def without_model(draft: Draft, failed: int, asked: int) -> Draft:
    """The draft of whose `asked` items no model told `failed`; unchanged where that is none."""
    if not failed:
        return draft
    space = "" if draft.language == "zh" else " "
    notice = space.join(filter(None, (draft.notice, NO_MODEL[draft.language]))) if failed == asked else draft.notice
    return replace(draft, notice=notice, degraded=(*draft.degraded, f"models:{failed} of {asked} items"))
