"""The sentences of our errors, as messages: read where they are raised, parts of f-strings as placeholders.

Belongs here: which calls raise one of our errors, what they say. Does not belong here: the file of messages
(`messages.py`), telling a sentence again (`campfill_pipeline/language/retelling.py`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT_OF_ALL = "CampfillError"
WRONG_USE = "BadParameter"

ELSEWHERE = {"lab", "simulator", "door"}
"""Rooms whose errors no terminal shows: the course is English, the two others answer programs."""

CHECKED = {"description": ("ValueError", "."), "connecting": ("ValueError", ""), "lists": ("_fault", "")}
"""Rooms whose checks say what is wrong by another call, and what is put behind it where it is told."""

OURS = {"IrregularError", "UnregisteredCodeError", "UndescribedError"}
"""What only somebody who changes campfill meets."""

PARTS = {"why": "reason", "pace": "share", "header": "heading"}
"""Placeholders that mean something else in stored sentences (`retelling.SHAPES`)."""

_SENTENCE = re.compile(r"[A-Za-z]{2,}.* |^[A-Z][a-z]+\.$")
_FRAGMENT = re.compile(r"^(?!\{\w+\}$)(?!\w*_\w*$).*[a-z]{3,}")


@cache
def walked(node: ast.AST) -> tuple[ast.AST, ...]:
    """All nodes below one, walked once: sentences are looked for around each of thousands of calls."""
    return tuple(ast.walk(node))


@cache
def trees(code: Path) -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(code.rglob("*.py"))}


@cache
def _errors(code: Path) -> frozenset[str]:
    """Names of our classes of errors."""
    bases = {
        node.name: {name_of(base) for base in node.bases}
        for tree in trees(code).values()
        for node in walked(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {ROOT_OF_ALL}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return frozenset(found)


def name_of(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@cache
def everywhere(code: Path) -> tuple[tuple[Path, str], ...]:
    """Every sentence of an error, and where it is raised."""
    return tuple(
        (path, sentence)
        for path, tree in trees(code).items()
        if not ELSEWHERE & set(path.parts)
        for sentence in (*_of_module(tree, _errors(code)), *_of_checks(tree, path))
    )


def _of_checks(tree: ast.Module, path: Path) -> Iterator[str]:
    for room, (call, ending) in CHECKED.items():
        if room in path.parts:
            told = _of_module(tree, frozenset({call}))
            yield from (said + ending for said in told if not said.startswith("["))  # a place in a file


def _of_module(tree: ast.Module, errors: frozenset[str]) -> Iterator[str]:
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for function, call in _raising(tree, errors):
        arguments = (*call.args, *(word.value for word in call.keywords))
        for argument in arguments:
            yield from parts(argument, is_sentence=True)
        names = {node.id for argument in arguments for node in walked(argument) if isinstance(node, ast.Name)}
        for value in assigned(function, names):
            yield from parts(value, is_sentence=False)
        for name in names & set(functions):
            for node in walked(functions[name]):
                if isinstance(node, ast.Return) and node.value is not None:
                    yield from parts(node.value, is_sentence=False)


def assigned(function: ast.AST, names: set[str]) -> Iterator[ast.expr]:
    """What the variables that an error is made of were made of."""
    for node in walked(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if names & {name_of(one) for one in walked(target) if isinstance(one, ast.Name)}:
                    yield node.value
        elif isinstance(node, ast.AugAssign) and name_of(node.target) in names:
            yield node.value


def _raising(tree: ast.Module, errors: frozenset[str]) -> Iterator[tuple[ast.AST, ast.Call]]:
    """Each call that makes one of our errors, with the function that it stands in."""
    own = {
        id(call): node.name
        for node in walked(tree)
        if isinstance(node, ast.ClassDef)
        for call in walked(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "__init__"
    }
    seen = set[int]()
    functions = [node for node in walked(tree) if isinstance(node, ast.FunctionDef)]
    for function in (*reversed(functions), tree):
        for node in walked(function):
            if isinstance(node, ast.Call) and id(node) not in seen:
                name = own.get(id(node)) or name_of(node.func)
                if (name in errors or name == WRONG_USE) and name not in OURS:
                    seen.add(id(node))
                    yield (function if function is not tree else node), node


def parts(value: ast.expr, *, is_sentence: bool) -> Iterator[str]:
    """What a value may say: a text, one with parts, one of two, several joined; nothing where it says nothing."""
    if isinstance(value, ast.IfExp):
        yield from parts(value.body, is_sentence=is_sentence)
        yield from parts(value.orelse, is_sentence=is_sentence)
    elif isinstance(value, ast.BoolOp | ast.Tuple):
        for one in value.values if isinstance(value, ast.BoolOp) else value.elts:
            yield from parts(one, is_sentence=is_sentence)
    elif isinstance(value, ast.Call) and name_of(value.func) == "join" and value.args:
        if isinstance(value.args[0], ast.GeneratorExp | ast.ListComp):
            yield from parts(value.args[0].elt, is_sentence=False)
    elif isinstance(value, ast.Call) and name_of(value.func) == "get" and len(value.args) == 2:
        yield from parts(value.args[1], is_sentence=is_sentence)
    elif isinstance(value, ast.Constant | ast.JoinedStr | ast.BinOp):
        text = _text(value, set())
        if (_SENTENCE if is_sentence else _FRAGMENT).search(text) and len(_literal(text)) > 2:
            yield text
        for node in walked(value):
            if (isinstance(node, ast.IfExp) and not is_sentence) or isinstance(node, ast.Call):
                yield from (one for one in parts(node, is_sentence=False))


def _literal(text: str) -> str:
    return re.sub(r"\{\w+\}", "", text).strip()


def _text(node: ast.expr, used: set[str]) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, used) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left, used) + _text(node.right, used)
    value = node.value if isinstance(node, ast.FormattedValue) else node
    return f"{{{_placeholder(value, used)}}}"


def _placeholder(value: ast.expr, used: set[str]) -> str:
    inner = value.func if isinstance(value, ast.Call) else value
    name = name_of(inner).strip("_") or "text"
    name = PARTS.get(name, name)
    own, number = name, 2
    while own in used:
        own, number = f"{name}{number}", number + 1
    used.add(own)
    return own
