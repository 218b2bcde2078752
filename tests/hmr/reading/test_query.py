"""Conditions choose people, and can do nothing else."""

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmr.errors import InputError
from hmr.reading.query import check, select

PEOPLE = pandas.DataFrame(
    {
        "occlusion": [0.1, 0.5, 0.9, np.nan],
        "age": ["adult", "kid", "adult", "kid"],
        "width": [640, 640, 1280, 1280],
        "occluders": [[], [1], [1000], []],
    }
)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (None, [0, 1, 2, 3]),
        ("occlusion > 0.4", [1, 2]),
        ('occlusion > 0.4 and age == "kid"', [1]),
        ("not occlusion > 0.4", [0, 3]),
        ("0.2 < occlusion < 0.95 or width / 2 == 320", [0, 1, 2]),
        ("age in ['kid'] and width not in [640]", [3]),
        ("occlusion == occlusion", [0, 1, 2]),
        ("-occlusion + 1 >= 0.5", [0, 1]),
        ("\n age == 'kid' ", [1, 3]),
    ],
)
def test_a_condition_chooses_its_people(query, rows):
    assert list(select(PEOPLE, query).index) == rows


@pytest.mark.parametrize(
    "query",
    [
        "__import__('os').system('touch /tmp/owned')",
        "@pandas.read_pickle('x') == 1",
        "occlusion.__class__ == 1",
        "age.str.len() > 3",
        "occlusion > __name__",
        "(lambda: 1)() == 1",
        "[x for x in age] == 1",
        "`occlusion` > 0",
        "occlusion ** 9999999 > 1",
        "'a' * 1000000000 == age",
        "f'{age}' == 'kid'",
        "(occlusion := 3) > 1",
        "occlusion = 3",
        "occlusion > 1; import os",
        "size > 3",
        "occluders == 1",
        "occlusion >",
        "",
        "occlusion",
        "True",
        "0.4",
        "age > 3",
        "occlusion < 'a'",
        "age and occlusion > 0.1",
        "(" * 300 + "occlusion > 1" + ")" * 300,
        "occlusion > 0.1 and " * 300 + "occlusion > 0.2",
        "age == None",
        "1 == 1",
        "occlusion > 0.1\nage == 'kid'",
    ],
)
def test_anything_else_is_refused_in_one_line(query):
    with pytest.raises(InputError) as error:
        select(PEOPLE, query, "crowds")
    assert "\n" not in str(error.value)
    assert str(error.value).startswith("crowds: ")
    assert "columns are occlusion, age, width" in str(error.value)


def test_a_condition_that_holds_for_nobody_says_so():
    with pytest.raises(InputError, match="none of its 4 people"):
        select(PEOPLE, "occlusion > 2")


@given(st.text(max_size=40))
def test_no_text_brings_a_traceback(query):
    try:
        check(query, PEOPLE.columns)
        select(PEOPLE, query)
    except InputError as error:
        assert "\n" not in str(error)
