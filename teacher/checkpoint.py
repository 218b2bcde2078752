"""A trained teacher on disk: the lifter, and the parametric network where it has one."""

import io
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from hmr.errors import InputError
from hmr.record import write_atomically
from teacher.lifter import Design, LifterNetwork
from teacher.parametric.network import ParametricNetwork
from teacher.poses_2d import NAMES

FORMAT = "throng-teacher-2"


def save(
    path: Path,
    network: LifterNetwork,
    learned: Sequence[str],
    notes: dict,
    parametric: ParametricNetwork | None = None,
) -> None:
    """Write a teacher's checkpoint; `notes` says how it was trained."""
    kept = {
        "format": FORMAT,
        "joint_names": list(NAMES),
        "learned_joints": list(learned),
        **_kept(network),
        "notes": notes,
    }
    if parametric is not None:
        kept["parametric"] = {
            **_kept(parametric),
            "lifter_design": asdict(parametric.lifter.design),
        }
    buffer = io.BytesIO()
    torch.save(kept, buffer)
    write_atomically(path, buffer.getvalue())


def _kept(network: LifterNetwork | ParametricNetwork) -> dict:
    weights = {name: tensor.cpu() for name, tensor in network.state_dict().items()}
    return {"design": asdict(network.design), "weights": weights}


def networks(kept: dict) -> tuple[LifterNetwork, ParametricNetwork | None]:
    """Build what `read_checkpoint` found; no parametric network where there is none."""
    lifter = LifterNetwork(Design(**kept["design"]))
    lifter.load_state_dict(kept["weights"])
    if "parametric" not in kept:
        return lifter, None
    second = kept["parametric"]
    parametric = ParametricNetwork(Design(**second["design"]), Design(**second["lifter_design"]))
    parametric.load_state_dict(second["weights"])
    return lifter, parametric


def read_checkpoint(path: Path) -> dict:
    """Read what `save` wrote.

    Raises:
        InputError: There is none, or it is no teacher's; names the file.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such checkpoint; train one with stage=teacher")
    try:
        kept = torch.load(path, map_location="cpu", weights_only=True)
    except Exception:
        raise InputError(f"{path}: cut short or not a checkpoint; train one anew") from None
    made = kept.get("format", "") if isinstance(kept, dict) else ""
    if made != FORMAT and str(made).startswith(FORMAT[:-1]):
        raise InputError(f"{path}: a teacher of another version of Throng; train one anew")
    whole = {"joint_names", "learned_joints", "design", "weights", "notes"}
    if made != FORMAT or not whole <= set(kept):
        raise InputError(f"{path}: not a teacher's checkpoint; train one with stage=teacher")
    if tuple(kept["joint_names"]) != NAMES:
        raise InputError(f"{path}: lifts other joints than {', '.join(NAMES)}; train one anew")
    return kept
