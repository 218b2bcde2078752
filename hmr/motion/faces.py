"""What faces do: a lasting look that comes and goes, eyes that rest and jump, speech.

SMPL-X has no eyelids, so nobody blinks.
"""

import numpy as np
from jaxtyping import Float

from hmr.motion.rhythm import Rng, Track, drift, horizon, wave

LASTING, PASSING = 0.5, 0.3
"""Spread of expression components between people, and of one person in time."""
SYLLABLES = (3.0, 6.0)
"""Syllables a second (Pellegrino et al., 2011)."""
OPEN = 0.14
"""How far the jaw opens in a syllable, in radians."""
GLANCE = 0.12
"""Spread of the eyes' turns, in radians; a head turns for what is farther aside."""
REST = (0.3, 1.8)
"""Seconds that eyes rest on one thing."""
JUMP = 0.07
"""Seconds that eyes take to jump."""


def expressions(rng: Rng, t: Track) -> Float[np.ndarray, "frames 10"]:
    """Draw expression components of one person, in standard deviations."""
    lasting = rng.normal(0, LASTING, 10)
    return np.stack([mean + drift(rng, t, PASSING, 2.0) for mean in lasting], -1)


def speech(rng: Rng, t: Track) -> Track:
    """Open and close the jaw, phrase by phrase."""
    beat = (1 + wave(t, rng.uniform(*SYLLABLES), rng.random())) / 2
    loud = np.clip(0.6 + drift(rng, t, 0.4, 0.7), 0, 1)
    phrase = np.clip(0.5 + drift(rng, t, 0.9, 2.5), 0, 1)
    return OPEN * beat * loud * phrase


def glances(rng: Rng, t: Track) -> Track:
    """Let eyes rest and jump about their middle."""
    count = int(np.ceil(horizon(t) / REST[0])) + 1
    when = np.cumsum(rng.uniform(*REST, count))
    places = rng.normal(0, GLANCE, count + 1)
    share = np.clip((t[:, None] - when) / JUMP, 0, 1)
    return places[0] + (np.diff(places) * share * share * (3 - 2 * share)).sum(1)
