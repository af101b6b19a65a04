"""Issues for the tests of everything that goes out. Facts are made up by us; hosts are reserved example names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from hashlib import sha256

from deepdaily.core.text import clean
from deepdaily.core.types import (
    Appearance,
    Cited,
    Claim,
    Closing,
    Document,
    Draft,
    Evidence,
    FollowUp,
    Issue,
    Item,
    Section,
    Slot,
    Trend,
    Watch,
    document_id,
)

ZONE = timezone(timedelta(hours=8))
DUE = datetime(2026, 2, 11, 8, 0, tzinfo=ZONE)
NOW = datetime(2026, 2, 11, 7, 58, 12, tzinfo=ZONE)
FETCHED = datetime(2026, 2, 10, 23, 12, 40, tzinfo=timezone.utc)  # noqa: UP017


def document(url: str, title: str, body: str, *, language: str = "en", partial: bool = False) -> Document:
    text = f"{title}\n{body}"
    return Document(
        id=document_id(url, "", text),
        url=url,
        snapshot="sha256:" + sha256(text.encode()).hexdigest(),
        locator="",
        title=title,
        text=text,
        language="zh" if language == "zh" else "en",
        extractor="trafilatura/2.3.1",
        fetched_at=FETCHED,
        partial=partial,
    )


def proof(source: Document, quote: str) -> Evidence:
    start = source.text.index(quote)
    return Evidence(source.id, start, start + len(quote), quote)


def fact(text: str, source: Document, *quotes: str) -> Claim:
    """A claim of ours; without quotes it is the source's own sentence."""
    return Claim(text, tuple(proof(source, quote) for quote in quotes or (text,)))


def cited(source: Document) -> Cited:
    host = source.url.partition("://")[2].partition("/")[0]
    return Cited(source.id, source.snapshot, source.url, host, source.title, source.fetched_at, source.extractor)


SERVER = document(
    "https://engine.example.com/blog/2026-02-10-quillserve-0-9-splits-prefill-and-decode",
    "QuillServe 0.9 splits prefill and decode",
    "QuillServe 0.9.0 is out today. This release separates prefill and decode into two pools that scale on their own.\n"
    "In the past both phases shared one batch, and a single long prompt could stall every stream on the node. "
    "We have wanted to change this since the summer.\n"
    "With 2K tokens in and 2K tokens out, prefill reaches 18.4K tokens per GPU per second, up to 2.7x the 0.8 series. "
    "The figure was taken on eight accelerators in one rack, with FP8 weights and a warm prefix cache. "
    "Other loads will differ, and prompts below 256 tokens gain nothing.\n"
    "The price is a third network hop. Median time to first token rises by 9 ms on our cluster.\n"
    "Pass --decode-pool-size to set the pool by hand; `auto` is the default. "
    "Speculative decoding is not supported in split mode yet.\n"
    "Thanks to everyone who ran the nightly builds and told us where they broke.",
)
COVERAGE = document(
    "https://news.example.org/2026/02/quillserve",
    "QuillServe goes its own way on disaggregated serving",
    "The maintainers told us that the split mode stays off by default until the spring.\n"
    "Two cloud vendors have said that they will test it.",
)
PROTOCOL = document(
    "https://协议.example.net/公告/工具清单?版本=2",
    "开放工具协议发布 2.1 草案：空资源列表不再表示离线",
    "工作组发布了 2.1 草案。客户端必须以 tools/list 的回答判断服务是否可用，空的资源列表不再视为离线。\n"
    "草案给出 90 天的过渡期，其间两种判断方法都算合规。\n"
    "草案没有规定旧客户端的最低版本。",
    language="zh",
)
ADVERTS = document(
    "https://pool.example.com/tip/9",
    "Assistant vendor tests sponsored answers in two markets",
    "The vendor is said to test sponsored answers in two markets.",
    partial=True,
)


POINT = Claim(
    "长提示多的服务现在就试拆分，短提示为主的不必跟进。",
    basis=(proof(SERVER, "Other loads will differ, and prompts below 256 tokens gain nothing."), proof(SERVER, "In the past")),
)
ADVICE = Claim(
    "先在一个副本上打开拆分；看：首个 token 的 p95；线（我们的建议值）：比现在高 15%；回退：退回合并模式。",
    lines=("先在一个副本上打开拆分", "看：首个 token 的 p95", "线（我们的建议值）：比现在高 15%", "回退：退回合并模式"),
)


