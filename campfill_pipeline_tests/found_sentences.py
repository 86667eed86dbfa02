"""The sentences about a cell of a file, as messages: read where they are found, parts of f-strings as placeholders.

Belongs here: which calls say what is wrong with a cell and how to mend it. Does not belong here: how a sentence is read
out of code (`raised_sentences`), the file of messages (`messages.py`), telling one again (`language/retelling.py`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from campfill_pipeline_tests import raised_sentences as reading

ROOMS = {"domain", "intake"}

SAYING = {
    "Finding", "Fault", "Refusal", "Issue", "Found", "_error", "_warning", "_info", "_fault", "_found", "at",
    "of_table", "_of_a_sheet", "replace",
}  # fmt: skip
"""Calls whose texts are what was found in a cell, and its mend."""

AS_WRITTEN = {"Not set", "_x{ord}_", "“{character}” ({code})"}
"""What stands in files so, and is the same in every language."""

APART = {"notation.py", "issue_codes.py", "back_test.py"}
"""Modules where such a call says something else: errors, which are gathered as those, and the registry of codes."""


@cache
def everywhere(code: Path) -> tuple[tuple[Path, str], ...]:
    """Every sentence about a cell, and where it is said."""
    return tuple(
        (path, sentence)
        for path, tree in reading.trees(code).items()
        if ROOMS & set(path.relative_to(code).parts) and path.name not in APART
        for sentence in _of_module(tree)
        if sentence not in AS_WRITTEN
    )


def _of_module(tree: ast.Module) -> Iterator[str]:
    module = ast.Module([node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)], [])
    functions = {node.name: node for node in reading.walked(tree) if isinstance(node, ast.FunctionDef)}
    seen = set[int]()
    for function in (*reversed(functions.values()), tree):
        for call in reading.walked(function):
            if isinstance(call, ast.Call) and reading.name_of(call.func) in SAYING and id(call) not in seen:
                seen.add(id(call))
                yield from _of_call(call, function, module, functions)


def _of_call(
    call: ast.Call, function: ast.AST, module: ast.Module, functions: dict[str, ast.FunctionDef]
) -> Iterator[str]:
    arguments = (*call.args, *(word.value for word in call.keywords))
    for argument in arguments:
        yield from reading.parts(argument, is_sentence=True)
    names = {reading.name_of(node) for argument in arguments for node in reading.walked(argument)} - {""}
    for scope in (function, module):
        for value in reading.assigned(scope, names):
            yield from reading.parts(value, is_sentence=True)
            within = {reading.name_of(node) for node in reading.walked(value)} - {""}
            for part in reading.assigned(scope, within):
                yield from reading.parts(part, is_sentence=False)
                within |= {reading.name_of(node) for node in reading.walked(part)} - {""}
            for table in reading.assigned(module, within):
                for said in table.values if isinstance(table, ast.Dict) else ():
                    yield from reading.parts(said, is_sentence=False)
    for name in names & set(functions):
        for node in reading.walked(functions[name]):
            if isinstance(node, ast.Return) and node.value is not None:
                yield from reading.parts(node.value, is_sentence=True)
