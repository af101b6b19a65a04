"""A card as PNG, where the renderer is installed and there are letters to draw it with."""

from __future__ import annotations

from functools import lru_cache

from deepdaily.core.types import Language

_PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"><text x="2" y="28" font-size="26">{}</text></svg>'
_LETTERS = {"zh": "中文"}


@lru_cache(maxsize=8)
def png_of(svg: str, language: Language) -> bytes | None:
    """The picture; None where `deepdaily[card]` is not installed, no font has the language's letters, or it cannot be drawn."""
    return _drawn(svg) if can_draw(language) else None


@lru_cache(maxsize=4)
def can_draw(language: Language) -> bool:
    """Whether a PNG can be made of a text in `language` on this machine."""
    drawn = [_drawn(_PROBE.format(letters)) for letters in ("", _LETTERS.get(language, "ab"))]
    return None not in drawn and drawn[0] != drawn[1]


def _drawn(svg: str) -> bytes | None:
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        return None
    try:
        return bytes(svg_to_bytes(svg_string=svg))
    except (ValueError, RuntimeError):
        return None
