"""The teacher's training loop, on Lightning.

Each step lifts real 2D poses, looks at the skeletons from random sides, lets the critic judge
what is seen, lifts that again, and turns back. The budget is steps, minutes or both; the
learning rate follows whichever is further used up. A slow copy of the weights is what is kept.
All randomness of a step comes from the seed and the step's number, so a run that was killed
goes on as if nothing had happened.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from hmr.rotations import about
from hmr.training import Pace, Training, cosine
from teacher import losses
from teacher.discriminator import Discriminator
from teacher.lifter import Design, Lift, LifterNetwork
from teacher.losses import Weights
from teacher.poses_2d import DISTANCE, FLIP, Poses2D, mirrored, normalise
from teacher.views import random_turns, seen, turned


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


@dataclass(frozen=True)
class Augmentation:
    """How 2D poses are changed while they are learned from."""

    hide: float = 0.3
    """Highest share of joints hidden from the lifter."""
    jitter: float = 0.03
    """Standard deviation of the joints the lifter sees, in head-root lengths."""
    elevation_deg: float = 10.0
    """Uniform spread, to either side, of the elevation from which skeletons are looked at."""
    spin: float = 0.25
    """Share of poses that the lifter sees turned by any angle in the image plane. Depth does not
    change with that, so those who stand on their hands are learned from those who stand."""


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
    ):
        """Prepare a run."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            lifter, judge = LifterNetwork(design), Discriminator(critic)
        super().__init__("teacher", lifter, budget)
        self.lifter, self.critic = lifter, judge
        self.automatic_optimization = False
        self.poses, self.seed = poses, seed
        self.budget, self.augmentation, self.weights = budget, augmentation, weights

    def train_dataloader(self) -> DataLoader:
        """Batches of the next round."""
        count = self.round_length()
        rounds = Rounds(self.poses, self.budget.batch, self.seed, self.steps, count)
        return DataLoader(rounds, batch_size=None)

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """Adam for either, with little momentum, as adversaries need."""
        pairs = ((self.lifter, self.budget.lr), (self.critic, self.budget.critic_lr))
        return [torch.optim.Adam(net.parameters(), lr=lr, betas=(0.5, 0.99)) for net, lr in pairs]

    def training_step(self, batch: Sequence[Tensor], batch_idx: int) -> None:
        """Teach the critic, then the lifter."""
        joints, known = batch
        for_lifter, for_critic = self.optimizers()  # pyright: ignore
        self._set_rates(for_lifter, for_critic)
        terms, views = self.terms(joints, known, source_of(self.seed, 2, self.steps))
        critic = self.criticism(joints, views.detach(), known)
        for_critic.zero_grad()
        self.manual_backward(critic)
        for_critic.step()
        self.critic.requires_grad_(False)
        terms["adversarial"] = losses.adversarial(self.critic(views, known))
        loss = self.total(terms)
        for_lifter.zero_grad()
        self.manual_backward(loss)
        for_lifter.step()
        self.critic.requires_grad_(True)
        self.note({"loss": loss, "critic_loss": critic, **terms})

    def terms(
        self,
        joints: Float[Tensor, "tracks frames joints 2"],
        known: Float[Tensor, "tracks frames joints"],
        generator: torch.Generator,
    ) -> tuple[dict[str, Tensor], Float[Tensor, "tracks frames joints 2"]]:
        """Losses of the lifter but the critic's, and its poses as seen from other sides."""
        lift, visible = self._lift(joints, known, generator)
        points = lift.points(joints, known)
        # Both frames of a track are looked at from the same side.
        turns = random_turns(
            lift.elevation.mean(1), math.radians(self.augmentation.elevation_deg), generator
        ).unsqueeze(1)
        moved = turned(points, turns)
        view = normalise(seen(moved), known)
        again = self._lift(view.joints, known, generator)[0].points(view.joints, known)
        again = again * view.unit[..., None, None]
        back = seen(turned(again, turns.mT))
        terms = {
            "consistency_3d": losses.consistency_3d(again, moved, known),
            "consistency_2d": losses.consistency_2d(back, joints, known),
            "bones": losses.bones_alike(points, known),
            "track": losses.bones_along_track(points, known),
            "symmetry": losses.symmetry(points, known),
            "knees": losses.knees_forward(points, known),
            "filling": losses.filling(lift.plane, joints, known - visible * known),
        }
        return terms, view.joints

    def criticism(
        self,
        real: Float[Tensor, "tracks frames joints 2"],
        views: Float[Tensor, "tracks frames joints 2"],
        known: Float[Tensor, "tracks frames joints"],
    ) -> Float[Tensor, ""]:
        """Loss of the critic."""
        real = real.clone().requires_grad_()
        judged = self.critic(real, known)
        penalty = losses.gradient_penalty(judged, real)
        mistaken = losses.criticism(judged, self.critic(views, known))
        return mistaken + self.weights.gradient / 2 * penalty

    def total(self, terms: dict[str, Tensor]) -> Float[Tensor, ""]:
        """Weigh the losses; those of bones come in slowly, once the sign of depth has settled."""
        rising = min(1.0, self.used() / self.budget.ramp) if self.budget.ramp else 1.0
        shares = {"bones": rising, "track": rising}
        weighed = [
            getattr(self.weights, n) * shares.get(n, 1.0) * term for n, term in terms.items()
        ]
        return torch.stack(weighed).sum()

    def _lift(
        self,
        joints: Float[Tensor, "tracks frames joints 2"],
        known: Float[Tensor, "tracks frames joints"],
        generator: torch.Generator,
    ) -> tuple[Lift, Float[Tensor, "tracks frames joints"]]:
        """Lift poses of which some joints are hidden and all are disturbed."""
        how, size = self.augmentation, known.shape[:2]
        share = how.hide * torch.rand(size, generator=generator)
        kept = torch.rand(known.shape, generator=generator) >= share.unsqueeze(-1)
        noise = torch.randn(joints.shape, generator=generator) * how.jitter / DISTANCE
        angle = (torch.rand(size, generator=generator) * 2 - 1) * math.pi
        angle = angle * (torch.rand(size, generator=generator) < how.spin)
        spin = about("z", angle)[..., :2, :2].to(joints)
        visible = known * kept.to(known)
        lift = self.lifter((joints + noise.to(joints)) @ spin.mT, visible)
        return replace(lift, plane=lift.plane @ spin), visible

    def _set_rates(self, *optimisers) -> None:
        share = 0.02 + 0.98 * cosine(self.used())
        rates = (self.budget.lr, self.budget.critic_lr)
        for optimiser, rate in zip(optimisers, rates, strict=True):
            for group in optimiser.param_groups:
                group["lr"] = rate * share


def source_of(seed: int, purpose: int, step: int) -> torch.Generator:
    """Randomness of one step, the same whenever it is asked for."""
    return torch.Generator().manual_seed((seed * 4 + purpose) * 1_000_003 + step)
