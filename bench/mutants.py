"""Small faults put into rules on purpose: what a mutation check plants, one at a time.

Belongs here: making them, from Python by its syntax tree and from SQL by its words. Does not belong here: running tests
against them (mutations.py).
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """One fault. `home` is the function, or the statement of an SQL file, in which it lies ('' outside of any)."""

    path: str
    line: int
    home: str
    was: str
    becomes: str
    source: str
    called: bool = True  # it shows when its function is called, or its statement run; not on import

    @property
    def name(self) -> str:
        """What it is called, without the number of its line, which moves."""
        return f"{self.path} {self.home}: {self.was} -> {self.becomes}"


def of_file(root: Path, path: str) -> list[Mutant]:
    """Every mutant of a file, in the order of its lines, each once."""
    source = (root / path).read_text("utf-8")
    made = _of_sql(path, source) if path.endswith(".sql") else _Python(path, source).mutants()
    found = {mutant.source: mutant for mutant in made if mutant.source != source}
    return sorted(found.values(), key=lambda mutant: (mutant.line, mutant.name))


OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OTHER_OPERATION: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
OTHER_CALL = {"min": "max", "max": "min", "any": "all", "all": "any"}
NOTHING = ast.Pass()


class _Python:
    """Mutants of one module. Texts, annotations, docstrings and what only a type checker reads are left alone."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.bytes = path, source.encode()
        self.tree = ast.parse(source)
        self.starts = [0]
        for line in self.bytes.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

        functions = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)]
        self.bodies = [{part for line in node.body for part in ast.walk(line)} for node in functions]

    def mutants(self) -> Iterator[Mutant]:
        yield from self._inside(self.tree.body, "")

    def _inside(self, body: list[ast.stmt], home: str) -> Iterator[Mutant]:
        for statement in body:
            yield from self._statement(statement, home, last=statement is body[-1])

    def _statement(self, node: ast.stmt, home: str, *, last: bool) -> Iterator[Mutant]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            inner = f"{home}.{node.name}" if home else node.name
            if isinstance(node, ast.FunctionDef):
                for default in (*node.args.defaults, *node.args.kw_defaults):
                    yield from self._expression(default, inner, bound=True)
            yield from self._inside(node.body, inner)
            return
        if isinstance(node, ast.Import | ast.ImportFrom) or _is_for_types(node):
            return
        if _may_go(node, last=last):
            yield self._replaced(node, NOTHING, home)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "targets", "target", "exc", "cause"):
                continue
            if name == "test" and isinstance(node, ast.If):
                for forced in (True, False):
                    yield self._replaced(node.test, ast.Constant(forced), home)
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.stmt):
                    inside = value if isinstance(value, list) else [part]
                    yield from self._statement(part, home, last=home == "" or part is not inside[-1])
                elif isinstance(part, ast.ExceptHandler):
                    yield from self._inside(part.body, home)
                elif isinstance(part, ast.match_case):
                    yield from self._expression(part.guard, home)
                    yield from self._inside(part.body, home)
                elif isinstance(part, ast.withitem):
                    yield from self._expression(part.context_expr, home)
                elif isinstance(part, ast.expr):
                    constant = (
                        isinstance(node, ast.Assign | ast.AnnAssign) and home.rpartition(".")[2][:1].isupper()
                    )
                    yield from self._expression(part, home, bound=constant or home == "")

    def _expression(self, node: ast.AST | None, home: str, *, bound: bool = False) -> Iterator[Mutant]:
        """`bound`: the numbers in it are limits, tried one lower, too."""
        if node is None or isinstance(node, ast.JoinedStr):
            return
        for other in _others(node, bound=bound):
            yield self._replaced(node, other, home)
        for name, value in ast.iter_fields(node):
            if name == "slice" and _is_a_type(node):
                continue
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.AST):
                    yield from self._expression(part, home, bound=bound or isinstance(node, ast.Compare))

    def _replaced(self, node: ast.expr | ast.stmt | ast.AST, other: ast.AST, home: str) -> Mutant:
        assert isinstance(node, ast.expr | ast.stmt)
        assert node.end_lineno is not None and node.end_col_offset is not None
        first = self.starts[node.lineno - 1] + node.col_offset
        end = self.starts[node.end_lineno - 1] + node.end_col_offset
        text = ast.unparse(other)
        whole = text if isinstance(other, ast.stmt) else f"({text})"
        source = self.bytes[:first] + whole.encode() + self.bytes[end:]
        called = any(node in within for within in self.bodies)
        return Mutant(self.path, node.lineno, home, ast.unparse(node), text, source.decode(), called)


def _is_for_types(node: ast.stmt) -> bool:
    named = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    docs = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    exported = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    return named or docs or exported or isinstance(node, ast.Assert | ast.Global | ast.Nonlocal)


def _is_a_type(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id[:1].isupper()
    )


