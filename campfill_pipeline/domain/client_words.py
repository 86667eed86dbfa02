"""What a client's sheet says, in English and German: every sentence of it stands here.

Belongs here: words, and numbers and dates as each language writes them. Does not belong here: what is said of which
line (`client_text`), layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from campfill_pipeline.domain.causes import Cause
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import Language, speaking


@dataclass(frozen=True)
class ClientWords:
    """The words of one language. Braces are filled in by name."""

    language: Language
    title: str
    made: str
    summary: str
    day: str
    site: str
    line: str
    runtime: str
    goal: str
    delivered: str
    fulfilled: str
    state: str
    cpm: str
    value: str
    value_note: str
    budget: str
    impressions: str
    running_total: str
    of_goal: str
    equal_share: str
    missing: str
    lines: str
    by_day: str
    by_site: str
    by_site_and_day: str
    in_the_csv: str
    more_sites: str
    no_site: str
    contract: str
    contract_head: tuple[str, ...]
    corrections: str
    corrections_head: tuple[str, ...]
    no_corrections: str
    files: str
    files_head: tuple[str, ...]
    known: str
    known_head: tuple[str, ...]
    proof: str
    checks: tuple[str, ...]
    chart: str
    states: dict[str, str]
    not_covered: str
    from_csv: str
    from_api: str
    text_head: str
    text_all_well: str
    text_what_ended: str
    text_what_live: str
    text_since: str
    text_since_start: str
    text_evidence: dict[str, str]
    text_hours: str
    text_weakest: str
    text_ask: dict[str, str]
    text_ask_ended: str
    text_our_side: str
    text_unknown: str
    text_required: str
    text_price: str

    def number(self, value: Decimal | int, places: int = 0) -> str:
        """Grouped as the language does it; halves to the even digit."""
        with speaking(self.language):
            return notation.number(round(Decimal(value), places), places)

    def percent(self, value: Decimal) -> str:
        """With one decimal, cut: what is short of 100 % never reads as 100 %."""
        cut = Decimal(int(value * 10)) / 10
        return f"{self.number(cut, 1)} %"

    def euros(self, value: Decimal, places: int = 2) -> str:
        """An amount of euros, in cents; `places` are used where it has parts of one."""
        places = 2 if value * 100 == int(value * 100) else places
        return f"{self.number(value, places)} €"

    def date(self, day: date) -> str:
        """A day."""
        with speaking(self.language):
            return notation.day(day)

    def moment(self, at: datetime) -> str:
        """A moment in the time zone that it carries."""
        return f"{self.date(at.date())}, {at:%H:%M}"


EN = ClientWords(
    language=Language.ENGLISH,
    title="Delivery for {name}",
    made="As of {day} · made {at} ({zone})",
    summary=(
        "{begun} of {lines} have begun. {ended} have ended and are fully known: {delivered} of {goal} impressions,"
        " {pct}."
    ),
    day="Day",
    site="Site",
    line="Line",
    runtime="Flight",
    goal="Contracted",
    delivered="Delivered",
    fulfilled="Fulfilled",
    state="State",
    cpm="CPM",
    value="Billable",
    value_note="Delivered up to the contracted impressions, at the agreed CPM.",
    budget="Budget",
    impressions="Impressions",
    running_total="Delivered so far",
    of_goal="Of the contracted",
    equal_share="Equal share of the contracted",
    missing="Missing",
    lines="Lines",
    by_day="By day",
    by_site="By site",
    by_site_and_day="By site and day",
    in_the_csv="{rows} rows are too many for a sheet: they are all in the file {file}.",
    more_sites="{count} more sites",
    no_site="(site not told)",
    contract="What was contracted, and since when",
    contract_head=(
        "Version",
        "Known since",
        "Flight",
        "Contracted",
        "SHA-256 of the list",
        "Sheet",
        "Row",
    ),
    corrections="Corrections after a day was first complete",
    corrections_head=("Day", "Before", "After", "Difference", "Known since"),
    no_corrections="None.",
    files="Files that delivery came from",
    files_head=("SHA-256 of the export", "Arrived"),
    known="Since when each day is known",
    known_head=("Day", "Source", "First complete", "Last fetched"),
    proof="How to check this, without us",
    checks=(
        "The file {csv} holds every figure by line, day and site. Its SHA-256 is {sha}: `sha256sum {csv}` gives the"
        " same"
        " if nobody changed it since. `sha256sum -c {sums}` checks page, workbook and figures at once.",
        "The sum of its column `impressions` is {total}, which is what this page calls delivered; summed by line it"
        " is each"
        " line's, to the fourth decimal.",
        "The contracted figures come from the list files whose SHA-256 stands with each line. Whoever has such a file"
        " compares: `sha256sum FILE`, then the cell by sheet and row.",
        "What was known on an earlier day can be made again from the corrections listed here: after minus"
        " difference.",
    ),
    chart="Delivered by day; the line is an equal share of the contracted impressions",
    states={
        "scheduled": "not begun",
        "live": "running",
        "ended_provisional": "ended; figures may still be corrected",
        "ended_final": "ended",
        "cancelled": "cancelled",
    },
    not_covered="{here} of {of} days are here so far: not judged",
    from_csv="export",
    from_api="reporting",
    text_head="{name}: deals that fall short of what was agreed, as of {day}: {count}.",
    text_all_well="{name}: no deal falls short as of {day}.",
    text_what_ended=(
        "“{line}” ({runtime}, deal {id}) ended with {delivered} of {goal} impressions ({pct}); {missing} are missing."
    ),
    text_what_live=(
        "“{line}” ({runtime}, deal {id}) is behind: {delivered} of {goal} impressions so far, where about"
        " {expected} were"
        " due. At its present pace it ends at {projected}."
    ),
    text_since="It has been behind since {day}.",
    text_since_start="It has been behind since its first day, {day}.",
    text_evidence={
        Cause.TOO_FEW_BIDS: "Bids: {bids} came in, about {needed} were needed.",
        Cause.LOST_AUCTIONS: "Auctions: {actual} of the bids won, where {baseline} are usual at these sites and hours.",
    },
    text_hours="In {without} of {of} flight hours in which comparable deals had bids, there was none.",
    text_weakest="Most is missing at: {sites}.",
    text_ask={
        Cause.TOO_FEW_BIDS: (
            "Please check on your side that the deal{seat} is active in all its hours, that its budget and frequency"
            " limits leave room, and that it targets all sites; and tell us what you changed."
        ),
        Cause.LOST_AUCTIONS: (
            "Please check that the bid reaches the agreed price, and that no other limit holds it back; and tell us"
            " what"
            " you changed."
        ),
    },
    text_ask_ended=(
        "Please tell us what held it back on your side (hours, budget, bid, targeting), so that we can agree how to"
        " make"
        " up for it."
    ),
    text_our_side="The cause lies on our side; we are on it. Nothing is asked of you.",
    text_unknown="What held it back cannot be told from our figures. Please tell us what your side shows for it.",
    text_required="To reach the goal it needs {daily} impressions a day from now on.",
    text_price="What is missing is worth {eur} at the agreed CPM of {cpm}.",
)

DE = ClientWords(
    language=Language.GERMAN,
    title="Auslieferung für {name}",
    made="Stand {day} · erstellt {at} ({zone})",
    summary=(
        "{begun} von {lines} haben begonnen. Beendet und vollständig bekannt: {ended}, mit {delivered} von {goal}"
        " Impressions, {pct}."
    ),
    day="Tag",
    site="Standort",
    line="Position",
    runtime="Laufzeit",
    goal="Vereinbart",
    delivered="Ausgeliefert",
    fulfilled="Erfüllt",
    state="Stand",
    cpm="TKP",
    value="Abrechenbar",
    value_note="Ausgeliefert bis zur vereinbarten Menge, zum vereinbarten TKP.",
    budget="Budget",
    impressions="Impressions",
    running_total="Bisher ausgeliefert",
    of_goal="Vom Vereinbarten",
    equal_share="Gleicher Anteil am Vereinbarten",
    missing="Es fehlen",
    lines="Positionen",
    by_day="Nach Tagen",
    by_site="Nach Standorten",
    by_site_and_day="Nach Standort und Tag",
    in_the_csv="{rows} Zeilen sind zu viele für ein Blatt: Sie stehen alle in der Datei {file}.",
    more_sites="{count} weitere Standorte",
    no_site="(Standort nicht angegeben)",
    contract="Was vereinbart wurde, und seit wann",
    contract_head=(
        "Fassung",
        "Bekannt seit",
        "Laufzeit",
        "Vereinbart",
        "SHA-256 der Liste",
        "Blatt",
        "Zeile",
    ),
    corrections="Korrekturen, nachdem ein Tag erstmals vollständig war",
    corrections_head=("Tag", "Vorher", "Nachher", "Unterschied", "Bekannt seit"),
    no_corrections="Keine.",
    files="Dateien, aus denen die Auslieferung stammt",
    files_head=("SHA-256 des Exports", "Eingegangen"),
    known="Seit wann jeder Tag bekannt ist",
    known_head=("Tag", "Quelle", "Erstmals vollständig", "Zuletzt abgerufen"),
    proof="Wie sich das ohne uns prüfen lässt",
    checks=(
        "Die Datei {csv} enthält jede Zahl nach Position, Tag und Standort. Ihr SHA-256 ist {sha}: `sha256sum"
        " {csv}` ergibt"
        " dasselbe, wenn sie seither niemand geändert hat. `sha256sum -c {sums}` prüft Seite, Arbeitsmappe und Zahlen"
        " zugleich.",
        "Die Summe ihrer Spalte `impressions` ist {total}; das ist hier die ausgelieferte Menge. Je Position"
        " summiert ergibt"
        " sie deren Menge, bis zur vierten Nachkommastelle.",
        "Die vereinbarten Zahlen stammen aus den Listen, deren SHA-256 bei jeder Position steht. Wer eine solche"
        " Datei hat,"
        " vergleicht: `sha256sum DATEI`, dann die Zelle nach Blatt und Zeile.",
        "Was an einem früheren Tag bekannt war, ergibt sich aus den hier genannten Korrekturen: nachher minus"
        " Unterschied.",
    ),
    chart="Ausgeliefert nach Tagen; die Linie ist ein gleicher Anteil an der vereinbarten Menge",
    states={
        "scheduled": "noch nicht begonnen",
        "live": "läuft",
        "ended_provisional": "beendet; Zahlen können noch korrigiert werden",
        "ended_final": "beendet",
        "cancelled": "storniert",
    },
    not_covered="bisher liegen {here} von {of} Tagen vor, nicht beurteilt",
    from_csv="Export",
    from_api="Reporting",
    text_head="{name}: Deals, die hinter der Vereinbarung zurückbleiben, Stand {day}: {count}.",
    text_all_well="{name}: Kein Deal bleibt zurück, Stand {day}.",
    text_what_ended=(
        "„{line}“ ({runtime}, Deal {id}) endete mit {delivered} von {goal} Impressions ({pct}); es fehlen {missing}."
    ),
    text_what_live=(
        "„{line}“ ({runtime}, Deal {id}) liegt zurück: bisher {delivered} von {goal} Impressions, fällig waren etwa"
        " {expected}. Im jetzigen Tempo endet er bei {projected}."
    ),
    text_since="Er liegt seit dem {day} zurück.",
    text_since_start="Er liegt seit seinem ersten Tag, dem {day}, zurück.",
    text_evidence={
        Cause.TOO_FEW_BIDS: "Gebote: {bids} kamen an, etwa {needed} waren nötig.",
        Cause.LOST_AUCTIONS: (
            "Auktionen: {actual} der Gebote gewannen; üblich sind an diesen Standorten und zu diesen Stunden"
            " {baseline}."
        ),
    },
    text_hours="In {without} von {of} Stunden der Laufzeit, in denen vergleichbare Deals Gebote hatten, kam keines.",
    text_weakest="Am meisten fehlt hier: {sites}.",
    text_ask={
        Cause.TOO_FEW_BIDS: (
            "Bitte prüfen Sie, ob der Deal{seat} auf Ihrer Seite zu allen Stunden aktiv ist, ob Budget und"
            " Frequency Capping"
            " genug zulassen und ob alle Standorte eingeschlossen sind, und sagen Sie uns, was Sie geändert haben."
        ),
        Cause.LOST_AUCTIONS: (
            "Bitte prüfen Sie, ob das Gebot den vereinbarten Preis erreicht und keine andere Grenze es zurückhält,"
            " und sagen"
            " Sie uns, was Sie geändert haben."
        ),
    },
    text_ask_ended=(
        "Bitte teilen Sie uns mit, woran es auf Ihrer Seite lag (Stunden, Budget, Gebot, Auswahl), damit wir"
        " vereinbaren"
        " können, wie die Menge nachgeholt wird."
    ),
    text_our_side="Die Ursache liegt bei uns, wir kümmern uns darum. Von Ihnen wird nichts erbeten.",
    text_unknown="Woran es liegt, geht aus unseren Zahlen nicht hervor. Bitte teilen Sie uns mit, was Sie dazu sehen.",
    text_required="Um das Ziel zu erreichen, braucht er ab jetzt {daily} Impressions am Tag.",
    text_price="Was fehlt, ist beim vereinbarten TKP von {cpm} {eur} wert.",
)

WORDS = {Language.ENGLISH: EN, Language.GERMAN: DE}
