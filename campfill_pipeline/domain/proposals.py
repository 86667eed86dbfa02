"""Proposals: what the columns of an unknown list may be, by their headers and first values. Never applied unasked.

Belongs here: the words that houses use for columns, and how sure a column is. Does not belong here: finding the rows of
a file (`intake/process/proposing.py`), the sheet on which a person corrects a proposal (`intake/receipt`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from campfill_pipeline.domain.cells import CellKind, is_blank
from campfill_pipeline.domain.columns import normal_header
from campfill_pipeline.domain.list_descriptions import COLUMN_KEYS, Dates, Ids, KindBy
from campfill_pipeline.domain.names import NOT_SET
from campfill_pipeline.domain.numbers import BUDGET, CPM, GOAL, read_number
from campfill_pipeline.language import currencies

IGNORED: Final = "ignore"
"""What a column means that is not read."""
CHOICES: tuple[str, ...] = (*COLUMN_KEYS, IGNORED)
SURE, LIKELY, DOUBTFUL, UNKNOWN = SURENESS = "sure", "likely", "doubtful", "not known"
SAMPLES = 3
_OFF = Decimal("0.02")

_WORDS: Mapping[str, str] = {
    "id": (
        "line item id|lineitem id|id|deal id|deal-id|campaign id|campaign-id|kampagnen-id"
        "|kampagnen id|auftrags-id|auftragsnummer|auftragsnr|auftragsnr.|auftrags-nr|auftrags-nr."
        "|auftrag nr.|kampagnennr"
        "|kampagnennr.|kampagnen-nr|kampagnen-nr.|order id|order number|kampagnennummer|werbebuchungs-id|nummer|nr"
        "|kennung|buchungsnummer|identifiant|id campagne|identifiant campagne|n° campagne|numéro"
        "|numéro de campagne|référence|ref|booking id|booking number|reference|deal/campaign id"
        "|id campaña|id de campaña|id de la campaña|id de pedido|número de pedido|id de línea"
        "|id campagna|id ordine|numero ordine|id riga|campagne-id|campagne id|ordernummer"
        "|regel-id|regelitem-id|regelnummer|boekingsnummer|order-id"
        "|identificador|código|id línea|número de línea|numéro de ligne|id ligne|code campagne|codice"
        "|identificativo|numero riga"
    ),
    "name": (
        "name|line item|line item name|campaign|campaign name|deal|deal name|kampagne"
        "|kampagnenname|name der kampagne|werbebuchung|bezeichnung|titel|title|nom"
        "|nom de la campagne|nom de campagne|campagne|intitulé|libellé|deal/campaign name"
        "|campaña|nombre|nombre de campaña|nombre de la campaña|campagna|nome|nome campagna"
        "|nome della campagna|campagnenaam|naam|campagne naam"
    ),
    "start": (
        "start|start date|startdate|startdatum|beginn|von|from|flight start|begin|date de début"
        "|début|du|start time|line item start date"
        "|fecha de inicio|inicio|desde|data inizio|data di inizio|inizio|dal"
        "|startdatum campagne|begindatum|van|vanaf"
    ),
    "end": (
        "end|end date|enddate|ende|enddatum|bis|to|until|flight end|date de fin|fin|au|end time"
        "|line item end date"
        "|fecha de fin|fecha de finalización|hasta|data fine|data di fine|fine|al|einddatum|tot"
        "|t/m"
    ),
    "runtime": (
        "runtime|laufzeit|zeitraum|kampagnenzeitraum|flight|flight dates|période|periode|dates|diffusion"
        "|periodo|período|vigencia|periodo campagna|looptijd"
    ),
    "goal": (
        "goal|impression goal|impressions|ziel|zielmenge|kontakte|kontaktziel|volumen"
        "|ad impressions|ais|booked impressions|gebuchte impressions|menge|objectif"
        "|objectif d’impressions|objectif d'impressions|impressions garanties|volume|quantity|qty"
        "|units|impressionsziel|goal quantity|contracted quantity|impressions commandées"
        "|objetivo|objetivo de impresiones|impresiones contratadas|impresiones reservadas"
        "|impresiones garantizadas|obiettivo|obiettivo impression|impression prenotate"
        "|impressioni prenotate|impression garantite|doel|aantal impressies|geboekte impressies"
        "|impressiedoel|doelimpressies"
    ),
    "budget": (
        "budget|netto|nettobudget|budget netto|auftragswert|net|montant|cost|net budget"
        "|budget net|gesamtbudget"
        "|presupuesto|importe|importe neto|importo|importo netto|nettobedrag|bedrag"
    ),
    "cpm": (
        "cpm|tkp|tausenderkontaktpreis|rate|price|preis|cpm net|tkp netto|coût pour mille"
        "|prix pour mille|prix cpm|rate (cpm)|cpm netto"
        "|precio cpm|tarifa cpm|prezzo cpm|cpm netto|cpm-prijs|cpm prijs"
    ),
    "buyer": (
        "buyer|kunde|agentur|agency|advertiser|werbekunde|werbetreibender|client|annonceur"
        "|acheteur|agence|customer|käufer|einkäufer"
        "|anunciante|cliente|agencia|inserzionista|agenzia|adverteerder|klant|bureau"
    ),
    "currency": ("currency|währung|devise|cur|monnaie|moneda|divisa|valuta"),
    "status": ("status|state|stand|zustand|statut|état|line item status|bookingstatus|estado|stato"),
    "price_type": (
        "cost type|price type|preismodell|abrechnungsart|kostentyp|modèle de prix|ratetype"
        "|mode d’achat|mode d'achat"
        "|modelo de compra|modello di acquisto"
    ),
    "goal_type": (
        "goal type|unit type|goal unit|line item unit type|line item goal type|zieltyp|zieleinheit"
        "|type d'objectif|type d’objectif|tipo de objetivo|tipo di obiettivo|doeltype"
    ),
}
_BY_WORD = {normal_header(word): key for key, words in _WORDS.items() for word in words.split("|")}
_LONGEST_WORD = max(map(len, _BY_WORD))
_UUID = re.compile(r"\{?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\}?")
_ISO = re.compile(r"[0-9]{4}([-/])[0-9]{1,2}\1[0-9]{1,2}")
_DOTS = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{4}|[0-9]{2})")
_SLASHES = re.compile(r"(?<![0-9/-])([0-9]{1,2})[/-]([0-9]{1,2})[/-](?:[0-9]{4}|[0-9]{2})")
_NUMBER = re.compile(r"[^0-9]{0,4}[0-9][0-9.,' \u00a0\u202f]*(?:[eE]\+?[0-9]+)?[^0-9]{0,5}")
_CANCELLED = re.compile(r"cancel|stornier|annul|archiv|gestrichen|abgesagt|entfällt|anulad|geannuleerd", re.I)
_IN_THOUSANDS = re.compile(
    r"\(0?[.,']?000s?\)|'000|\b(?:tsd|tausend|thousands?|milliers|miles(?!\s*(?:&|and|und|y))|migliaia|duizend(?:en)?"
    r"|k(?!\s*[.&+/]\s*\w)|mio|mln|millionen|millions?|teur)\b|\bt€|\bk€",
    re.I,
)
_IN_PARTS = re.compile(r"\b(?:micros?|millionths?|cents?)\b", re.I)
"""What a header says where its figures are not the amounts themselves: `Impressions (000)`, `CPM (micros)`."""
_ONE_OF_SEVERAL = ("id", "goal", "cpm", "budget")
"""Where several columns may be the one, a person must look."""
_MAY_BE_DELIVERED = frozenset(
    ("impressions", "ad impressions", "ais", "impresiones", "kontakte", "units", "volume")
)
"""Headers that stand for what was booked as often as for what was delivered."""
_IMPRESSIONS = re.compile(r"impres", re.I)
_BY_THE_THOUSAND = re.compile(r"\b(?:cpm|tkp|vcpm)\b", re.I)
_STARTS = re.compile(r"\b(?:von|vom|from|start|starts|begin|beginn|ab|du|début|debut)\b|start|beginn")
_ENDS = re.compile(r"\b(?:bis|to|until|end|ends|ende|au|fin)\b|(?:end|ende)(?:date|datum)")
_DEAL = re.compile(r"\bdeal", re.I)
_CAMPAIGN = re.compile(r"campaign|kampagne|campagne|line ?item|werbebuchung", re.I)


def is_other_header(texts: Iterable[str]) -> bool:
    """Whether cells are the header of a list in other words: an id, a goal, a price and a runtime, or its start."""
    keys = {_BY_WORD.get(normal_header(text)) for text in texts if len(text) <= _LONGEST_WORD}
    return {"id", "goal", "cpm"} <= keys and bool(keys & {"runtime", "start"})


@dataclass(frozen=True, slots=True)
class Sampled:
    """A column as found: its header, and the text and kind of the cells of its first rows."""

    header: str
    cells: tuple[tuple[str, int], ...]

    @property
    def texts(self) -> list[str]:
        """What its cells say, blanks left out."""
        return [text.strip() for text, _ in self.cells if not is_blank(text)]


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """What a column may mean (a key of `COLUMN_KEYS`, or `IGNORED`), how sure that is, and values to judge it by."""

    header: str
    means: str
    sure: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """How an unknown list may be read. A setting that is '' must be given by a person."""

    place: str
    columns: tuple[ProposedColumn, ...]
    settings: tuple[tuple[str, str], ...]


def key_of(header: str) -> str | None:
    """The key of the column that a header is a known word for, in whatever currency; or None."""
    return _BY_WORD.get(_plain(header))


def _plain(header: str) -> str:
    return normal_header(currencies.without(header)).rstrip(".:(-[ ")


_KEY_OF_FIELD = {
    "name": "name", "runtime": "runtime", "impression_goal": "goal", "budget_eur": "budget", "cpm_eur": "cpm",
    "id": "id", "buyer": "buyer",
}  # fmt: skip


def header_in_other_words(field: str, headers: Iterable[str]) -> str | None:
    """Of these headers the one that other houses write for this field, or that has such a word in it; else None."""
    wanted = [word for word, key in _BY_WORD.items() if key == _KEY_OF_FIELD.get(field)]
    names = [(header, normal_header(header)) for header in headers if len(header) <= 2 * _LONGEST_WORD]
    whole = next((header for header, plain in names if plain in wanted), None)
    if whole is not None:
        return whole
    within = "|".join(re.escape(word) for word in sorted(wanted, key=len, reverse=True) if len(word) >= 3)
    pattern = re.compile(rf"(?<!\w)(?:{within})(?!\w)") if within else None
    return next((header for header, plain in names if pattern is not None and pattern.search(plain)), None)


def score(headers: Iterable[str]) -> int:
    """How many different fields a row of texts names: what tells a header row."""
    return len({key for header in headers if (key := key_of(header)) is not None})


def propose(place: str, name: str, columns: Sequence[Sampled]) -> Proposal:
    """The proposal for a table with these columns. `name` is what its description may be called."""
    guessed = _booked(columns, [_guess(column) for column in columns])
    taken: dict[str, int] = {}
    for wanted in (SURE, LIKELY, DOUBTFUL):
        for index, (means, sure) in enumerate(guessed):
            if sure == wanted and means != IGNORED:
                taken.setdefault(means, index)
    if "start" in taken and "end" in taken:
        taken.pop("runtime", None)
    rivals = {
        key for key in _ONE_OF_SEVERAL if sum(means == key for means, sure in guessed if sure == SURE) > 1
    }
    guessed = [(means, DOUBTFUL if means in rivals else sure) for means, sure in guessed]
    status, price = _column(columns, taken, "status"), _column(columns, taken, "price_type")
    cancelled = sorted({text for text in status if _CANCELLED.search(text)})
    by_thousand = sorted({text for text in price if _BY_THE_THOUSAND.search(text)})
    if not cancelled:
        taken.pop("status", None)
    if not price:
        taken.pop("price_type", None)
    goal_types = _column(columns, taken, "goal_type")
    in_impressions = sorted({text for text in goal_types if _IMPRESSIONS.search(text)})
    if not goal_types:
        taken.pop("goal_type", None)
    proposed = [
        ProposedColumn(
            column.header,
            means if taken.get(means) == index else IGNORED,
            sure if taken.get(means) == index else UNKNOWN,
            tuple(dict.fromkeys(column.texts))[:SAMPLES],
        )
        for index, (column, (means, sure)) in enumerate(zip(columns, guessed, strict=True))
    ]
    settings = {
        "name": name,
        "dates": _dates(
            [column for key in ("start", "end", "runtime") for column in _column(columns, taken, key)],
            columns,
            taken,
        ),
        "ids": _ids(_column(columns, taken, "id")),
        "currency": "" if "currency" in taken else _currency(columns, taken),
        "kind": _kind(columns, taken),
        "words for campaign": "",
        "words for deal": "",
        "words for cancelled": "; ".join(cancelled),
        "words for a price of 1,000": "; ".join(by_thousand),
        "words for a goal of impressions": "; ".join(in_impressions),
        "buyer of all lines": "" if "buyer" in taken else NOT_SET,
    }
    return Proposal(place, tuple(proposed), tuple(settings.items()))


def _booked(columns: Sequence[Sampled], guessed: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Where goal ÷ 1,000 × CPM is the budget in every row seen, impressions are those that were booked, for sure."""
    read: dict[str, list[Decimal | None]] = {}
    for column, (means, _) in zip(columns, guessed, strict=True):
        rule = {"goal": GOAL, "cpm": CPM, "budget": BUDGET}.get(means)
        if rule is not None:
            read.setdefault(means, [read_number(text, kind, rule, None).value for text, kind in column.cells])
    rows = list(zip(read.get("goal", ()), read.get("cpm", ()), read.get("budget", ()), strict=False))
    proven = bool(rows) and all(
        goal and cpm and budget and abs(budget - goal * cpm / 1000) <= _OFF * goal * cpm / 1000
        for goal, cpm, budget in rows
    )
    return [
        (means, SURE if proven and means == "goal" and sure == DOUBTFUL and _fits(means, column) else sure)
        for column, (means, sure) in zip(columns, guessed, strict=True)
    ]


