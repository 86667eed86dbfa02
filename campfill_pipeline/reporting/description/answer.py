"""How a description says where rows are in an answer, and how they are written.

Belongs here: keys of `answer` and `error`. Does not belong here: reading bodies (`answers`).
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from campfill_pipeline.reporting.description.part import Part

_STREAMS = ("sse", "event-stream", "event_stream", "text/event-stream", "stream")


class ErrorMark(Part):
    """How an answer of status 200 says that it is an error: the value at `at`, unless it is one of `ok`.

    Without `ok` any value there is an error that is not empty (null, "", 0, false, an empty list or object). `message`
    says where the API's own words are.
    """

    at: str = Field(min_length=1)
    ok: list[str | int | bool] | None = None
    message: str | None = None

    @field_validator("ok", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return [value] if isinstance(value, str | int | bool) else value


class DropRows(Part):
    """Rows that are no report rows: those whose `column` holds one of `values` ("" for nothing), or begins with one of
    `starts`. `total`: their figure is the sum of all other rows, and another sum is an error.
    """

    column: str = Field(min_length=1)
    values: list[str] = Field(default=[])
    starts: list[str] = Field(default=[])
    total: bool = False

    @model_validator(mode="after")
    def _something(self) -> DropRows:
        if not self.values and not all(self.starts or [""]):
            raise ValueError("give `values` (what the column holds) or `starts` (how it begins)")
        return self


class Answer(Part):
    """Where rows are in an answer and how they are written. Gzip and ZIP are recognised by themselves.

    `shape` says what is found at `rows`: a list of objects, a list of arrays whose names are in `header`, an object of
    lists (a column each), or objects within each other by the names in `keys`. `ends`: the rows end where `paging` says
    so, whatever else the answer says of a next page or of more rows. `none_beside`: an answer without `rows` has none,
    if it holds something here. `not_whole_rows`: rows (before `nested` parts them) that say figures are still missing.
    """

    format: Literal["json", "jsonl", "csv"] = "json"
    rows: str = ""
    shape: Literal["objects", "arrays", "columns", "by_key"] = "objects"
    header: str | list[str] | None = None
    keys: list[str] = Field(default=[])
    nested: str | list[str] = Field(default=[])
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8"
    skip_until_header: bool = False
    stop_at: list[str] = Field(default=[])
    drop_rows: list[DropRows] = Field(default=[])
    not_whole_rows: list[DropRows] = Field(default=[])
    ends: bool = False
    none_beside: str | None = Field(default=None, min_length=1)

    @field_validator("format", mode="before")
    @classmethod
    def _no_stream(cls, value: Any) -> Any:
        if isinstance(value, str) and value.lower() in _STREAMS:
            raise ValueError(
                f"{value} is an event stream, which has no end and which campfill does not read: name the request that "
                "answers with JSON or CSV"
            )
        return value

    @field_validator("nested", mode="before")
    @classmethod
    def _levels(cls, value: Any) -> Any:
        return ([value] if value else []) if isinstance(value, str) else value

    @property
    def levels(self) -> tuple[str, ...]:
        """Where each row holds finer rows, level by level."""
        return (self.nested,) if isinstance(self.nested, str) else tuple(self.nested)

    @property
    def plain(self) -> bool:
        """Whether the rows are a list of objects, all of which count."""
        return self.shape == "objects" and not (self.levels or self.drop_rows or self.not_whole_rows)

    @model_validator(mode="after")
    def _fits_format(self) -> Answer:
        if self.format == "json":
            if self.none_beside is not None and not self.rows:
                raise ValueError("answer.none_beside says when `rows` may be missing: name answer.rows, too")
            for key in ("skip_until_header", "stop_at"):
                if getattr(self, key):
                    raise ValueError(f"answer.{key} is for lines of CSV; the format is json: leave it out")
        elif self.none_beside is not None:
            raise ValueError("answer.none_beside looks into JSON documents: leave it out")
        elif self.levels:
            raise ValueError(
                f"answer.nested makes no sense where answer.format is {self.format}: leave it out"
            )
        elif self.shape != "objects":
            raise ValueError(f"answer.shape {self.shape} is for JSON documents; the format is {self.format}")
        if self.format == "jsonl" and (self.skip_until_header or self.stop_at):
            raise ValueError("answer.skip_until_header and stop_at are for CSV: leave them out")
        return self

    @model_validator(mode="after")
    def _not_whole(self) -> Answer:
        if self.not_whole_rows and self.format != "json":
            raise ValueError("answer.not_whole_rows is for JSON documents: leave it out")
        if any(one.total for one in self.not_whole_rows):
            raise ValueError(
                "answer.not_whole_rows names rows that say figures are missing; `total` is for drop_rows"
            )
        return self

    @model_validator(mode="after")
    def _fits_shape(self) -> Answer:
        if self.format == "csv":
            if isinstance(self.header, str):
                raise ValueError("answer.header of a CSV answer is a list of names, for files that have none")
            if self.header and self.skip_until_header:
                raise ValueError(
                    "answer.header is for files without a header, so skip_until_header finds none"
                )
        elif (self.shape == "arrays") != (self.header is not None):
            raise ValueError('answer.header (the names of the columns) and answer.shape "arrays" go together')
        if (self.shape == "by_key") != bool(self.keys):
            raise ValueError('answer.keys (what the keys stand for) and answer.shape "by_key" go together')
        return self
