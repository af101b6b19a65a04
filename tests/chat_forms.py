"""What a reader of a chat sees of its messages, by each service's own rules, and what is wrong with them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from deepdaily.core.types import Issue, Shape
from deepdaily.render.dingtalk import dingtalk_messages
from deepdaily.render.discord import discord_messages
from deepdaily.render.feishu import cards
from deepdaily.render.foreign import safe_link
from deepdaily.render.slack import slack_messages
from deepdaily.render.telegram import telegram_messages
from deepdaily.render.wecom import wecom_messages

LINK = "https://blog.example.com/posts/2026-02-11/"


@dataclass(frozen=True)
class Seen:
    """Of one message: what is read, and where its links lead."""

    text: str
    links: Sequence[str]


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text, self.links, self.open = "", list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("b", "a"), tag
        self.open.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _telegram(message: Mapping[str, Any]) -> Seen:
    read = _Html()
    read.feed(message["text"])
    assert read.open == []
    return Seen(read.text.replace("\u2060", ""), read.links)


def _markdown(text: str, undo: Callable[[str], str]) -> Seen:
    """Links with their label, `**` and heads of lines are markup; what is left is undone."""
    links = [address for _, address in re.findall(r"(?<!\\)\[((?:\\.|[^\[\]\\])*)\]\(([^()\s]*)\)", text)]
    bare = re.sub(r"(?<!\\)\[((?:\\.|[^\[\]\\])*)\]\([^()\s]*\)", r"\1", text)
    bare = re.sub(r"(?<!\\)\*\*|^### |^ *- ", "", bare, flags=re.M)
    return Seen(undo(bare), links)


_NARROW = str.maketrans({chr(ord(sign) + 0xFEE0): sign for sign in "*`~_<(&#>+-[]"})


def narrowed(text: str) -> str:
    return text.translate(_NARROW)


def _without_backslashes(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text).replace("\u200b", "")


def _feishu(message: Mapping[str, Any]) -> Seen:
    card = message["card"]
    texts = [one["content"] for one in card["body"]["elements"] if one["tag"] == "markdown"]
    buttons = [way["default_url"] for one in card["body"]["elements"] for way in one.get("behaviors", ())]
    seen = _markdown("\n\n".join(texts), html.unescape)
    return Seen(card["header"]["title"]["content"] + "\n" + seen.text, [*seen.links, *buttons])


def _slack(message: Mapping[str, Any]) -> Seen:
    texts, links = list[str](), list[str]()
    for block in message["blocks"]:
        for one in (*block.get("elements", ()), *([block["text"]] if "text" in block else ())):
            if one["type"] == "mrkdwn":
                links += [html.unescape(url) for url in re.findall(r"<([^|>]*)[|>]", one["text"])]
                texts.append(narrowed(html.unescape(re.sub(r"<[^|>]*\|?([^>]*)>", r"\1", one["text"]))))
            else:
                assert "<" not in one["text"]
                texts.append(html.unescape(one["text"]))
    return Seen("\n".join(texts), links)


@dataclass(frozen=True)
class ChatForm:
    """A chat: its messages, what is seen of one, and what its service says is too much (2026)."""

    messages: Callable[..., list[dict[str, Any]]]
    seen: Callable[[Mapping[str, Any]], Seen]
    within: Callable[[Mapping[str, Any]], bool]


def _bytes(message: Mapping[str, Any]) -> int:
    return len(json.dumps(message, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _within_slack(message: Mapping[str, Any]) -> bool:
    most = {"header": 150, "section": 3000, "context": 3000}
    sizes = [(one["type"], len(one["text"]["text"])) for one in message["blocks"] if "text" in one]
    return len(message["blocks"]) <= 50 and all(size <= most[kind] for kind, size in sizes)


def _within_discord(message: Mapping[str, Any]) -> bool:
    (embed,) = message["embeds"]
    return _units(embed["title"]) <= 256 and _units(embed["description"]) <= 4096


CHATS: Mapping[str, ChatForm] = {
    "slack": ChatForm(slack_messages, _slack, _within_slack),
    "feishu": ChatForm(cards, _feishu, lambda one: _bytes(one) <= 20_000 and len(one["card"]["body"]["elements"]) <= 200),
    "wecom": ChatForm(
        wecom_messages,
        lambda one: _markdown(one["markdown"]["content"], narrowed),
        lambda one: len(one["markdown"]["content"].encode()) <= 4096,
    ),
    "dingtalk": ChatForm(
        dingtalk_messages,
        lambda one: _markdown(one["markdown"]["text"].replace("  \n", "\n"), narrowed),
        lambda one: _bytes(one) <= 20_000,
    ),
    "telegram": ChatForm(telegram_messages, _telegram, lambda one: _units(_telegram(one).text) <= 4096),
    "discord": ChatForm(
        discord_messages,
        lambda one: Seen(
            _without_backslashes(one["embeds"][0]["title"])
            + "\n"
            + _markdown(one["embeds"][0]["description"], _without_backslashes).text,
            _markdown(one["embeds"][0]["description"], str).links,
        ),
        _within_discord,
    ),
}


def troubles(issue: Issue, shape: Shape) -> Iterator[str]:
    """What is wrong with the messages of the issue in any chat."""
    known = {link for source in issue.sources() if (link := safe_link(source.url))} | {LINK}
    for name, chat in CHATS.items():
        sent = chat.messages(issue, shape, LINK)
        seen = [chat.seen(one) for one in sent]
        yield from (f"{name}: message {part} is too large" for part, one in enumerate(sent, 1) if not chat.within(one))
        links = [link for one in seen for link in one.links]
        yield from (f"{name}: {link} is no link of the issue" for link in links if link not in known)
        if LINK not in seen[-1].links:
            yield f"{name}: the end does not lead to the issue"
        if shape != "headline" and not {safe_link(item.sources[0].url) for item in issue.items} <= set(links):
            yield f"{name}: a link is missing"
        if shape == "headline" and len(sent) > 1:
            yield f"{name}: more than one message"
