"""Where a model is and how it is reached: what the settings say of one, with its key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from deepdaily.settings.model_tables import is_loopback

FIRST_S, LOCAL_FIRST_S = 120.0, 300.0
"""To the first token where the settings name no time: one on this machine may have to be loaded, and reads 100 tokens a second."""

NEXT_S, LOCAL_NEXT_S = 30.0, 60.0
"""Between two tokens. A stream that moves is not cut."""

WHOLE = 3
"""A whole reply that is not streamed may take so many times the time to a first token."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A model by its address, its name there and its key."""

    name: str
    """In the settings."""
    model: str
    """At the endpoint."""
    endpoint: str
    """Empty for Anthropic's own."""
    key: str = field(default="", repr=False)
    kind: Literal["openai", "anthropic"] = "openai"
    stream: bool = True
    params: Mapping[str, Any] = field(default_factory=dict)
    """Merged into the body; the word "null" takes a field away."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_s: float | None = None
    """To the first token."""
    think: bool | None = None
    """None: as the model does by itself."""
    layers: str = ""
    """What it is made of, in free words: what another engine or other weights said is not this one's reply."""

    @property
    def identity(self) -> str:
        """Where and what it is, and what is sent beside the prompt."""
        thinks = {None: "", True: "think", False: "quiet"}[self.think]
        more = json.dumps(dict(self.params), sort_keys=True, ensure_ascii=False) if self.params else ""
        return " ".join(filter(None, (self.kind, self.endpoint, self.model, more, thinks, self.layers)))

    @property
    def first_s(self) -> float:
        given = self.timeout_s or (LOCAL_FIRST_S if self.local else FIRST_S)
        return given if self.stream else WHOLE * given

    @property
    def next_s(self) -> float:
        return max(LOCAL_NEXT_S if self.local else NEXT_S, (self.timeout_s or 0) / 2)

    @property
    def local(self) -> bool:
        return bool(self.endpoint) and is_loopback(self.endpoint)
