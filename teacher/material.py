"""What a teacher learns from and what it is measured on: 2D poses of any source, and clips."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hmr.errors import InputError
from hmr.motion.clip import Clip
from hmr.motion.generator import generate_clips
from hmr.motion.load import load_clips, sources, split_of
from hmr.progress import say
from teacher.detector import Detector
from teacher.poses_2d import Poses2D
from teacher.projection import Cameras, Sampling, project_clips
from teacher.sources import Accepted, merged, read_2d

GENERATED = 200
"""Clips of the built-in generator where nothing else is learned from."""
MEASURED = 20
"""Clips of the built-in generator to measure on, where there are no others."""


@dataclass(frozen=True)
class Material:
    """Where 2D poses come from, and how motion becomes such."""

    poses_2d: Sequence[str] = ()
    """Files and folders of keypoints, and folders of samples; only 2D is read."""
    accepted: Accepted = field(default_factory=Accepted)
    """Which of those are good enough."""
    sampling: Sampling = field(default_factory=Sampling)
    """Which moments of motion are filmed."""
    cameras: Cameras = field(default_factory=Cameras)
    """That film motion."""
    detector: Detector | None = None
    """That finds the joints on that film; without, or with scale 0, they are where they are."""
    generated: int | None = None
    """Clips of the built-in generator; left out: `GENERATED` if there is nothing else, or none."""
    generated_frames: int = 60


def gather(
    material: Material, motion: Sequence[str], test_motion: Sequence[str], seed: int
) -> tuple[Poses2D, list[Clip]]:
    """Read and film what to learn from, and read the clips to measure on.

    Raises:
        InputError: A source is missing or holds nothing usable; names it.
    """
    clips, kept = _clips(material, sources(motion), sources(test_motion), seed)
    parts = []
    if clips:
        rng, detector = np.random.default_rng([seed, 3]), material.detector
        faulty = detector if detector and detector.scale else None
        parts.append(project_clips(clips, material.sampling, material.cameras, rng, faulty))
    if material.poses_2d:
        parts.append(read_2d(material.poses_2d, material.sampling.frames, material.accepted))
    return merged(parts), kept


def _clips(
    material: Material, learned: Sequence[Path], tested: Sequence[Path], seed: int
) -> tuple[list[Clip], list[Clip]]:
    clips = load_clips(learned) if learned else []
    count = material.generated
    if count is None:
        count = 0 if clips or material.poses_2d else GENERATED
    clips = clips + _generated(count, material.generated_frames, [seed, 5])
    if tested:
        return clips, load_clips(tested)
    if not clips:
        return [], _generated(MEASURED, material.generated_frames, [seed, 17])
    return held_out(clips)


def _generated(count: int, frames: int, seed: Sequence[int]) -> list[Clip]:
    if not count:
        return []
    say(f"making {count} clips of motion")
    return generate_clips(np.random.default_rng(list(seed)), count, frames)


def held_out(clips: Sequence[Clip]) -> tuple[list[Clip], list[Clip]]:
    """Set aside the clips whose names fall outside the train split, for ever the same.

    Raises:
        InputError: There is but one clip.
    """
    if len(clips) < 2:
        raise InputError("motion: one clip alone leaves none to measure on; give test_motion too")
    kept = [clip for clip in clips if split_of(clip.name) != "train"]
    if not kept or len(kept) == len(clips):
        kept = [clips[-1]]
    names = {clip.name for clip in kept}
    return [clip for clip in clips if clip.name not in names] or list(clips[:-1]), kept
