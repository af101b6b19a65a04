"""Titles to vectors that are near where the titles mean the same: an endpoint's or a local model's, kept in the store.

An embedder only improves the grouping: when it fails, the run goes on with the words of the titles, and says so.
"""

from __future__ import annotations

import asyncio
import json
import math
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Protocol, TypeAlias

import httpx2

from deepdaily.core.errors import ModelError, ModelRefused, PromptRefused, ReplyBroken
from deepdaily.core.text import language_of
from deepdaily.core.types import Language, Trouble, Usage
from deepdaily.models.abilities import BYTES_A_TOKEN
from deepdaily.models.faults import Refusal, of_connection
from deepdaily.models.heard import MOST_RAW, counted
from deepdaily.models.ledger import Ledger, most_it_takes, priced
from deepdaily.models.reached import Reached
from deepdaily.models.wire import TooLong, client, sent
from deepdaily.settings.model_tables import Price
from deepdaily.store import Store

Vector: TypeAlias = "array[float]"
"""Of unit length, float32."""

BATCH = 64
"""Texts a call: about 2,000 tokens of titles, within what every known endpoint takes."""

PURPOSE = "embedding"
"""Of its calls in the ledger."""

CALL_S = 60.0
"""Wall of one call; a local model on two cores embeds 75 titles a second."""

MOST_TEXTS = 2_000
"""Titles embedded a run, the most promising first: about 40,000 tokens, half a minute on two cores without a card."""

MOST_CHARS = 500
"""Of one title."""

MOST_DIMENSIONS = 8_192


class Embedder(Protocol):
    """One embedding model."""

    languages: Collection[Language]
    """Those it was trained on: what it makes of another is noise."""

    identity: str
    """Where and what it is: vectors of two identities are not comparable."""

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """A unit vector for each text, in order, all of one length. Raises ModelError."""
        ...


async def embedded(
    titles: Mapping[str, str], embedder: Embedder, store: Store, wall_s: float
) -> tuple[dict[str, Vector], Trouble | None]:
    """By URL the vectors of the first MOST_TEXTS different titles, and what went wrong.

    Titles in a language that the embedder does not know have none. Kept vectors cost no call. Each batch is asked for once; the
    first that fails ends the asking, what came before it counts.

    Args:
        titles: by URL, the most promising first.
    """
    known = [title for title in dict.fromkeys(titles.values()) if language_of(title) in embedder.languages]
    wanted = {text: _key(embedder.identity, text) for text in known[:MOST_TEXTS]}
    kept = store.embeddings(wanted.values())
    found = {text: array("f", kept[key]) for text, key in wanted.items() if key in kept}
    missing, trouble = [text for text in wanted if text not in found], None
    try:
        async with asyncio.timeout(wall_s):
            for at in range(0, len(missing), BATCH):
                batch = missing[at : at + BATCH]
                vectors = await embedder.embed(batch)
                store.keep_embeddings({wanted[text]: one.tobytes() for text, one in zip(batch, vectors, strict=True)})
                found |= zip(batch, vectors, strict=True)
    except ModelError as error:
        trouble = Trouble("embedder", error.advised)
    except TimeoutError:
        trouble = Trouble("embedder", f"only {len(found)} of {len(wanted)} titles in {wall_s:.3g} s")
    return {url: found[title] for url, title in titles.items() if title in found}, trouble


def _key(identity: str, text: str) -> str:
    return sha256(f"{identity}\0{text}".encode()).hexdigest()


def unit(values: Sequence[Any]) -> Vector:
    """The vector at length one. Raises ReplyBroken where it is none."""
    try:
        found = array("f", values)
    except (TypeError, ValueError, OverflowError) as error:
        raise ReplyBroken("an embedding that is no list of numbers") from error
    norm = math.sqrt(sum(value * value for value in found))
    if not (0 < len(found) <= MOST_DIMENSIONS and 0 < norm < math.inf):
        raise ReplyBroken(f"an embedding of {len(found)} numbers that has no direction")
    return array("f", (value / norm for value in found))


# -- an endpoint ------------------------------------------------------------------------------------------------------