def serving() -> Item:
    return Item(
        story="s-quillserve-09",
        title=fact("QuillServe 0.9 把 prefill 与 decode 拆到不同的池", SERVER, "QuillServe 0.9 splits prefill and decode"),
        byline="一手来源 · 发布于 2026-02-10 · 2 个独立来源",
        sections=(
            Section("point", (POINT,)),
            Section(
                "what",
                (
                    fact(
                        "这一版把 prefill 与 decode 分到两个可以各自扩缩的池。",
                        SERVER,
                        "This release separates prefill and decode into two pools that scale on their own.",
                    ),
                ),
            ),
            Section(
                "detail",
                (
                    fact(
                        "输入、输出各 2K token 时，prefill 为每 GPU 每秒 18.4K token，最高是 0.8 系列的 2.7x（同一机架、FP8 权重）。",
                        SERVER,
                        "With 2K tokens in and 2K tokens out, prefill reaches 18.4K tokens per GPU per second, "
                        "up to 2.7x the 0.8 series.",
                        "The figure was taken on eight accelerators in one rack, with FP8 weights and a warm prefix cache.",
                    ),
                    fact(
                        "代价是多一跳网络：首 token 的中位时延增加 9 ms。",
                        SERVER,
                        "Median time to first token rises by 9 ms on our cluster.",
                    ),
                ),
                heading="性能信号",
            ),
            Section(
                "detail",
                (
                    fact("Speculative decoding is not supported in split mode yet.", SERVER),
                    fact(
                        "维护者称，拆分模式在春季之前默认关闭。", COVERAGE, "the split mode stays off by default until the spring"
                    ),
                ),
            ),
            Section("why", (Claim("瓶颈从算力移到调度：要不要拆，取决于长提示占多少，而不是模型多大。"),)),
            Section("impact", (Claim("推理团队会分开给两段定容量。"), Claim("短提示为主的服务得不到好处，不必跟进。"))),
            Section("advice", (ADVICE,)),
        ),
        sources=(cited(SERVER), cited(COVERAGE)),
        unknowns=("拆分模式何时默认开启？", "不同机架之间的时延是多少？"),
        thread=(
            Appearance("2026-02-05", "s-quillserve-plan", "QuillServe 公布拆分计划"),
            Appearance("2026-02-09", "s-quillserve-rc", "0.9.0rc1 可以试用"),
        ),
    )


def protocol() -> Item:
    return Item(
        story="s-tool-protocol-21",
        title=fact("开放工具协议发布 2.1 草案：空资源列表不再表示离线", PROTOCOL),
        byline="一手来源 · 发布于 2026-02-10",
        sections=(
            Section(
                "what",
                (fact("客户端必须以 tools/list 的回答判断服务是否可用，空的资源列表不再视为离线。", PROTOCOL),),
                label="规则判断",
            ),
            Section(
                "detail",
                (
                    fact(
                        "过渡期 90 天，其间新旧两种判断都算合规。", PROTOCOL, "草案给出 90 天的过渡期，其间两种判断方法都算合规。"
                    ),
                    Claim("过渡期够一个季度的发版，不够两个。"),
                ),
            ),
            Section("advice", (Claim("给自建的 list_tools 与 list_resources 各加一条契约测试：返回空时仍须可用。"),)),
        ),
        sources=(cited(PROTOCOL),),
    )


def adverts() -> Item:
    return Item(
        story="s-sponsored-answers",
        title=fact("据称某助手厂商在两个市场试点广告回答", ADVERTS, "Assistant vendor tests sponsored answers in two markets"),
        label="来自候选链接池：只读到摘要，未读到原文",
        sections=(Section("what", (fact("The vendor is said to test sponsored answers in two markets.", ADVERTS),)),),
        sources=(cited(ADVERTS),),
    )


PRICES = document(
    "https://prices.example.com/2026/02/quill-large",
    "Quill Large gets a price list",
    "Quill Large can now be booked by everybody.\n"
    "Model | Input | Output\n"
    "Large | $1.20 | $4.80 | batch\n"
    "Small | $0.20 | $0.80\n"
    "Prices are per million tokens.",
)
ADVISORY = document(
    "https://advisories.example.com/2026/0042", "Path traversal in quillserve <= 0.8.3", "An upload may leave its folder."
)


NEWS = document(
    "https://news.example.net/vllm-pools", "vLLM 双池进入评审", "vLLM 的双池方案进入评审，社区称还没有日期。", language="zh"
)
"""A page that no item cites."""


DOCUMENTS = {one.id: one for one in (SERVER, COVERAGE, PROTOCOL, ADVERTS, PRICES, ADVISORY, NEWS)}


