"""Which people of a set are wanted."""

from dataclasses import dataclass

import numpy as np
import pandas
from jaxtyping import Bool

ANY = "any"
NOBODY, A_PERSON, THINGS, GIVEN = "nobody", "a person", "the environment", "the id below"
OCCLUDERS = (ANY, NOBODY, A_PERSON, THINGS, GIVEN)
"""Who hides a person: whoever; nobody, as far as is known; another person, or something of the
environment, perhaps among others; whoever has a given id."""
WHOLE = (0.0, 100.0)


@dataclass(frozen=True)
class Filters:
    """What must hold for a person; together. Unknown values pass only where all would."""

    occlusion: tuple[float, float] = WHOLE
    """Least and most hidden share, in percent."""
    occluder: str = ANY
    """One of `OCCLUDERS`."""
    occluder_id: int = 0
    """person_id, or the id (1000 and up) of an element of the environment."""
    age: str = ANY
    size: tuple[float, float] | None = None
    """Least and most height of the box, in pixels."""
    environment: str = ANY
    """Name of an environment, or the part of it before "/"."""

    @property
    def idle(self) -> bool:
        """Whether everybody is wanted, so that images without people are shown too."""
        return self == Filters(occluder_id=self.occluder_id)


def describe(filters: Filters) -> str:
    """Say in words which ranges are kept; empty where all are."""
    parts = []
    if filters.occlusion != WHOLE:
        parts.append("{:.0f} to {:.0f} % hidden".format(*filters.occlusion))
    if filters.size is not None:
        parts.append("{:.0f} to {:.0f} pixels tall".format(*filters.size))
    return ", ".join(parts)


def wanted(people: pandas.DataFrame, filters: Filters) -> Bool[np.ndarray, " people"]:
    """Tell which people of a table (`samples.people_table`) pass."""
    keep = np.ones(len(people), bool)
    hidden = people["occlusion"].to_numpy(np.float64)
    if filters.occlusion != WHOLE:
        # Shares are told in whole percent, so 40 means what would be called 40.
        low, high = (edge / 100 for edge in filters.occlusion)
        keep &= (hidden >= low - 1e-9) & (hidden <= high + 1e-9)
    if filters.size is not None:
        size = people["size"].to_numpy(np.float64)
        keep &= (size >= filters.size[0]) & (size <= filters.size[1])
    if filters.age != ANY:
        keep &= people["age"].to_numpy() == filters.age
    if filters.environment != ANY:
        keep &= _in_environment(people, filters.environment)
    return keep & _hidden_by(people, filters.occluder, filters.occluder_id)


def _hidden_by(people: pandas.DataFrame, who: str, number: int) -> Bool[np.ndarray, " people"]:
    person, thing = (people[name].to_numpy(bool) for name in ("by_person", "by_environment"))
    if who == NOBODY:
        return ~person & ~thing & np.isfinite(people["occlusion"].to_numpy(np.float64))
    if who == GIVEN:
        return np.array([number in ids for ids in people["occluders"]], bool).reshape(len(people))
    return {A_PERSON: person, THINGS: thing}.get(who, np.ones(len(people), bool))


def _in_environment(people: pandas.DataFrame, wanted: str) -> Bool[np.ndarray, " people"]:
    names = people["environment"].to_numpy()
    return np.array([name == wanted or name.partition("/")[0] == wanted for name in names], bool)


def environments(people: pandas.DataFrame) -> tuple[str, ...]:
    """Name what can be chosen: the kinds first, then every environment."""
    names = sorted(set(people["environment"]))
    kinds = sorted({name.partition("/")[0] for name in names})
    return (ANY, *kinds, *(name for name in names if name not in kinds))