class RemoteEmbedder:
    """A model behind an OpenAI-compatible address.

    Args:
        ledger: pays for each call; None where nobody does.
    """

    def __init__(
        self, reached: Reached, languages: Collection[Language], ledger: Ledger | None = None, price: Price | None = None
    ) -> None:
        self._reached, self._ledger, self._price = reached, ledger, price
        self._endpoint = reached.endpoint.rstrip("/")
        self.identity, self.languages = f"openai {self._endpoint} {reached.model}", languages

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """One request, no retry; half as many at a time where the endpoint takes no more."""
        try:
            return _of_one_length(await self._paid([text[:MOST_CHARS] for text in texts]))
        except PromptRefused:
            if len(texts) == 1:
                raise
        half = len(texts) // 2
        return _of_one_length(await self.embed(texts[:half]) + await self.embed(texts[half:]))

    async def _paid(self, texts: Sequence[str]) -> list[Vector]:
        """With its row in the ledger."""
        if self._ledger is None:
            return (await self._asked(texts))[0]
        size = len("".join(texts).encode())
        call = self._ledger.reserve(self._reached.name, PURPOSE, most_it_takes(size + len(texts), 0, self._price))
        if call is None:
            raise ModelRefused(f"what is left of {self._ledger.budget} is too little for a call")
        try:
            vectors, told = await self._asked(texts)
        except ModelError as error:
            free = not isinstance(error, ReplyBroken)
            self._ledger.settle(call, "failed", Usage() if free else None, str(error))
            raise
        usage = replace(counted(told | {"completion_tokens": 1}, size, 0, BYTES_A_TOKEN), decode_tokens=0)
        self._ledger.settle(call, "answered", priced(usage, self._price), told=json.dumps(told)[:MOST_RAW] if told else "")
        return vectors

    async def _asked(self, texts: Sequence[str]) -> tuple[list[Vector], dict[str, Any]]:
        """The vectors in order, and the usage as the endpoint tells it."""
        asked: dict[str, Any] = {"model": self._reached.model, "input": list(texts), "encoding_format": "float"}
        key = self._reached.key
        headers = dict(self._reached.headers) or ({"Authorization": f"Bearer {key}"} if key else {})
        try:
            async with (
                asyncio.timeout(CALL_S),
                client(self._endpoint) as web,
                sent(web, f"{self._endpoint}/embeddings", asked | dict(self._reached.params), headers) as answer,
            ):
                if answer.status != 200:
                    raise Refusal.of(answer.status, await answer.words(), answer.headers, key).fault()
                told = json.loads("\n".join([line async for line in answer.lines()]))
            ordered = {int(row["index"]): unit(row["embedding"]) for row in told["data"]}
            usage = told.get("usage")
            return [ordered[place] for place in range(len(texts))], usage if isinstance(usage, dict) else {}
        except TimeoutError as error:
            raise ReplyBroken(f"no whole answer in {CALL_S:.0f} s") from error
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError, TooLong, ImportError, UnicodeError) as error:
            raise of_connection(error, self._endpoint) from error
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise ReplyBroken("not what the protocol of /embeddings promises") from error


def _of_one_length(vectors: list[Vector]) -> list[Vector]:
    if len({len(one) for one in vectors}) > 1:
        raise ReplyBroken("embeddings of different lengths")
    return vectors


# -- on this machine --------------------------------------------------------------------------------------------------


class LocalEmbedder:
    """A sentence-transformers model from a folder; nothing is fetched."""

    def __init__(self, folder: str, languages: Collection[Language]) -> None:
        self.identity, self.languages = f"sentence-transformers {folder}", languages
        self._folder = folder
        self._model: Any = None

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """In a thread: the run does not stand still meanwhile."""
        return await asyncio.to_thread(self._embed, [text[:MOST_CHARS] for text in texts])

    def _embed(self, texts: list[str]) -> list[Vector]:
        if self._model is None:
            self._model = _loaded(self._folder)
        return _of_one_length([unit(row.tolist()) for row in self._model.encode(texts, show_progress_bar=False)])


def _loaded(folder: str) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ModelRefused("sentence-transformers is not installed", "install deepdaily[embeddings]") from error
    try:
        return SentenceTransformer(folder, device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise ModelRefused(f"no model in {folder}", "name the folder of a downloaded model") from error


class Unusable:
    """An embedder that cannot be asked, and says why."""

    identity = ""
    languages: Collection[Language] = ("zh", "en")

    def __init__(self, reason: str) -> None:
        self._reason = reason

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        raise ModelRefused(self._reason)
