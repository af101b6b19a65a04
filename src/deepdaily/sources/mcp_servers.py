"""An MCP server as a source: the links that a resource of it lists, or that a tool of it finds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from deepdaily.core.errors import SourceError
from deepdaily.core.types import Harvest, SourceKind, Window
from deepdaily.sources.listed_rows import ListPlace, PartFound, as_one, found
from deepdaily.sources.mcp_answers import McpPiece, McpQuestion, kind_of, parse_answer
from deepdaily.sources.offering import parsed

if TYPE_CHECKING:
    from deepdaily.engine import Engine
    from deepdaily.read.fetch import Fetcher

WALL_S = 20.0
"""For starting a server, asking it and hearing it out."""


class McpServer:
    """One question to one server as a source; a piece of its answer that cannot be read costs only itself."""

    kind: SourceKind = "mcp"
    stands_in_for: tuple[str, ...] = ()

    def __init__(
        self, name: str, question: McpQuestion, most: int, fetcher: Fetcher, engine: Engine, wall_s: float = WALL_S
    ) -> None:
        self.name, self._question, self._most, self._wall_s = name, question, most, wall_s
        self._fetcher, self._engine = fetcher, engine
        self._place = ListPlace(name, self.kind, "", "mcp/1")

    async def harvest(self, window: Window) -> Harvest:
        """The pages that the answer lists, in its order, each with what is said of it as a part.

        Raises:
            RateLimited, SourceError, FetchError: no answer, or nothing of it can be read.
        """
        from deepdaily.sources.mcp_asking import asked  # with it comes the SDK of MCP

        question = self._question.of_day(window)
        pieces = await asked(question, self._wall_s)
        if not any(piece.text.strip() for piece in pieces):
            raise SourceError("an empty answer", "ask the server by hand: what does it list today?")
        parts = {
            f"piece {number}": partial(self._one, piece, f"{question.what}{f'#{number}' * (number > 1)}", window)
            for number, piece in enumerate(pieces, 1)
        }
        return await as_one(self.name, self.kind, parts, empty="nothing in the window")

    async def _one(self, piece: McpPiece, called: str, window: Window) -> PartFound:
        snapshot = self._fetcher.received(f"mcp:{self.name}/{called}", kind_of(piece), piece.text.encode("utf-8", "replace"))
        rows = await parsed(self._engine, parse_answer, McpPiece(piece.text, piece.media_type, window))
        return found(rows, self._place, window, snapshot, self._most)