def _column(columns: Sequence[Sampled], taken: Mapping[str, int], key: str) -> list[str]:
    return columns[taken[key]].texts if key in taken else []


def _guess(column: Sampled) -> tuple[str, str]:
    """The key that a column may be, and how sure that is."""
    key = key_of(column.header)
    if key is not None and _plain(column.header) in _MAY_BE_DELIVERED:
        return key, DOUBTFUL
    if key is not None:
        return key, SURE if _fits(key, column) else DOUBTFUL
    plain = _plain(column.header)
    if _fits("start", column):
        for key, pattern in (("end", _ENDS), ("start", _STARTS)):
            if pattern.search(plain):
                return key, LIKELY
    for word, key in sorted(_BY_WORD.items(), key=lambda pair: -len(pair[0])):
        if len(word) >= 4 and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", plain) and _fits(key, column):
            return (IGNORED, UNKNOWN) if is_scaled(key, column.header) else (key, LIKELY)
    if column.texts and all(_UUID.fullmatch(text) for text in column.texts):
        return "id", LIKELY
    return IGNORED, UNKNOWN


def is_scaled(key: str, header: str) -> bool:
    """Whether a header says that its figures are thousands or parts of what the field holds (goal, cpm or budget)."""
    thousands = key in ("goal", "budget") and _IN_THOUSANDS.search(header)
    return bool(thousands or (key in ("cpm", "budget") and _IN_PARTS.search(header)))


