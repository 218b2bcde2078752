"""Both critics together: of single poses and of movements."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from teacher import losses
from teacher.discriminator import Discriminator, MotionDiscriminator, anything, movements
from teacher.lifter import Design
from teacher.losses import Weights


class Critics(nn.Module):
    """A critic of 2D poses and one of how they change along a track."""

    def __init__(self, design: Design):
        super().__init__()
        self.poses, self.moves = Discriminator(design), MotionDiscriminator(design)

    def judged(
        self,
        views: Float[Tensor, "tracks frames joints 2"],
        known: Float[Tensor, "tracks frames joints"],
    ) -> dict[str, Tensor]:
        """What the lifter loses where its poses, seen from another side, do not convince."""
        terms = {"adversarial": losses.adversarial(self.poses(views, known), anything(known))}
        if known.shape[1] > 1:
            moving = anything(movements(known))
            terms["motion"] = losses.adversarial(self.moves(views, known), moving)
        return terms

    def criticism(
        self,
        real: Float[Tensor, "tracks frames joints 2"],
        views: Float[Tensor, "tracks frames joints 2"],
        known: Float[Tensor, "tracks frames joints"],
        weights: Weights,
    ) -> Float[Tensor, ""]:
        """What the critics themselves lose."""
        terms = []
        if weights.adversarial:
            there = anything(known)
            terms.append(_criticism(self.poses, real, views, known, there, weights.gradient))
        if weights.motion and known.shape[1] > 1:
            there = anything(movements(known))
            terms.append(_criticism(self.moves, real, views, known, there, weights.gradient))
        # Without critics there is still something to call backward on.
        return torch.stack([*terms, 0.0 * next(self.parameters()).sum()]).sum()


def _criticism(
    critic: nn.Module,
    real: Float[Tensor, "tracks frames joints 2"],
    views: Float[Tensor, "tracks frames joints 2"],
    known: Float[Tensor, "tracks frames joints"],
    there: Float[Tensor, "tracks judged"],
    gradient: float,
) -> Float[Tensor, ""]:
    real = real.clone().requires_grad_()
    judged = critic(real, known)
    penalty = losses.gradient_penalty(judged, real)
    return losses.criticism(judged, critic(views, known), there) + gradient / 2 * penalty
