"""Choosing people by a condition on the columns of their table.

A condition is an expression such as `occlusion > 0.4 and age == "kid"`. It may come from a config
that a stranger wrote, so it is checked before pandas sees it: nothing in it can run code.
"""

import ast
from collections.abc import Iterable

import pandas

from hmr.errors import InputError

_ALLOWED = (
    *(ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub),
    *(ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn),
    *(ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div),
    *(ast.Name, ast.Load, ast.Constant, ast.List, ast.Tuple),
)
_LONGEST = 2000


def select(people: pandas.DataFrame, query: str | None, where: str = "query") -> pandas.DataFrame:
    """Keep the people that a condition holds for; all of them without one.

    Args:
        people: Table of people.
        query: Comparisons of columns, numbers, texts and lists, joined by and, or, not.
        where: What to name in errors beside the query.

    Raises:
        InputError: The condition cannot be read, holds more than is allowed, or for nobody.
    """
    if query is None:
        return people
    plain = [name for name in people if not _holds_lists(list(people[name]))]
    check(query, plain, where)
    try:
        chosen = people[plain].query(query.strip(), engine="python").index
    except (ValueError, TypeError, KeyError, NotImplementedError, SyntaxError) as error:
        raise _refused(query, plain, where, " ".join(str(error).split())) from None
    if not len(chosen):
        raise InputError(f"{where}: {query!r} holds for none of its {len(people)} people")
    return people.loc[chosen]


def check(query: str, columns: Iterable[str], where: str = "query") -> None:
    """Refuse conditions that hold anything but comparisons of these columns with constants.

    Raises:
        InputError: As said; names the query and lists the columns.
    """
    columns = list(columns)
    try:
        if len(query) > _LONGEST:
            raise ValueError(f"longer than {_LONGEST} characters")
        tree = ast.parse(query.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        fault = error.msg if isinstance(error, SyntaxError) else str(error)
        raise _refused(query, columns, where, f"cannot be read ({fault})") from None
    for node in ast.walk(tree):
        if fault := _fault(node, columns):
            raise _refused(query, columns, where, fault)
    if not isinstance(tree.body, ast.BoolOp | ast.Compare | ast.UnaryOp):
        raise _refused(query, columns, where, "is no condition; compare a column with something")


def _fault(node: ast.AST, columns: list[str]) -> str | None:
    if not isinstance(node, _ALLOWED):
        return f"may not hold {type(node).__name__.lower()}"
    if isinstance(node, ast.Name) and node.id not in columns:
        return f"names no column: {node.id}"
    if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str):
        return f"may not hold {node.value!r}"
    if isinstance(node, ast.BinOp):
        sides = (node.left, node.right)
        # A text times a number could fill the memory.
        if any(isinstance(s, ast.Constant) and isinstance(s.value, str) for s in sides):
            return "reckons with a text"
    return None


def _refused(query: str, columns: list[str], where: str, fault: str) -> InputError:
    return InputError(f"{where}: {query!r} {fault}; columns are {', '.join(columns)}")


def _holds_lists(values: list) -> bool:
    return bool(values) and hasattr(values[0], "__len__") and not isinstance(values[0], str)