def _fits(key: str, column: Sampled) -> bool:
    """Whether the values of a column can be what its header says."""
    texts = column.texts
    if key in ("start", "end"):
        return bool(texts) and all(
            kind == CellKind.DATE or is_blank(text) or _date(text) or text.strip().upper() == "ASAP"
            for text, kind in column.cells
        )
    if key == "runtime":
        return bool(texts) and all(_two_dates(text) for text in texts)
    if key in ("goal", "cpm", "budget"):
        return all(_NUMBER.fullmatch(text) for text in texts)
    if key == "id":
        return bool(texts) and len(set(texts)) == len(texts)
    if key == "currency":
        return bool(texts) and all(text.casefold() in currencies.every_word() for text in texts)
    return bool(texts)


def _two_dates(text: str) -> bool:
    dates = sum(len(pattern.findall(text)) for pattern in (_ISO, _DOTS, _SLASHES))
    return dates == 2 or (dates == 1 and text.strip().upper().startswith("ASAP"))


def _date(text: str) -> bool:
    return any(pattern.match(text.strip()) for pattern in (_ISO, _DOTS, _SLASHES))


def _dates(texts: Sequence[str], columns: Sequence[Sampled], taken: Mapping[str, int]) -> str:
    """The order of the dates, where the values leave no doubt."""
    kinds = {kind for key in ("start", "end") if key in taken for _, kind in columns[taken[key]].cells}
    slashed = [pair for text in texts for pair in _SLASHES.findall(text)]
    if any(_DOTS.search(text) for text in texts):
        return str(Dates.GERMAN)
    if slashed:
        first, second = (max(int(pair[at]) for pair in slashed) for at in (0, 1))
        if first > 12 >= second:
            return str(Dates.BRITISH)
        return str(Dates.US) if second > 12 >= first else ""
    if any(_ISO.match(text) for text in texts) or CellKind.DATE in kinds:
        return str(Dates.ISO)
    return ""


def _ids(texts: Sequence[str]) -> str:
    return str(Ids.UUID if texts and all(_UUID.fullmatch(text) for text in texts) else Ids.TEXT)


def _currency(columns: Sequence[Sampled], taken: Mapping[str, int]) -> str:
    money = [columns[taken[key]] for key in ("cpm", "budget") if key in taken]
    told = [column.header for column in money] + [text for column in money for text in column.texts]
    named = set().union(*map(currencies.named_in, told))
    return (named.pop() or "") if len(named) == 1 else ""


def _kind(columns: Sequence[Sampled], taken: Mapping[str, int]) -> str:
    if NOT_SET in _column(columns, taken, "buyer"):
        return str(KindBy.BUYER)
    headers = " ".join(columns[taken[key]].header for key in ("id", "name") if key in taken)
    deal, campaign = bool(_DEAL.search(headers)), bool(_CAMPAIGN.search(headers))
    if deal == campaign:
        return ""
    return str(KindBy.DEAL if deal else KindBy.CAMPAIGN)
