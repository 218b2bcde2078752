"""Does a lift know how wrong it is? The predicted deviation of joints beside their true error.

python benchmarks/lift_uncertainty.py TEACHER MOTION...

MOTION is motion that the teacher never saw: folders, files or patterns. Errors are distances from
the truth after the pelvises met and the best scale. Printed for the mirror alone and for masked
re-lifts: rank correlation (Spearman) of prediction and error over all joints, within joints of
one name, and over poses by their means; and for tenths of the joints, from the surest to the
least sure, what was predicted and the root mean square of the errors. At the end the constants of
`teacher.spread.Calibration` that fit these errors best.
"""

import argparse

import numpy as np
import torch
from jaxtyping import Float
from scipy.optimize import least_squares
from scipy.stats import spearmanr

from hmr.motion.load import load_clips, sources
from teacher.detector import Detector
from teacher.lift import Lifter
from teacher.measure import Condition, Trials, trials_of
from teacher.poses_2d import NAMES, ROOT
from teacher.projection import Cameras
from teacher.size import to_adult
from teacher.spread import RELIFTS, calibration, mean_and_spread

CONDITIONS = {
    "true 2D": Condition(),
    "true 2D, 30 % hidden": Condition(hidden=0.3),
    "detected 2D": Condition(detector=Detector()),
    "detected 2D, 30 % hidden": Condition(detector=Detector(), hidden=0.3),
}
TENTHS = 10
Errors = Float[np.ndarray, "poses joints"]


@torch.no_grad()
def spread_and_error(lifter: Lifter, trials: Trials, relifts: int) -> tuple[Errors, Errors]:
    """How far the answers spread and how far off they are, in metres; NaN where not measured."""
    points, spread = mean_and_spread(lifter.network, trials.joints, trials.visible, relifts)
    size = to_adult(points, trials.visible, torch.from_numpy(lifter.learned))
    known = trials.known[:, None].expand(trials.visible.shape)
    truth = torch.where(known.unsqueeze(-1), trials.truth.float(), 0.0)
    lifted = torch.where(known.unsqueeze(-1), points @ trials.aim.float(), 0.0)
    scale = (lifted * truth).sum((-2, -1)) / lifted.square().sum((-2, -1))
    error = (lifted * scale[..., None, None] - truth).norm(dim=-1)
    known = known & (torch.arange(len(NAMES)) != ROOT)
    arrays = (torch.where(known, a, torch.nan) for a in (spread * size.unsqueeze(-1), error))
    first, second = (array.flatten(0, 1).double().numpy() for array in arrays)
    return first, second


def correlations(predicted: Errors, errors: Errors) -> tuple[float, float, float]:
    """Rank correlation over all joints, within joints of one name, and over poses."""
    there = np.isfinite(errors)
    columns = [(predicted[there[:, j], j], errors[there[:, j], j]) for j in range(len(NAMES))]
    within = [_rank(*pair) for pair in columns if len(pair[0])]
    means = [np.nanmean(array[there.any(1)], axis=1) for array in (predicted, errors)]
    whole = _rank(predicted[there], errors[there])
    return whole, float(np.mean(within)), _rank(*means)


def _rank(first: Float[np.ndarray, " n"], second: Float[np.ndarray, " n"]) -> float:
    correlation, _ = spearmanr(first, second)
    return float(correlation)  # pyright: ignore[reportArgumentType]


def tenths(by: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"]) -> Float[np.ndarray, "10"]:
    """Root mean square of values, from those with the least of the other array to the most."""
    parts = np.array_split(values[np.argsort(by, kind="stable")], TENTHS)
    return np.array([np.sqrt(np.mean(np.square(part))) for part in parts])


def fitted(spread: Float[np.ndarray, " n"], errors: Float[np.ndarray, " n"]) -> tuple[float, ...]:
    """Floor, most and half of the calibration that is nearest to the tenths, relatively."""
    x, y = tenths(spread, spread), tenths(spread, errors)

    def off(p: Float[np.ndarray, "3"]) -> Float[np.ndarray, "10"]:
        return np.log(np.sqrt(p[0] ** 2 + (p[1] * x / (x + p[2])) ** 2) / y)

    return tuple(least_squares(off, (0.03, 0.25, 0.03), bounds=(1e-4, 1.0)).x)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("teacher")
    parser.add_argument("motion", nargs="+")
    given = parser.parse_args()
    lifter, clips = Lifter.load(given.teacher), load_clips(sources(given.motion))
    for relifts in (0, RELIFTS):
        print(f"\n{f'{relifts} masked re-lifts' if relifts else 'the mirror alone'}")
        spreads, errors = [], []
        for name, condition in CONDITIONS.items():
            spread, error = spread_and_error(
                lifter, trials_of(clips, Cameras(), 0, condition), relifts
            )
            known = np.isfinite(error)
            spreads.append(spread[known])
            errors.append(error[known])
            numbers = "".join(f"{r:>8.2f}" for r in correlations(spread, error))
            print(f"  {name:<26} rank correlation: all, within joints, poses{numbers}")
        spread, error = np.concatenate(spreads), np.concatenate(errors)
        told = calibration(relifts).deviation(torch.from_numpy(spread)).numpy()
        for label, values in (("predicted, mm", told), ("true RMS, mm", error)):
            print(f"  {label:<26}" + "".join(f"{1000 * v:>7.0f}" for v in tenths(spread, values)))
        floor, most, half = fitted(spread, error)
        print(f"  best fit: floor={floor:.3f}, most={most:.3f}, half={half:.4f}")


if __name__ == "__main__":
    main()
