"""What one message of each chat may hold, and how often one may be sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple


class Limits(NamedTuple):
    """The row of one service."""

    counted: Literal["bytes", "characters", "utf-16"]
    """What it counts: bytes of UTF-8, characters of Unicode, or units of UTF-16."""
    most: int
    """Of a message's text; of Feishu's and DingTalk's whole request."""
    per_minute: int
    """Messages."""
    blocks: int = 0
    """Most blocks of a message, where it consists of blocks."""

    def size(self, text: str) -> int:
        """`text` as the service counts it."""
        if self.counted == "bytes":
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) if self.counted == "characters" else len(text.encode("utf-16-le", "surrogatepass")) // 2

    @property
    def pause_s(self) -> float:
        """Between two messages, so that the minute's number is never passed."""
        return 60 / self.per_minute


LIMITS: Mapping[str, Limits] = {
    "feishu": Limits("bytes", 18_000, 100, blocks=190),
    "slack": Limits("characters", 2_900, 60, blocks=45),
    "wecom": Limits("bytes", 4_000, 20),
    "dingtalk": Limits("bytes", 18_000, 20),
    "telegram": Limits("utf-16", 4_000, 20),
    "discord": Limits("utf-16", 4_000, 30),
}
"""Each a little below what the service's documentation allows (2026), the rest being for wrapping and signature.

Feishu: a request of 20 KB, 100 messages a minute, 200 elements a card. Slack: 3,000 characters of a section's text, 50 blocks,
one message a second. WeCom: 4,096 bytes of Markdown, 20 a minute. DingTalk: about 20,000 bytes, 20 a minute. Telegram: 4,096
UTF-16 units when its entities are parsed, one a second, 20 a minute in a group. Discord: 4,096 of an embed's description, 6,000 of
all embeds, 30 a minute; it does not say how it counts, and UTF-16 is the stricter way.
"""
