"""XML of unknown origin, read without ever following or expanding anything.

Belongs here: the two safe ways to read XML (a small part as a tree, a large one as events).
Does not belong here: what the elements mean.
"""

from __future__ import annotations

import re
from typing import NoReturn
from xml.parsers import expat

from lxml import etree

from campfill_pipeline.intake.refusals import corrupt
from campfill_pipeline.language.speaking import say

NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""SpreadsheetML as everyone writes it, and as strict OOXML."""


def refuse_doctype(*_: object) -> NoReturn:
    """No office document has a document type; the only use of one is to do harm (entities)."""
    raise corrupt(
        "one of its parts declares a document type or entities, which no spreadsheet program writes"
    )


def tree(data: bytes, part: str) -> etree._Element:
    """The root element of a small part. Raises UnreadableError where it is not sound XML."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise corrupt(say("its part {name} is not sound XML", name=part)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        refuse_doctype()
    return root


def local(element: etree._Element) -> str:
    """The element's name without its namespace ('' for a processing instruction)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its name, in whatever namespace."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None


def has_known_namespace(opening: bytes, prefix: bytes) -> bool:
    """Whether `prefix` (like `x:`, or b'' for none) means SpreadsheetML in these opening tags."""
    name = b"xmlns:" + prefix[:-1] if prefix else b"xmlns"
    declared = re.findall(rb"\s%s\s*=\s*[\"']([^\"']*)[\"']" % name, opening)
    return bool(declared) and all(space.decode("utf-8", "replace") in NAMESPACES for space in declared)


def event_parser() -> expat.XMLParserType:
    """A streaming parser whose names are `namespace name`, and that refuses document types."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.EntityDeclHandler = refuse_doctype
    return parser
