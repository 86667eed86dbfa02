"""The invented names of the simulated world: placements, advertisers, buyers, sites.

Belongs here: word lists and how they combine. Does not belong here: anything random.
"""

from __future__ import annotations

from itertools import product

PLACEMENTS: tuple[str, ...] = (
    "Station",
    "Infoscreen",
    "City",
    "Roadside",
    "Netzwerk",
    "Mall",
    "Airport",
    "Metro",
    "Superstation",
    "Business District",
    "Fitness",
    "Uni",
    "Supermarkt",
    "Tankstelle",
    "Giant",
)

_STEMS = (
    "Nordlicht,Alpenrand,Havelland,Kranich,Sonnfeld,Rheinbogen,Ostwind,Lindenhof,Bergmann+Cie,Silberpfeil,"
    "Falkensee,Morgenrot,Elbtal,Hansekai,Waldkauz,Kupferberg,Seeblick,Quellgrund,Tannhof,Windrose,Brückner,"
    "Sternberg,Ahornweg"
)
_TRADES = (
    "Energie AG",
    "Reisen GmbH",
    "Mobil GmbH & Co. KG",
    "Lebensmittel SE",
    "Versicherung a.G.",
    "Mode GmbH",
)
ADVERTISERS: tuple[str, ...] = tuple(f"{x} {trade}" for trade, x in product(_TRADES, _STEMS.split(",")))[:137]

SUBJECTS: tuple[str, ...] = (
    "PPV Herbst",
    "PV Berlin",
    "Imagefilm 10s",
    "Aktion Neukunden",
    "Recruiting",
    "Produktstart",
    "Filialeröffnung",
    "Sale Wochenende",
    "Markenkampagne",
    "PPV Nord",
    "Geo München",
    "Tarifwelle",
    "Spendenaufruf",
    "Festival",
    "Kinostart",
    "Messe Köln",
)

_AGENCIES = (
    "ALPHA_MEDIA,BERGWERK,CROSSWAY,DIALOGHAUS,ELBWERBUNG,FREIRAUM,GROUND_SEVEN,HANSE_PLAN,INITIAL_BLAU,KOMET,"
    "LICHTHOF,MEDIENKONTOR,NEONWALD,OPTIPLAN,PUNKTUM,QUERFELD,RHEINMEDIA,SIGNALWERK,TAGWERK,UMFELD,VIERECK,"
    "WERBETURM,ZWEIKLANG"
)
_PLATFORMS = ("Easymedia_rtb", "Openlane DSP", "Trade Harbour")
NOT_SET = "Not set"


def _buyers() -> tuple[str, ...]:
    pairs = list(product(_PLATFORMS, _AGENCIES.split(",")))[:67]
    return tuple(
        f"{agency} < {platform} (Seat {600000 + 137 * number})"
        for number, (platform, agency) in enumerate(pairs, start=1)
    )


BUYERS: tuple[str, ...] = _buyers()
"""The 67 buyers of deals; with `Not set`, which marks a campaign, the list knows 68."""

_CITIES = ("München", "Berlin", "Hamburg", "Köln", "Frankfurt", "Stuttgart", "Leipzig", "Nürnberg")
_PLACES = (
    "Hbf / U-Bf Public Video Station",
    "Flughafen Public Video Airport",
    "Marktplatz Public Video City",
    "Einkaufszentrum Public Video Mall",
    "Ringstraße Public Video Roadside",
)
SITES: tuple[str, ...] = tuple(f"{city} {place}" for city, place in product(_CITIES, _PLACES))
"""40 sites as the reporting names them."""
