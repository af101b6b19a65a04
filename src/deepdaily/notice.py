"""The notice on top of an issue: said when a whole kind of source gave nothing, or the rung is not the first."""

from __future__ import annotations

from collections.abc import Sequence

from deepdaily.core.types import Language, Rung, SourceHealth

_RUNGS = {
    "zh": {
        "72h": "过去 24 小时里可写的新闻不足，候选放宽到 72 小时。",
        "7d": "过去 72 小时里可写的新闻不足，候选放宽到 7 天。",
    },
    "en": {
        "72h": "The last 24 hours gave too little; today looks back 72 hours.",
        "7d": "The last 72 hours gave too little; today looks back 7 days.",
    },
}
_KINDS = {
    "zh": {"search": "网页搜索", "hackernews": " Hacker News ", "feed": "订阅源"},
    "en": {"search": "web search", "hackernews": "Hacker News", "feed": "feeds"},
}
_STATES = {
    "zh": {"rate-limited": "被限流（HTTP 429）", "quota-spent": "额度已用完（HTTP 429）"},
    "en": {"rate-limited": "was rate-limited (HTTP 429)", "quota-spent": "has no quota left (HTTP 429)"},
}


def notice_of(health: Sequence[SourceHealth], rung: Rung, language: Language) -> tuple[str, tuple[str, ...]]:
    """The notice on top and its causes for machines: a whole kind of source gave nothing, or the rung is not the first.

    Smaller troubles stay in the run's record (design.md, rule 4).
    """
    parts, causes = [], []
    for kind in ("search", "hackernews", "feed"):
        mine = [one for one in health if one.kind == kind and one.state != "no-key"]
        if not mine or any(one.offers for one in mine) or all(one.state in ("ok", "empty") for one in mine):
            continue
        worst = next(one for one in mine if one.state not in ("ok", "empty"))
        parts.append(_kind_notice(kind, worst, language))
        causes.append(f"{kind}:{worst.source}:{worst.state}")
    if rung != "24h":
        parts.append(_RUNGS[language][rung])
        causes.append(f"rung:{rung}")
    return ("" if language == "zh" else " ").join(parts), tuple(causes)


def _kind_notice(kind: str, worst: SourceHealth, language: Language) -> str:
    name = _KINDS[language][kind]
    if language == "zh":
        state = _STATES["zh"].get(worst.state, "没有应答")
        return f"今日{name}{state}，没有给出候选，改由其余来源补足。"
    state = _STATES["en"].get(worst.state, "did not answer")
    return f"Today {name} {state} and gave no candidates; the other sources make up for it."
