"""Mirror images of people: what stands on the left stands on the right.

The mirror is the plane x = 0 of whatever frame the parameters are in. Shape and expression stay,
for the body's components are (very nearly) symmetric.
"""

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.joints import SMPLX_BODY_22, flip_order
from hmr.params import Params

BODY_ORDER = (flip_order(SMPLX_BODY_22)[1:] - 1).tolist()
"""Order of `body_pose` after mirroring: all body joints but the pelvis."""


def mirror_turns(turns: Float[Tensor, "*batch 3 3"]) -> Float[Tensor, "*batch 3 3"]:
    """Rotations as the mirror shows them: M R M with M = diag(-1, 1, 1)."""
    sign = turns.new_tensor([-1.0, 1.0, 1.0])
    return turns * sign * sign.unsqueeze(-1)


def mirror(params: Params) -> Params:
    """Mirror people."""
    return replace(
        params,
        global_orient=mirror_turns(params.global_orient),
        body_pose=mirror_turns(params.body_pose[..., BODY_ORDER, :, :]),
        left_hand_pose=mirror_turns(params.right_hand_pose),
        right_hand_pose=mirror_turns(params.left_hand_pose),
        jaw_pose=mirror_turns(params.jaw_pose),
        leye_pose=mirror_turns(params.reye_pose),
        reye_pose=mirror_turns(params.leye_pose),
        transl=params.transl * params.transl.new_tensor([-1.0, 1.0, 1.0]),
    )


def mirror_where(flipped: Tensor, params: Params) -> Params:
    """Mirror only the people (one leading axis) that the mask names."""
    seen = mirror(params)
    fields = {}
    for name in Params.__dataclass_fields__:
        old, new = getattr(params, name), getattr(seen, name)
        fields[name] = torch.where(flipped.view(-1, *[1] * (old.ndim - 1)), new, old)
    return Params(**fields)