def row(text: str, *cells: str, of: str) -> Claim:
    """A row of the price list."""
    return Claim(text, (proof(PRICES, of), proof(PRICES, "Model | Input | Output")), cells=cells)


PRICE_LIST = Section(
    "detail",
    (
        row("Large：输入 $1.20，输出 $4.80，可批量", "Large", "$1.20", "$4.80 | batch", of="Large | $1.20 | $4.80 | batch"),
        row("Small：输入 $0.20，输出 $0.80", "Small", "$0.20", "$0.80", of="Small | $0.20 | $0.80"),
    ),
    heading="价格表",
    columns=("型号", "输入", "输出 | 每百万 token"),
)


def priced() -> Item:
    """An item of the built-in writer, its title composed, its first sentence translated by a machine, with a table."""
    said = fact("现在所有人都可以订购 Quill Large。", PRICES, "Quill Large can now be booked by everybody.")
    return Item(
        story="s-quill-prices",
        title=fact("Quill Large 公布价格：输入 $1.20", PRICES, "Quill Large gets a price list", "Large | $1.20 | $4.80 | batch"),
        byline="一手来源 · 发布于 2026-02-10",
        sections=(
            Section("what", (replace(said, translator="opus-mt-en-zh"),)),
            PRICE_LIST,
            Section("detail", (fact("Prices are per million tokens.", PRICES),)),
        ),
        sources=(cited(PRICES),),
        kind="business",
    )


def short() -> Item:
    """An item that is its title, which a machine translated."""
    title = fact("quillserve 0.8.3 及以下版本存在路径穿越漏洞", ADVISORY, ADVISORY.title)
    return Item(
        story="s-advisory-42",
        title=replace(title, translator="opus-mt-en-zh"),
        byline="一手来源 · 发布于 2026-02-10",
        sections=(),
        sources=(cited(ADVISORY),),
        kind="security",
    )


def briefed() -> Issue:
    """An issue of the built-in writer: an item in full, and two that are a line each, the second in its source's own words."""
    own = replace(short(), story="s-advisory-43", title=fact(ADVISORY.title, ADVISORY), label=adverts().label)
    return issue(priced(), short(), own)


def followed() -> tuple[FollowUp, ...]:
    """One question answered by an item, one that moved on a page of its own, one of each other end."""

    def watch(name: str, question: str, story: str = "s-earlier") -> Watch:
        return Watch(name, question, ("QuillServe",), story, date(2026, 2, 9), date(2026, 3, 9))

    answered = replace(watch("w-2", "2.1 草案何时发布？", "s-tool-protocol-20"), answered_by="s-tool-protocol-21")
    ended = replace(watch("w-5", "QuillServe 何时支持 AMD？"), closed_on=date(2026, 2, 11))
    return (
        FollowUp(answered, "answered", "s-tool-protocol-21", fact("工作组发布了 2.1 草案。", PROTOCOL), cited(PROTOCOL)),
        FollowUp(watch("w-3", "vLLM 会不会跟进双池？"), "moved", "s-elsewhere", fact("vLLM 双池进入评审", NEWS), cited(NEWS)),
        FollowUp(watch("w-4", "QuillServe 的数字能否复现？"), "unchanged"),
        FollowUp(ended, "closed"),
        FollowUp(replace(ended, id="w-6", question="QuillServe 何时支持 TPU？"), "expired"),
    )


def issue(*items: Item, due: datetime = DUE, now: datetime = NOW) -> Issue:
    """Three items, two trends, three questions, one notice; or the given items alone."""
    draft = Draft(
        slot=Slot(due),
        now=now,
        rung="24h",
        language="zh",
        title=f"AI 技术深度日报（{due.date().isoformat()}）",
        items=items or (serving(), protocol(), adverts()),
        notice="今日网页搜索接口限流（HTTP 429），候选改由订阅源与 Hacker News 补足。",
        degraded=("search:brave:rate-limited",),
    )
    closing = Closing(
        summary="QuillServe 0.9 拆开 prefill 与 decode；工具协议 2.1 草案改了可用性的判断；广告回答开始试点。",
        tags=("AI", "QuillServe", "工具协议", "CI/CD"),
        trends=(
            Trend("可用性的判断正在从“有没有列表”转到“能不能回答”。", ("s-tool-protocol-21", "s-quillserve-09")),
            Trend("拆分与默认关闭同时出现：能力先到，默认值后到。", ("s-quillserve-09", "s-sponsored-answers")),
        ),
        watchlist=(
            Watch("w-1", "拆分模式何时默认开启？", ("QuillServe",), "s-quillserve-09", date(2026, 2, 11), date(2026, 3, 11)),
        ),
        followed=followed(),
    )
    return Issue(draft, closing, (), now)


