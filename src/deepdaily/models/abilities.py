"""What was learnt of a model behind its address: what it refuses, its window, whether it thinks.

It is kept, so that a second run starts right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from deepdaily.store import Store

KEPT_DAYS = 30
"""Then it is learnt anew: servers are updated, limits raised."""

BYTES_A_TOKEN = 3.35
"""Of a prompt whose model has counted nothing yet: the middle of 2.5 and 4.5, by which tokenizers of today part ways, so that
an estimate is at most 1.35 times off."""


class Abilities:
    """Names with values, all text; empty where nothing is known."""

    def __init__(self, known: Mapping[str, str] | None = None, keep: Callable[[str, str], None] = lambda name, value: None) -> None:
        self._known, self._keep = dict(known or {}), keep

    @classmethod
    def kept(cls, store: Store, identity: str, today: date) -> Abilities:
        """Those in the store."""
        known = store.abilities(identity, today - timedelta(days=KEPT_DAYS))
        return cls(known, lambda name, value: store.keep_ability(identity, name, value, today))

    def of(self, name: str) -> str:
        return self._known.get(name, "")

    def number(self, name: str) -> float | None:
        try:
            return float(self.of(name))
        except ValueError:
            return None

    def learn(self, name: str, value: str) -> None:
        if self.of(name) != value:
            self._known[name] = value
            self._keep(name, value)

    @property
    def window(self) -> int | None:
        """Tokens of prompt and reply together, as an endpoint told or showed."""
        found = self.number("window")
        return int(found) if found else None

    def learn_window(self, tokens: int) -> None:
        if not self.window or tokens < self.window:
            self.learn("window", str(tokens))

    @property
    def bytes_a_token(self) -> float:
        """Of its prompts, as it counted them."""
        return self.number("bytes a token") or BYTES_A_TOKEN

    def learn_bytes_a_token(self, prompt_bytes: int, tokens: int) -> None:
        """Half of the new and half of the old, rounded so that the store is not written at every call."""
        now = min(8.0, max(1.0, prompt_bytes / max(1, tokens)))
        known = self.number("bytes a token")
        mean = (known + now) / 2 if known else now
        if not known or abs(mean - known) > 0.05 * known:
            self.learn("bytes a token", f"{mean:.2f}")

    def shorten_tokens(self) -> None:
        """A prompt had more tokens than was thought: a sixth more are reckoned with."""
        self.learn("bytes a token", f"{max(1.0, 0.86 * self.bytes_a_token):.2f}")

    @property
    def left_out(self) -> frozenset[str]:
        """Fields of a request that it refuses."""
        return frozenset(self.of("left out").split())

    def leave_out(self, field: str) -> None:
        self.learn("left out", " ".join(sorted(self.left_out | {field})))