def _may_go(node: ast.stmt, *, last: bool) -> bool:
    """Whether leaving the statement out is a fault of its own: a refusal, a call for its effect, an early way out."""
    if isinstance(node, ast.Raise | ast.Continue | ast.Break | ast.AugAssign):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call)
    return isinstance(node, ast.Return) and not last


def _others(node: ast.AST, *, bound: bool) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for at, operation in enumerate(node.ops):
            other = copy.deepcopy(node)
            other.ops[at] = OPPOSITES[type(operation)]()
            yield other
    elif isinstance(node, ast.BoolOp):
        for at in range(len(node.values)):
            left = [value for other, value in enumerate(node.values) if other != at]
            yield left[0] if len(left) == 1 else ast.BoolOp(node.op, left)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.BinOp) and type(node.op) in OTHER_OPERATION:
        yield ast.BinOp(node.left, OTHER_OPERATION[type(node.op)](), node.right)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OTHER_CALL:
        yield ast.Call(ast.Name(OTHER_CALL[node.func.id]), node.args, node.keywords)
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        for at, part in enumerate(node.generators):
            for condition in range(len(part.ifs)):
                new = copy.deepcopy(node)
                new.generators[at].ifs.pop(condition)
                yield new
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield ast.Constant(not node.value)
        elif isinstance(node.value, int):
            yield ast.Constant(node.value + 1)
            if bound:
                yield ast.Constant(node.value - 1)


SQL_WORDS = [
    (r"(?<![<>=-])<(?![=>])", "<="), (r"<=", "<"), (r"(?<![<>=-])>(?![=>])", ">="), (r"(?<!=)>=", ">"), (r"<>", "="),
    (r"(?<=[\w)] )=(?= )", "<>"), (r"\bIS NOT NULL\b", "IS NULL"), (r"\bIS NULL\b", "IS NOT NULL"),
    (r"\bNOT EXISTS\b", "EXISTS"), (r"(?<!NOT )\bEXISTS\b", "NOT EXISTS"), (r"\bNOT (?=\w+\.\w)", ""),
    (r"\bIS DISTINCT FROM\b", "<>"), (r"\bIS NOT DISTINCT FROM\b", "="), (r"\bLEAST\b", "GREATEST"),
    (r"\bGREATEST\b", "LEAST"), (r"\bmin\(", "max("), (r"\bmax\(", "min("), (r" DESC\b", ""),
    (r"\bLEFT JOIN\b", "JOIN"), (r"interval '1 (?=hour|day)", "interval '2 "), (r"\bsum\(", "max("),
    (r"\bUNION ALL\b", "UNION"), (r"\bDISTINCT (?!ON|FROM)", ""), (r" [-+] 1\b", ""), (r"'complete'", "'partial'"),
    (r"\bAND\b", "OR"), (r"\bOR\b", "AND"), (r" FILTER \(WHERE [^()]*\)", ""),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"<> ALL\b", "= ANY"), (r"= ANY\b", "<> ALL"),
    (r", '\[\]'", ""), (r"\bBETWEEN (\S+) AND", r"BETWEEN \1 + 1 AND"), (r" LIMIT 1\b", ""),
]  # fmt: skip


def _of_sql(path: str, source: str) -> Iterator[Mutant]:
    home, at = "", 0
    for number, line in enumerate(source.splitlines(keepends=True), start=1):
        if line.startswith("-- name: "):
            home = line.removeprefix("-- name: ").strip()
        for was, becomes, text in [] if line.lstrip().startswith("--") else _of_sql_line(line):
            changed = source[:at] + text + source[at + len(line) :]
            yield Mutant(path, number, home, was, becomes, changed)
        at += len(line)


def _of_sql_line(line: str) -> Iterator[tuple[str, str, str]]:
    code = line.split(" -- ")[0]
    for pattern, becomes in SQL_WORDS:
        for found in re.finditer(pattern, code):
            before = code[: found.start()]
            if pattern.startswith(r"\bAND") and re.search(r"BETWEEN [^()]*$", before):
                continue
            if becomes == "<>" and re.search(r"\bSET\b(?!.*\bWHERE\b)", before):
                continue
            new = found.expand(becomes) if "\\" in becomes else becomes
            yield f"{code.strip()} [{found.group()}]", new, before + new + line[found.end() :]
    condition = code.strip()
    if condition.startswith(("AND ", "OR ")) and condition.count("(") == condition.count(")"):
        yield condition, "left out", "\n"
    for found in re.finditer(r"COALESCE\(", code):
        if first := _first_argument(code[found.end() :]):
            argument, length = first
            new = code[: found.start()] + f"({argument})" + line[found.end() + length :]
            yield f"{condition} [{found.group()}]", "its first argument", new


def _first_argument(text: str) -> tuple[str, int] | None:
    """The first of the arguments that begin here, and the length of all with the closing bracket."""
    depth, first = 1, None
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 1 and sign == "," and first is None:
            first = text[:at]
        if depth == 0:
            return (first, at + 1) if first is not None else None
    return None
