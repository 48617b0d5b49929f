"""Every place that keeps something from somebody, found in the code itself, and the code without one of them.

A place is a call of what says who may see what (`RULES`), or, where a plan becomes an engine's query, the filters that
are read off it. Taken away, whatever was asked is allowed: a call that is tested is true, and one that stands among
other conditions, like a filter, is left out.
"""

import ast
import importlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, cast

ROOT = Path(__file__).parents[2]
ROOMS = ("search_api", "indexer", "pipeline")

RULES = frozenset(
    {"may_read", "is_readable_by", "may_publish", "shows", "is_seen", "_is_seen", "readable_by", "readable_rows"}
)
"""The rules of `pipeline.access`, and what tells them to a database or an engine."""

THE_RULES_THEMSELVES = ROOT / "pipeline" / "access.py"
FILTERS = {"filters", "excluded"}
QUERIES = "queries.py"
"""Where an engine's queries are made of a plan, whose filters these are."""


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Guard:
    """One such place: where it stands, in which function, and what stands there."""

    path: Path
    function: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        place = self.path.relative_to(ROOT)
        return f"{place} {self.function}: {self.text}"

    @property
    def engine(self) -> str:
        """The engine on which it can be seen to be there; where it is one of both, the embedded one."""
        return "opensearch" if "opensearch" in self.path.parts else "embedded"


@cache
def guards() -> list[Guard]:
    """All of them."""
    files = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path != THE_RULES_THEMSELVES)
    return [guard for path in files for guard in _guards_in(path)]


def _guards_in(path: Path) -> Iterator[Guard]:
    for function, top in _functions(ast.parse(path.read_text("utf-8"))):
        for node in ast.walk(top):
            if _is_guard(node, path):
                place = cast("ast.expr", node)
                yield Guard(path, function, place.lineno, place.col_offset, ast.unparse(place))


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """The functions and methods of a module by name, each with all that is in it."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{own.name}", own) for own in node.body if isinstance(own, _FUNCTIONS))
        elif isinstance(node, _FUNCTIONS):
            yield node.name, node


def _is_guard(node: ast.AST, path: Path) -> bool:
    if isinstance(node, ast.Call):
        return _name(node.func) in RULES
    return isinstance(node, ast.Attribute) and path.name == QUERIES and node.attr in FILTERS


def _name(called: ast.expr) -> str:
    match called:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def of_function(name: str) -> list[Guard]:
    """Those in the function, or method, of this name."""
    return [guard for guard in guards() if guard.function == name]


@contextmanager
def removed(*gone: Guard) -> Iterator[None]:
    """The running code without these guards, each in a function of its own."""
    with ExitStack() as put_back:
        for guard in gone:
            function = _function(guard)
            put_back.callback(setattr, function, "__code__", function.__code__)
            function.__code__ = _code_without(guard)
        yield


def _function(guard: Guard) -> FunctionType:
    """The function itself, out of whatever is wrapped round it."""
    name = ".".join(guard.path.relative_to(ROOT).with_suffix("").parts)
    found: Any = importlib.import_module(name)
    for part in guard.function.split("."):
        found = vars(found)[part]
    for wrapped in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, wrapped, found)
    assert isinstance(found, FunctionType), guard
    return found


def _code_without(guard: Guard) -> CodeType:
    tree = _Removing(guard).visit(ast.parse(guard.path.read_text("utf-8")))
    module = compile(ast.fix_missing_locations(tree), str(guard.path), "exec", dont_inherit=True)
    return next(code for code in _codes(module) if code.co_qualname == guard.function)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


class _Removing(ast.NodeTransformer):
    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Every node; where one of these stands among others, it is left out."""
        match node:
            case ast.Call(args=among) | ast.Tuple(elts=among) | ast.List(elts=among):
                among[:] = [each for each in among if not (self._is_it(each) and isinstance(each, ast.Call))]
        return super().generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return ast.Constant(value=True) if self._is_it(node) else self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        is_it = self._is_it(node) and _is_guard(node, self._guard.path)
        return ast.Tuple(elts=[], ctx=ast.Load()) if is_it else self.generic_visit(node)

    def _is_it(self, node: ast.expr) -> bool:
        at = (node.lineno, node.col_offset) == (self._guard.line, self._guard.column)
        return at and ast.unparse(node) == self._guard.text
