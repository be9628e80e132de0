"""One source file, wrong in one place: every mutant of it, as text.

mutmut 3.8 was tried first, on calendar.py and policy.py with the unit tests of the core alone. It works and is not used:

- it mutates the bodies of functions that have no decorator, so neither the defaults of policy.py and lane.py, nor the
  tables of decide.py, nor a property can be wrong;
- before its first mutant it runs all the tests twice, for minutes, to learn which of them call what;
- it has no list of mutants that change nothing which would fail once it no longer fits the code.

Not mutated: docstrings, annotations, decorators, imports, type variables, `__all__`, `TYPE_CHECKING`,
`assert_never`, and `|`, which only joins types here.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
_CALLED = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
_CHANGES = {"replace", "min", "max", "sorted"}
"""Calls that still mean something when one of their keyword arguments is gone."""
_UNTOUCHED = {"annotation", "returns", "decorator_list"}
"""Fields that hold types, or what the interpreter alone reads."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file that is wrong in one place. `nth` counts equal changes within `where`, a dotted name."""

    file: str
    where: str
    before: str
    after: str
    nth: int
    line: int
    source: str

    @property
    def name(self) -> tuple[str, str, str, str, int]:
        """What it is called, wherever the line may have moved."""
        return self.file, self.where, self.before, self.after, self.nth


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node hangs: a field of its parent, or one of the nodes in that field."""

    parent: ast.AST
    field: str
    index: int | None
    where: str

    def put(self, node: ast.AST | None) -> None:
        """Hang another node there; None takes it out of its list."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index : self.index + 1] = [] if node is None else [node]


def mutants(file: str, source: str) -> tuple[Mutant, ...]:
    """Return every mutant of a file, in the order of its text; those whose text is that of another once only."""
    tree = ast.parse(source)
    seen, told = {ast.unparse(tree)}, Counter[tuple[str, str, str]]()
    found = []
    for place, node in _places(tree, ""):
        for other in _others(node, place):
            made = _made(tree, place, node, other)
            if made.source in seen:
                continue
            seen.add(made.source)
            change = (made.where, made.before, made.after)
            found.append(replace(made, file=file, nth=told[change]))
            told[change] += 1
    return tuple(found)


def _made(tree: ast.Module, place: _Place, node: ast.AST, other: ast.AST | None) -> Mutant:
    wider = isinstance(place.parent, ast.expr | ast.keyword | ast.Return | ast.Assign)
    before = ast.unparse(place.parent if wider else node)
    siblings = list(getattr(place.parent, place.field)) if place.index is not None else node
    place.put(other)
    shown = place.parent if wider else other
    after = "" if shown is None else ast.unparse(shown)
    source = ast.unparse(tree)
    setattr(place.parent, place.field, siblings)
    line = getattr(node, "lineno", 0) or getattr(place.parent, "lineno", 0)
    return Mutant("", place.where or "<module>", before, after, 0, line, source)


def _places(node: ast.AST, where: str) -> Iterator[tuple[_Place, ast.AST]]:
    """Walk through what may be wrong, in the order of the text."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        where = f"{where}.{node.name}".lstrip(".")
    for field, value in ast.iter_fields(node):
        if field in _UNTOUCHED:
            continue
        several = isinstance(value, list)
        for index, child in enumerate(list(value) if several else [value]):
            if isinstance(child, ast.AST) and not _left_out(child):
                yield _Place(node, field, index if several else None, where), child
                yield from _places(child, where)


def _left_out(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.expr_context():
            return True
        case ast.Expr(value=ast.Constant()) | ast.Expr(value=ast.Call(func=ast.Name(id="assert_never"))):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.Call(func=ast.Name(id="TypeVar")):
            return True
    return False


def _others(node: ast.AST, place: _Place) -> Iterator[ast.AST | None]:
    """Yield what could stand there instead of a node; None where it could be missing."""
    if isinstance(node, ast.expr):
        yield from _other_expressions(node)
        if _is_condition(node, place):
            yield ast.UnaryOp(ast.Not(), node)
    elif isinstance(node, ast.stmt):
        yield from _other_statements(node)
    if isinstance(place.parent, ast.MatchOr | ast.Set):
        yield None


def _other_expressions(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for index, op in enumerate(ops):
                for new in _COMPARISONS.get(type(op), ()):
                    yield ast.Compare(left, [*ops[:index], new(), *ops[index + 1 :]], comparators)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            yield from (_shorter(op, values, index) for index in range(len(values)))
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            yield ast.BinOp(left, _ARITHMETIC[type(op)](), right)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Constant():
            yield from _constants(node)
        case ast.Call():
            yield from _calls(node)


def _other_statements(node: ast.stmt) -> Iterator[ast.stmt]:
    match node:
        case ast.AugAssign(target=target, op=op, value=value):
            if type(op) in _ARITHMETIC:
                yield ast.AugAssign(target, _ARITHMETIC[type(op)](), value)
            yield ast.Pass()
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.Continue() | ast.Break() | ast.Raise():
            yield ast.Pass()


def _shorter(op: ast.boolop, values: Sequence[ast.expr], gone: int) -> ast.expr:
    left = [value for index, value in enumerate(values) if index != gone]
    return left[0] if len(left) == 1 else ast.BoolOp(op, left)


def _constants(node: ast.Constant) -> Iterator[ast.Constant]:
    match node.value:
        case bool():
            yield ast.Constant(not node.value)
        case int():
            yield ast.Constant(node.value + 1)
        case str():
            yield ast.Constant(f"{node.value}XX")


def _calls(node: ast.Call) -> Iterator[ast.Call]:
    if not isinstance(node.func, ast.Name):
        return
    if node.func.id in _CALLED:
        yield ast.Call(ast.Name(_CALLED[node.func.id], ast.Load()), node.args, node.keywords)
    if node.func.id in _CHANGES:
        for gone in node.keywords:
            yield ast.Call(node.func, node.args, [one for one in node.keywords if one is not gone])


def _is_condition(node: ast.AST, place: _Place) -> bool:
    """Whether it is asked as it stands; comparisons and `not` are turned round by themselves."""
    if not isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.NamedExpr | ast.BoolOp):
        return False
    return (
        (place.field == "test" and isinstance(place.parent, ast.If | ast.IfExp | ast.While))
        or (place.field in {"ifs", "guard"})
        or (place.field == "values" and isinstance(place.parent, ast.BoolOp) and not isinstance(node, ast.BoolOp))
    )
