"""What every table of the settings has in common."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no time zone {name!r}; write one like Asia/Shanghai or UTC") from error
    return name


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
