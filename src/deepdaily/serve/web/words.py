"""The reader's own words, beside those of an issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deepdaily.core.types import Language


@dataclass(frozen=True, slots=True)
class SiteWords:
    """One language's words. Those with `{}` are filled by `str.format`."""

    own_name: str
    """The language's name for itself, as a link to it says."""
    site: str
    newest: str
    earlier: str
    later: str
    days: str
    watch: str
    search: str
    board: str
    feeds: str
    timeline: str
    timeline_hint: str
    told: str
    new_facts: str
    nothing_new: str
    passage: str
    passage_hint: str
    raw: str
    partial: str
    back_to_day: str
    watch_states: Mapping[str, str]
    asked: str
    expires: str
    moved_in: str
    no_watch: str
    search_for: str
    search_go: str
    found: str
    found_none: str
    search_hint: str
    outcomes: Mapping[str, str]
    numbers: str
    strip: str
    funnel: str
    funnel_steps: Mapping[str, str]
    stages: str
    totals: str
    sources: str
    models: str
    tokens: str
    columns: Mapping[str, str]
    """Heads of the board's tables."""
    no_run: str
    feeds_hint: str
    whole_feed: str
    twins: str
    seen: str
    seen_report: str
    seen_below: str
    empty_title: str
    empty: str
    missing_title: str
    missing: str
    refused: str
    trouble: str
    not_kept: str
    verdicts: Mapping[str, str]
    """What a reader can say of an item, by the decision's kind."""
    desk: str
    desk_hint: str
    no_decision: str
    decisions: Mapping[str, str]
    take_back: str


