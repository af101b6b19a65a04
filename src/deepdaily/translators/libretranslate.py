"""A server that speaks LibreTranslate's protocol: `POST /translate` with lines, answered by as many."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from urllib.parse import urlsplit

from deepdaily.core.errors import ModelBusy, ModelError, ReplyBroken
from deepdaily.core.types import Language
from deepdaily.models.faults import Refusal, of_connection
from deepdaily.models.wire import FAULTS, client, sent
from deepdaily.translators import parts_of

MOST_AT_ONCE, MOST_TOGETHER = 20, 1_900
"""Lines and characters of a request: public servers take 2,000 characters."""


class LibreTranslate:
    """A server at an address; the key goes in the body, as the protocol wants it."""

    def __init__(self, url: str, key: str = "") -> None:
        self._url, self._key = url.rstrip("/"), key
        self.name = f"LibreTranslate ({urlsplit(url).hostname})"

    async def translate(self, lines: Sequence[str], source: Language, target: Language, wall_s: float) -> list[str]:
        """A request a part, one behind the other; what is late is left empty. Raises ModelError where the first one fails."""
        told = [""] * len(lines)
        try:
            async with asyncio.timeout(wall_s):
                for part in parts_of(lines, MOST_AT_ONCE, MOST_TOGETHER):
                    for place, text in zip(part, await self._said([lines[one] for one in part], source, target), strict=True):
                        told[place] = text
        except TimeoutError as error:
            if not any(told):
                raise ModelBusy(f"no answer in {wall_s:.0f} s") from error
        except ModelError:
            if not any(told):
                raise
        return told

    async def _said(self, lines: Sequence[str], source: Language, target: Language) -> list[str]:
        asked = {"q": list(lines), "source": source, "target": target, "format": "text"}
        asked |= {"api_key": self._key} if self._key else {}
        try:
            async with client(self._url) as web, sent(web, f"{self._url}/translate", asked, {}) as answer:
                if answer.status != 200:
                    raise Refusal.of(answer.status, await answer.words(), answer.headers, self._key).fault()
                told = json.loads("\n".join([line async for line in answer.lines()]))["translatedText"]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise ReplyBroken("not what the protocol of /translate promises") from error
        except FAULTS as error:
            raise of_connection(error, self._url) from error
        if not isinstance(told, list) or len(told) != len(lines) or not all(isinstance(one, str) for one in told):
            raise ReplyBroken(f"{len(lines)} lines asked, and not as many answered")
        return told