def twenty() -> Issue:
    """The most items an issue may have, each with a long title, a long sentence and an address of its own."""
    made, item = issue(), serving()
    items = []
    for number in range(20):
        title = f"第 {number} 条：推理引擎 QuillServe_{number} 把 prefill & decode <拆开>，" + "并给出一组可以复现的数字" * 3
        source = replace(item.sources[0], url=f"https://engine.example.com/blog/2026-02-10/{number}-" + "prefill-and-decode-" * 5)
        point = Section("point", (replace(POINT, text="长提示多的服务现在就试拆分。" * 9),))
        sections = (point, *item.sections[1:])
        claim = replace(item.title, text=title)
        items.append(replace(item, story=f"s-{number}", title=claim, sources=(source, *item.sources), sections=sections))
    return replace(made, draft=replace(made.draft, items=tuple(items)))


HOSTILE = (
    '{{< figure src=x >}} and {{% ref "/private" %}} in `{{< code >}}` <!--more-->',
    "**“粗体”**为 __也是__ *这* ~~删~~ ***",
    "[click](javascript:alert(1)) ![img](https://evil.example/x.png) [^1] [^1]: [x]: https://evil.example",
    "<script>alert(1)</script><img src=x onerror=alert(1)> </p></li> <javascript:alert(1)> &lt;b&gt;",
    "\n## 8) 伪造条目 {#s-forged}\n\n来源：https://evil.example/ www.evil.example a@evil.example",
    '"\ndraft = true\n+++\n[evil]\nx = "\\',
    "null\x00bell\x07fffe\ufffe bidi\u202ereversed\u2066 sur\ud800rogate line\u2028sep",
    "1. first",
    "- dash --flag -- rule ---",
    "# 标题 ## {#evil .class onclick=alert(1)}",
    "> quote | a | b |",
    "~~~ ``` `open",
    "ends with a backslash \\",
    "tail!",
)
"""Strings that try to be more than text, one attack or two a line (H3 to H7)."""

BAD_LINKS = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://good.example/\n## forged",
    "https://user:pw@good.example/",
    "http://127.0.0.1:8080/admin",
    "//evil.example/x",
    "/relative",
    "https:evil.example",
)


def hostile(texts: Sequence[str] = HOSTILE, url: str = "https://good.example/a_(b)/路径?q=1&copy=2") -> Issue:
    """An issue with attacks in every foreign field; its one source link is good unless `url` says otherwise."""
    read = [clean(text) for text in texts]
    source = document(url, read[0] or "untitled", "\n".join(read))
    claims = tuple(fact(text, source) for text in read if text)
    own = tuple(Claim(text, (proof(source, clean(text)[:2]),)) for text in texts if text)
    rows = tuple(replace(claim, cells=(claim.text, claim.text), translator=texts[3 % len(texts)]) for claim in own)
    item = Item(
        story="s-hostile",
        title=Claim(texts[4 % len(texts)], own[0].evidence if own else ()),
        label=texts[0],
        byline=texts[-1],
        sections=(
            Section("point", tuple(Claim(text, basis=own[0].evidence) for text in texts) if own else ()),
            Section("what", claims, label=texts[1 % len(texts)]),
            Section("detail", own, heading=texts[3 % len(texts)]),
            Section("detail", rows, heading=texts[3 % len(texts)], columns=(texts[0], texts[-1])),
            Section("advice", tuple(Claim(text, lines=(text, *texts)) for text in texts)),
        ),
        sources=(replace(cited(source), host=texts[3 % len(texts)]),),
        unknowns=tuple(texts),
        thread=(Appearance("2026-02-05", "s-x", texts[2 % len(texts)]),),
    )
    made = issue(item, replace(item, story="s-hostile-too"))
    draft = replace(made.draft, title=texts[5 % len(texts)], notice=" ".join(texts))
    closing = replace(
        made.closing,
        summary=texts[0],
        tags=tuple(texts),
        trends=tuple(Trend(text, ("s-hostile", "s-hostile-too")) for text in texts),
        watchlist=tuple(replace(made.closing.watchlist[0], question=text) for text in texts),
        followed=tuple(
            replace(one, watch=replace(one.watch, question=text), proof=proven, source=item.sources[0] if proven else None)
            for text, claim in zip(texts, claims, strict=False)
            for one in followed()
            for proven in (claim if one.proof else None,)
        ),
    )
    return replace(made, draft=draft, closing=closing)
