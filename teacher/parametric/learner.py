"""Distillation: the parametric network learns from a lifter that stays as it is.

Poses are 2D; the lifter sees them whole, from both sides of the mirror, and the parametric
network disturbed, as the lifter itself once did. So that it also finds people unlike those, it
reads strangers whom the body makes up. The lifter that the network begins with stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.utils.data import DataLoader

from hmr.body import Body
from hmr.training import Pace, Training
from teacher.augmentation import Augmentation, disturbed, new_views
from teacher.hiding import Patterns
from teacher.learner import Rounds, source_of
from teacher.lifter import Design, LifterNetwork
from teacher.parametric import losses
from teacher.parametric.losses import Weights
from teacher.parametric.network import ParametricNetwork, Skeletons, read
from teacher.parametric.people import People
from teacher.parametric.strangers import Strangeness, strangers
from teacher.poses_2d import Poses2D
from teacher.spread import lift_both_ways


@dataclass(frozen=True)
class Budget(Pace):
    """How long to distil, and how."""

    minutes: float | int | None = 4.0
    steps: int | None = 2000
    batch: int = 128
    """Tracks a step, of two poses each."""
    lr: float = 1e-3
    """Highest learning rate (Adam)."""
    round_steps: int = 100


USUAL = Strangeness()


class Distiller(Training[ParametricNetwork]):
    """A parametric network under training by a lifter."""

    def __init__(
        self,
        poses: Poses2D,
        lifter: LifterNetwork,
        body: Body,
        seed: int,
        design: Design,
        budget: Budget,
        augmentation: Augmentation,
        weights: Weights,
        patterns: Patterns | None = None,
        strangeness: Strangeness = USUAL,
    ):
        """Prepare a run."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = ParametricNetwork(design, lifter.design)
        network.begin_with(lifter, poses.learned())
        network.lifter.requires_grad_(False)
        super().__init__("parametric network", network, budget)
        self.network = network
        self.automatic_optimization = False
        self.poses, self.seed, self.patterns = poses, seed, patterns
        self.budget, self.augmentation, self.weights = budget, augmentation, weights
        self.strangeness = strangeness
        # They are not learned here; a tuple keeps them out of the checkpoints.
        self._given = (lifter.eval().requires_grad_(False), body)

    def on_fit_start(self) -> None:
        """Bring what is given to where the network is."""
        for module in self._given:
            module.to(self.device)

    def train_dataloader(self) -> DataLoader:
        """Batches of the next round."""
        count = self.round_length()
        rounds = Rounds(self.poses, self.budget.batch, self.seed, self.steps, count)
        return DataLoader(rounds, batch_size=None)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam."""
        learning = [part for part in self.network.parameters() if part.requires_grad]
        return torch.optim.Adam(learning, lr=self.budget.lr)

    def training_step(self, batch: Sequence[Tensor], batch_idx: int) -> None:
        """Follow the lifter."""
        joints, known = batch
        optimiser: torch.optim.Optimizer = self.optimizers()  # pyright: ignore
        self.set_rates([optimiser], [self.budget.lr])
        terms = self.terms(joints, known, source_of(self.seed, 3, self.steps))
        loss = losses.total(terms, self.weights)
        optimiser.zero_grad()
        self.manual_backward(loss)
        optimiser.step()
        self.note({"loss": loss, **terms})

    def terms(
        self,
        joints: Float[Tensor, "tracks frames joints 2"],
        known: Float[Tensor, "tracks frames joints"],
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """All losses of the parametric network."""
        lifter, body = self._given
        taught = lift_both_ways(lifter, joints, known)[0]
        people, found = self._read(joints, known, generator)
        turns = new_views(lifter(joints, known).elevation, self.augmentation, generator)
        others = strangers(self.network, body, people, known, turns, self.strangeness, generator)
        theirs = self._read(others.joints, known, generator)[1].points
        return {
            "agreement": losses.agreement(found.points, taught, known),
            "strangers": losses.agreement(theirs, others.points, known),
            "reprojection": losses.reprojection(found.plane, joints, known),
            **losses.of_body(people, self.network.weights()),
        }

    def _read(
        self,
        joints: Float[Tensor, "tracks frames joints 2"],
        known: Float[Tensor, "tracks frames joints"],
        generator: torch.Generator,
    ) -> tuple[People, Skeletons]:
        shown = disturbed(joints, known, self.augmentation, generator, self.patterns)
        return read(self.network, self._given[1], shown)