SITE: Mapping[Language, SiteWords] = {
    "zh": SiteWords(
        own_name="中文",
        site="本站",
        newest="今日",
        earlier="前一期",
        later="后一期",
        days="换一天",
        watch="关注",
        search="搜索",
        board="运行",
        feeds="订阅",
        timeline="时间线",
        timeline_hint="同一件事在各期中的报道，最新在前；每期只列当时新增的事实。",
        told="共报道 {} 次",
        new_facts="新增事实",
        nothing_new="没有新增的事实。",
        passage="所引原文",
        passage_hint="以下是我们抓取并保存的全文；标亮处是本期引用的段落。",
        raw="看原始快照（纯文本）",
        partial="未读到原文：这只是订阅源或搜索给出的摘要。",
        back_to_day="回到 {} 期",
        watch_states={
            "open": "待观察",
            "moved": "有进展",
            "answered": "已有答案",
            "closed": "已关闭",
            "expired": "已到期",
        },
        asked="提出",
        expires="到期",
        moved_in="进展见",
        no_watch="还没有要关注的问题。",
        search_for="要找的词",
        search_go="搜索",
        found="“{}”：{} 条",
        found_none="没有找到“{}”。换一个更短的词试试；每个词都要出现在同一条里。",
        search_hint="中文两个字起即可，例如“微调”“推理”；多个词用空格隔开。",
        outcomes={
            "published": "正常发布",
            "degraded": "降级发布",
            "none": "未发布",
            "running": "未完成",
            "dry": "试运行",
        },
        numbers="看数字",
        strip="最近 {} 期",
        funnel="漏斗（{}）",
        funnel_steps={
            "offers": "线索",
            "candidates": "候选",
            "documents": "已读正文",
            "stories": "事件",
            "untold": "未报道过",
            "items": "入选",
        },
        stages="各阶段用时（{}）",
        totals="每期总用时",
        sources="来源（{}）",
        models="模型用量（每期 token）",
        tokens="{} token",
        columns={
            "day": "日期",
            "outcome": "结果",
            "rung": "窗口",
            "items": "条数",
            "seconds": "用时（秒）",
            "causes": "原因",
            "source": "来源",
            "kind": "类型",
            "state": "状态",
            "offers": "线索数",
            "message": "说明",
            "step": "步骤",
            "count": "数量",
            "stage": "阶段",
            "calls": "调用",
            "failed": "失败",
            "prefill": "prefill",
            "cached": "缓存命中",
            "decode": "decode",
            "cost": "费用",
            "first_token": "首 token 中位（秒）",
        },
        no_run="还没有运行过。",
        feeds_hint="给阅读器和程序的同一份内容。",
        whole_feed="最近各期全文",
        twins="每一期另有 Markdown 与 JSON 两种写法",
        seen="另外看到（{}）",
        seen_report="第 {} 条的另一篇报道",
        seen_below="得分 {}，低于最后入选的 {}",
        empty_title="还没有日报",
        empty="运行 deepdaily run 写出第一期，或用 deepdaily demo 看示例。",
        missing_title="没有这一页",
        missing="这个地址下没有内容：也许日期写错了，或者那一天没有日报。",
        refused="这个请求不被接受。",
        trouble="数据读不出来：{}",
        not_kept="没能存下来：{}",
        verdicts={"useful": "有用", "useless": "没用"},
        desk="编辑台",
        desk_hint="以下决定有效，影响之后各期的选题；每一条都可以撤回。",
        no_decision="现在没有有效的决定。",
        decisions={
            "pin": "置顶",
            "ban": "不选",
            "merge": "同一件事",
            "split": "不是一件事",
            "close": "不再关注",
            "useful": "有用",
            "useless": "没用",
        },
        take_back="撤回",
    ),
    "en": SiteWords(
        own_name="English",
        site="This site",
        newest="Today",
        earlier="Earlier issue",
        later="Later issue",
        days="Other days",
        watch="Watchlist",
        search="Search",
        board="Board",
        feeds="Feeds",
        timeline="Timeline",
        timeline_hint="What each issue told of this story, newest first; only the facts that were new on that day.",
        told="told {} times",
        new_facts="New facts",
        nothing_new="No new facts.",
        passage="The passage cited",
        passage_hint="The whole text as we fetched and kept it; what this issue cites is marked.",
        raw="the raw snapshot (plain text)",
        partial="The page was not read: this is only what a feed or a search said of it.",
        back_to_day="back to the issue of {}",
        watch_states={
            "open": "open",
            "moved": "moved",
            "answered": "answered",
            "closed": "closed",
            "expired": "expired",
        },
        asked="asked",
        expires="expires",
        moved_in="see",
        no_watch="No question is being watched yet.",
        search_for="Words to look for",
        search_go="Search",
        found="“{}”: {} found",
        found_none="Nothing has “{}”. Try a shorter word; all words must stand in one item.",
        search_hint="Chinese words of two characters are found, too; blanks separate words.",
        outcomes={
            "published": "published",
            "degraded": "degraded",
            "none": "not published",
            "running": "unfinished",
            "dry": "dry run",
        },
        numbers="the numbers",
        strip="The last {} runs",
        funnel="Funnel ({})",
        funnel_steps={
            "offers": "offers",
            "candidates": "candidates",
            "documents": "documents",
            "stories": "stories",
            "untold": "untold",
            "items": "items",
        },
        stages="Time of each stage ({})",
        totals="Time of each run",
        sources="Sources ({})",
        models="Models (tokens of each run)",
        tokens="{} tokens",
        columns={
            "day": "day",
            "outcome": "outcome",
            "rung": "window",
            "items": "items",
            "seconds": "seconds",
            "causes": "causes",
            "source": "source",
            "kind": "kind",
            "state": "state",
            "offers": "offers",
            "message": "message",
            "step": "step",
            "count": "count",
            "stage": "stage",
            "calls": "calls",
            "failed": "failed",
            "prefill": "prefill",
            "cached": "cached",
            "decode": "decode",
            "cost": "cost",
            "first_token": "first token, median (s)",
        },
        no_run="Nothing has run yet.",
        feeds_hint="The same text for feed readers and programs.",
        whole_feed="the recent issues, whole",
        twins="Every issue is there as Markdown and as JSON, too",
        seen="Also seen ({})",
        seen_report="another report of item {}",
        seen_below="score {}, below {} of the last chosen",
        empty_title="No issue yet",
        empty="Write the first with deepdaily run, or look at the sample day with deepdaily demo.",
        missing_title="No such page",
        missing="Nothing is kept under this address: the date may be mistyped, or that day had no issue.",
        refused="This request is not accepted.",
        trouble="The store cannot be read: {}",
        not_kept="This could not be kept: {}",
        verdicts={"useful": "useful", "useless": "not useful"},
        desk="Desk",
        desk_hint="These decisions hold and shape the issues to come; each can be taken back.",
        no_decision="No decision holds now.",
        decisions={
            "pin": "pinned",
            "ban": "banned",
            "merge": "one story",
            "split": "two stories",
            "close": "closed",
            "useful": "useful",
            "useless": "not useful",
        },
        take_back="take back",
    ),
}
