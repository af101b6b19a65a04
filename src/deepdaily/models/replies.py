"""What every shape of a reply is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core.core_schema import CoreSchema, no_info_before_validator_function

from deepdaily.core.text import clean, squeeze

Line = Annotated[str, AfterValidator(lambda text: squeeze(clean(text))), Field(max_length=600)]
"""One visible line: a reply can hold escapes for what nobody sees."""


@dataclass(frozen=True, slots=True)
class First:
    """A list that is too long is cut: what comes first is what the model thinks most of. Its schema says how many there may be."""

    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self._cut, handler(source))

    def _cut(self, found: Any) -> Any:
        return found[: self.most] if isinstance(found, list) else found

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | {"maxItems": self.most}


def _numbers(found: object) -> object:
    """Small models write "[3]", "3, 4" or a lone 3 where a list of numbers is asked for."""
    parts = found if isinstance(found, list) else [found]
    if not all(isinstance(part, int | str) for part in parts):
        return found
    read = [number for part in parts for number in re.findall(r"\d{1,6}", str(part))]
    return [int(one) for one in read] if read or not parts else found


Numbers = Annotated[list[int], BeforeValidator(_numbers), First(30)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        """Small models write null for what they leave out."""
        return {key: value for key, value in given.items() if value is not None} if isinstance(given, dict) else given


Ids = Annotated[list[Annotated[str, Field(max_length=8)]], First(20)]
