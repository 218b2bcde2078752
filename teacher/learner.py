"""The teacher's training loop, on Lightning.

Each step lifts real 2D poses, looks at the skeletons from random sides, lets critics judge what
is seen and how it moves, lifts that again, and turns back. The budget is steps, minutes or both;
the learning rate follows whichever is further used up. A slow copy of the weights is what is kept.
All randomness of a step comes from the seed and the step's number, so a run that was killed goes
on as if nothing had happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from hmr.training import Pace, Training
from teacher import losses
from teacher.augmentation import Augmentation, disturbed, new_views
from teacher.bones import bones_alike, bones_along_track, symmetry
from teacher.critics import Critics
from teacher.hiding import Patterns
from teacher.lifter import Design, Lift, LifterNetwork
from teacher.losses import Weights
from teacher.poses_2d import FLIP, Poses2D, mirrored, normalise
from teacher.views import seen, turned


@dataclass(frozen=True)
class Budget(Pace):
    """How long to train, and how."""

    minutes: float | int | None = 10.0
    steps: int | None = 3000
    batch: int = 128
    """Tracks a step, of two poses each."""
    lr: float = 5e-4
    """Highest learning rate of the lifter (Adam)."""
    critic_lr: float = 5e-4
    ramp: float = 0.3
    """Share of the budget in which the weight of the bone losses rises to its full value."""
    round_steps: int = 100


class Rounds(Dataset):
    """Batches by step, from one step on: joints and which of them are known."""

    def __init__(self, poses: Poses2D, batch: int, seed: int, start: int, count: int):
        """Offer `count` batches from step `start` on."""
        self.poses, self.batch, self.seed = poses, batch, seed
        self.start, self.count = start, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        if i >= self.count:
            raise IndexError(i)
        generator = source_of(self.seed, 1, self.start + i)
        rows = torch.randint(len(self.poses), (self.batch,), generator=generator)
        joints, known = self.poses.joints[rows], self.poses.visible[rows]
        flip = torch.rand(self.batch, generator=generator) < 0.5
        turned_over = torch.where(flip[:, None, None, None], mirrored(joints), joints)
        over = known[..., FLIP]
        return turned_over, torch.where(flip[:, None, None], over, known)


class Learner(Training[LifterNetwork]):
    """A lifter and its critic under training."""

    def __init__(
        self,
        poses: Poses2D,
        seed: int,
        design: Design,
        critic: Design,
        budget: Budget,
        augmentation: Augmentation,
        weights: Weights,
        patterns: Patterns | None = None,
        start: "Learner | None" = None,
    ):
        """Prepare a run.

        Args:
            poses: 2D poses to learn from.
            seed: Of everything random.
            design: Of the lifter.
            critic: Of the critics.
            budget: How long, and how.
            augmentation: How poses are changed.
            weights: Of the losses.
            patterns: How people in crowds are hidden.
            start: A finished training of a lifter that looks at fewer frames, to go on from.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            lifter, critics = LifterNetwork(design), Critics(critic)
        if start is not None:
            lifter.begin_as(start.slow)
            critics.load_state_dict(start.critics.state_dict())
        super().__init__("teacher", lifter, budget)
        self.lifter, self.critics = lifter, critics
        self.automatic_optimization = False
        self.ramp = 0.0 if start else budget.ramp
        self.poses, self.seed, self.patterns = poses, seed, patterns
        self.budget, self.augmentation, self.weights = budget, augmentation, weights

    def train_dataloader(self) -> DataLoader:
        """Batches of the next round."""
        count = self.round_length()
        rounds = Rounds(self.poses, self.budget.batch, self.seed, self.steps, count)
        return DataLoader(rounds, batch_size=None)

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """Adam for either, with little momentum, as adversaries need."""
        pairs = ((self.lifter, self.budget.lr), (self.critics, self.budget.critic_lr))
        return [torch.optim.Adam(net.parameters(), lr=lr, betas=(0.5, 0.99)) for net, lr in pairs]

    def training_step(self, batch: Sequence[Tensor], batch_idx: int) -> None:
        """Teach the critics, then the lifter."""
        joints, known = batch
        for_lifter, for_critics = self.optimizers()  # pyright: ignore
        rates = (self.budget.lr, self.budget.critic_lr)
        self.set_rates((for_lifter, for_critics), rates)
        terms, views = self.terms(joints, known, source_of(self.seed, 2, self.steps))
        critic = self.critics.criticism(joints, views.detach(), known, self.weights)
        for_critics.zero_grad()
        self.manual_backward(critic)
        for_critics.step()
        self.critics.requires_grad_(False)
        terms |= self.critics.judged(views, known)
        loss = self.total(terms)
        for_lifter.zero_grad()
        self.manual_backward(loss)
        for_lifter.step()
        self.critics.requires_grad_(True)
        self.note({"loss": loss, "critic_loss": critic, **terms})

    def terms(
        self,
        joints: Float[Tensor, "tracks frames joints 2"],
        known: Float[Tensor, "tracks frames joints"],
        generator: torch.Generator,
    ) -> tuple[dict[str, Tensor], Float[Tensor, "tracks frames joints 2"]]:
        """Losses of the lifter but the critics', and its poses as seen from other sides."""
        lift, visible = self.lift(joints, known, generator)
        points = lift.points(joints, known)
        # All frames of a track are looked at from the same side.
        turns = new_views(lift.elevation, self.augmentation, generator)
        moved = turned(points, turns)
        view = normalise(seen(moved), known)
        again = self.lift(view.joints, known, generator)[0].points(view.joints, known)
        again = again * view.unit[..., None, None]
        back = seen(turned(again, turns.mT))
        terms = {
            "consistency_3d": losses.consistency_3d(again, moved, known),
            "consistency_2d": losses.consistency_2d(back, joints, known),
            "temporal": losses.temporal(again, moved, known),
            "bones": bones_alike(points, known),
            "track": bones_along_track(points, known),
            "symmetry": symmetry(points, known),
            "knees": losses.knees_forward(points, known),
            "filling": losses.filling(lift.plane, joints, known - visible * known),
        }
        return terms, view.joints

    def total(self, terms: dict[str, Tensor]) -> Float[Tensor, ""]:
        """Weigh the losses; those of bones come in slowly, once the sign of depth has settled."""
        rising = min(1.0, self.used() / self.ramp) if self.ramp else 1.0
        shares = {"bones": rising, "track": rising}
        weighed = [
            getattr(self.weights, n) * shares.get(n, 1.0) * term for n, term in terms.items()
        ]
        return torch.stack(weighed).sum()

    def lift(
        self,
        joints: Float[Tensor, "tracks frames joints 2"],
        known: Float[Tensor, "tracks frames joints"],
        generator: torch.Generator,
    ) -> tuple[Lift, Float[Tensor, "tracks frames joints"]]:
        """Lift poses of which some joints are hidden and all are disturbed; say which are seen."""
        shown = disturbed(joints, known, self.augmentation, generator, self.patterns)
        lift = self.lifter(shown.joints, shown.visible)
        return replace(lift, plane=lift.plane @ shown.spin), shown.visible


def source_of(seed: int, purpose: int, step: int) -> torch.Generator:
    """Randomness of one step, the same whenever it is asked for."""
    return torch.Generator().manual_seed((seed * 4 + purpose) * 1_000_003 + step)
