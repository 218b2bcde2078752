"""What a network under training offers to the adversary that attacks it."""

from typing import Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor

from hmr.params import Params


@runtime_checkable
class Target(Protocol):
    """A network whose loss on given crops can be differentiated with respect to them.

    Tripathi et al., "Learning to generate synthetic data via compositing", CVPR 2019.
    """

    def loss(
        self,
        crops: Float[Tensor, "batch 3 size size"],
        place: Float[Tensor, "batch 3"],
        truth: Params,
    ) -> Float[Tensor, " batch"]:
        """Loss of each crop against the truth.

        Args:
            crops: RGB from 0 to 1.
            place: Where each crop lies in its image (`hmr.crops.place_in_image`).
            truth: Parameters in the camera frame.
        """
        ...
