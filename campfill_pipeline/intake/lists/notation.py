"""A list description as TOML: read with every fault told by place, reason and mend.

Belongs here: the notation and its checks. Does not belong here: where the files lie (`shelf.py`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from campfill_pipeline.domain.columns import normal_header
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.kinds import LineKind
from campfill_pipeline.domain.list_descriptions import (
    COLUMN_KEYS,
    PRESENT,
    Dates,
    Days,
    Ids,
    KindBy,
    ListDescription,
    own_namespace,
    word,
)
from campfill_pipeline.language import currencies

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_KEYS: Mapping[str, frozenset[str]] = {
    "": frozenset(
        (
            "name",
            "source",
            "ignore",
            "optional",
            "columns",
            "id",
            "flight",
            "goal",
            "money",
            "kind",
            "fixed",
            "status",
            "document",
        )
    ),
    "columns": frozenset(COLUMN_KEYS),
    "id": frozenset(("type", "namespace")),
    "flight": frozenset(("dates", "days")),
    "goal": frozenset(("types",)),
    "money": frozenset(("currency", "price_types")),
    "kind": frozenset(("by", "words")),
    "fixed": frozenset(("name", "goal", "cpm", "buyer")),
    "status": frozenset(("cancelled",)),
    "document": frozenset(("rows",)),
}
Choice = TypeVar("Choice", bound=StrEnum)
OF_THE_HOME = "home"
"""The word below [money] for a list that says no currency: its money is in that of the home, whatever it is."""
_NEEDED = ("id", "name", "goal", "cpm", "buyer")


class DescriptionError(CampfillError):
    """A list description cannot be used. `place` says where in it."""

    def __init__(self, file: str, place: str, reason: str, mend: str) -> None:
        self.file, self.place = file, place
        super().__init__(f"The list description {file} cannot be used: {place}: {reason}.", mend)


def read_description(text: str, file: str) -> ListDescription:
    """The description that a TOML text holds; `file` is only named in errors. Raises DescriptionError."""
    return _Reader(file).read(text)


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file

    def _fault(self, place: str, reason: str, mend: str) -> DescriptionError:
        return DescriptionError(self._file, place, reason, mend)

    def read(self, text: str) -> ListDescription:
        try:
            plain = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self._fault(
                "its notation", str(error), "Write it as TOML; docs/lists.md shows one."
            ) from error
        self._only_known(plain)
        name = self._text(plain, "", "name")
        if not _NAME.fullmatch(name) or name == PRESENT:
            raise self._fault(
                "name",
                f"“{name}” cannot be its name",
                "Use small letters, digits and _, beginning with a letter.",
            )
        parts = {part: self._table(plain, part) for part in _KEYS if part}
        columns = self._columns(parts["columns"])
        fixed = {COLUMN_KEYS[key]: self._text(parts["fixed"], "fixed", key) for key in parts["fixed"]}
        self._complete(columns, fixed)
        kind, kinds = self._kind(parts["kind"], columns, fixed)
        ids = self._choice(parts["id"], "id", "type", Ids, Ids.UUID)
        return ListDescription(
            name=name,
            source=self._text(plain, "", "source", ""),
            columns=columns,
            ids=ids,
            namespace=self._namespace(parts["id"], name),
            dates=self._dates(parts["flight"], columns),
            days=self._choice(parts["flight"], "flight", "days", Days, Days.LOCAL),
            currency=self._currency(parts["money"], columns),
            kind=kind,
            kinds=kinds,
            fixed=fixed,
            ignore=self._texts(plain, "", "ignore"),
            optional=self._optional(plain),
            cancelled=self._words(parts["status"], "status", "cancelled", columns, "status"),
            price_types=self._words(parts["money"], "money", "price_types", columns, "price_type"),
            goal_types=self._words(parts["goal"], "goal", "types", columns, "goal_type"),
            document="document" in plain,
            rows=self._text(parts["document"], "document", "rows", "") or None,
        )

    def _only_known(self, plain: Mapping[str, Any]) -> None:
        for part, keys in _KEYS.items():
            table = plain if not part else plain.get(part, {})
            unknown = sorted(set(table) - keys) if isinstance(table, dict) else []
            if unknown:
                place = f"[{part}] {unknown[0]}" if part else unknown[0]
                raise self._fault(
                    place, "there is no such key", f"Known here are: {', '.join(sorted(keys))}."
                )

    def _table(self, plain: Mapping[str, Any], part: str) -> dict[str, Any]:
        table = plain.get(part, {})
        if not isinstance(table, dict):
            raise self._fault(part, "it is no table", f"Begin it with the line [{part}].")
        return table

    def _text(self, table: Mapping[str, Any], part: str, key: str, default: str | None = None) -> str:
        place = f"[{part}] {key}" if part else key
        value = table.get(key, default)
        if value is None:
            raise self._fault(place, "it is missing", f"Add the line {key} = “…”.")
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self._fault(place, "it is no text", f"Write it between quotation marks: {key} = “…”.")
        return value.strip()

    def _texts(self, table: Mapping[str, Any], part: str, key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            place = f"[{part}] {key}" if part else key
            raise self._fault(place, "it is no list of texts", f"Write {key} = [“…”, “…”].")
        return tuple(one.strip() for one in value)

    def _columns(self, table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        columns: dict[str, tuple[str, ...]] = {}
        owner: dict[str, str] = {}
        for key, field in COLUMN_KEYS.items():
            if key not in table:
                continue
            columns[field] = self._texts(table, "columns", key)
            if not columns[field]:
                raise self._fault(f"[columns] {key}", "it names no header", "Name one, or take the line out.")
            for header in columns[field]:
                other = owner.setdefault(normal_header(header), key)
                if other != key:
                    raise self._fault(
                        f"[columns] {key}",
                        f"“{header}” is a header of “{other}” already",
                        "One header can mean one thing only: take it out of one of the two.",
                    )
        return columns

    def _optional(self, plain: Mapping[str, Any]) -> tuple[str, ...]:
        keys = self._texts(plain, "", "optional")
        for key in keys:
            if key not in ("budget", "currency", "status", "price_type", "goal_type"):
                raise self._fault(
                    "optional",
                    f"“{key}” cannot be missing",
                    "Of budget, currency, status, price_type and goal_type it can be said.",
                )
        if "currency" in keys and not plain.get("money", {}).get("currency"):
            raise self._fault(
                "optional",
                "without that column nothing says the currency",
                "Add currency = “EUR” below [money].",
            )
        return tuple(COLUMN_KEYS[key] for key in keys)

    def _complete(self, columns: Mapping[str, Any], fixed: Mapping[str, str]) -> None:
        for key in _NEEDED:
            field = COLUMN_KEYS[key]
            if field not in columns and field not in fixed:
                mend = f"Add the line {key} = [“its header”]."
                if key != "id":
                    mend = f"Add the line {key} = [“its header”], or {key} = “…” below [fixed]."
                raise self._fault(f"[columns] {key}", "every line needs one", mend)
        one, two = "runtime" in columns, {"start_date", "end_date"} & set(columns)
        if one == bool(two) or len(two) == 1:
            raise self._fault(
                "[columns]",
                "a flight stands either in one column or in two",
                "Name either “runtime”, or “start” and “end”.",
            )

    def _choice(
        self, table: Mapping[str, Any], part: str, key: str, choices: type[Choice], default: Choice
    ) -> Choice:
        value = self._text(table, part, key, default)
        try:
            return choices(value)
        except ValueError:
            known = ", ".join(str(choice.value) for choice in choices)
            raise self._fault(
                f"[{part}] {key}", f"“{value}” is none of its values", f"Use one of: {known}."
            ) from None

    def _namespace(self, table: Mapping[str, Any], name: str) -> UUID:
        given = self._text(table, "id", "namespace", "")
        if not given:
            return own_namespace(name)
        try:
            return UUID(given)
        except ValueError:
            raise self._fault(
                "[id] namespace", f"“{given}” is no UUID", "Write a UUID, or take the line out."
            ) from None

    def _dates(self, table: Mapping[str, Any], columns: Mapping[str, Any]) -> Dates:
        if "dates" not in table:
            raise self._fault(
                "[flight] dates",
                "it is missing, and 03/04/2026 may be in March or in April",
                "Add the line dates = “iso”, “german”, “us” or “british”.",
            )
        return self._choice(table, "flight", "dates", Dates, Dates.ISO)

    def _currency(self, table: Mapping[str, Any], columns: Mapping[str, Any]) -> str | None:
        given = self._text(table, "money", "currency", "")
        if given == OF_THE_HOME:
            self._no_currency_named(columns)
            return currencies.counted_in()
        if given and given not in currencies.CODES:
            raise self._fault(
                "[money] currency", f"“{given}” is no currency", "Write its three letters, like EUR, or home."
            )
        if not given and "currency" not in columns:
            raise self._fault(
                "[money] currency",
                "nothing says in which currency its money is",
                "Add the line currency = “EUR”.",
            )
        for key, field in (("cpm", "cpm_eur"), ("budget", "budget_eur")):
            for header in columns.get(field, ()) if given else ():
                if (named := currencies.named_in(header)) and given not in named and None not in named:
                    raise self._fault(
                        f"[columns] {key}",
                        f"“{header}” names another currency than {given}, the one below [money]",
                        "Write there what its money is in.",
                    )
        return given or None

    def _no_currency_named(self, columns: Mapping[str, Any]) -> None:
        """What counts in the currency of any home names none in its headers; a home's own is known without."""
        for key, field in (("cpm", "cpm_eur"), ("budget", "budget_eur")):
            for header in columns.get(field, ()):
                if currencies.named_in(header):
                    raise self._fault(
                        f"[columns] {key}",
                        f"“{header}” names a currency, and currency = “home” says that there is none in the list",
                        "Write there what its money is in, or the header without it.",
                    )

    def _kind(
        self, table: Mapping[str, Any], columns: Mapping[str, Any], fixed: Mapping[str, str]
    ) -> tuple[KindBy, dict[str, str]]:
        by = self._choice(table, "kind", "by", KindBy, KindBy.BUYER)
        words = table.get("words", {})
        if not isinstance(words, dict) or not set(map(str, words.values())) <= set(LineKind):
            raise self._fault(
                "[kind] words",
                "a word means either “campaign” or “deal”",
                "Write “Its word” = “deal”, one a line.",
            )
        if by is KindBy.COLUMN and ("line_kind" not in columns or not words):
            raise self._fault(
                "[kind] by",
                "the column or its words are missing",
                "Name “kind” below [columns], and its [kind.words].",
            )
        if by is not KindBy.COLUMN and "line_kind" in columns:
            raise self._fault(
                "[columns] kind", "the kind is not by a column", "Write by = “column” below [kind]."
            )
        return by, {word(text): str(kind) for text, kind in words.items()}

    def _words(
        self, table: Mapping[str, Any], part: str, key: str, columns: Mapping[str, Any], field: str
    ) -> tuple[str, ...]:
        words = tuple(map(word, self._texts(table, part, key)))
        column = next(name for name, of in COLUMN_KEYS.items() if of == field)
        if bool(words) != (field in columns):
            raise self._fault(
                f"[{part}] {key}",
                "its words and its column go together",
                f"Name “{column}” below [columns], and these.",
            )
        return words
