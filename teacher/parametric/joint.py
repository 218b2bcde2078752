"""Joint fine-tuning: the lifter and the parametric network go on learning together.

Either keeps its own losses (PoseNet3D); besides, the parametric network follows the lifter, which
is still getting better, both come to agree, and both learn from what the parametric network's
body knows: strangers it makes up, whose 2D comes with its 3D.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.utils.data import DataLoader

from hmr.body import Body
from hmr.training import Pace, Training
from teacher import losses as lifters
from teacher.augmentation import disturbed, new_views
from teacher.learner import Learner, Rounds, source_of
from teacher.lifter import LifterNetwork
from teacher.parametric import losses
from teacher.parametric.network import ParametricNetwork, Skeletons, read
from teacher.parametric.people import People
from teacher.parametric.strangers import Strangeness, strangers
from teacher.poses_2d import normalise
from teacher.spread import lift_both_ways
from teacher.views import seen, turned

RISE = 0.05
"""Share of the budget in which the learning rate rises."""


@dataclass(frozen=True)
class Tuning(Pace):
    """How long to tune, and how."""

    minutes: float | int | None = 7.0
    steps: int | None = 1000
    batch: int = 128
    """Tracks a step."""
    lr: float = 2e-4
    """Highest learning rate of the lifter (Adam)."""
    parametric_lr: float = 3e-4
    critic_lr: float = 2e-4
    round_steps: int = 100
    strangeness: Strangeness = field(default_factory=Strangeness)


@dataclass(frozen=True)
class Weights(losses.Weights):
    """What each loss counts beside the lifter's own."""

    agreement: float = 5.0
    """Distance of the parametric network from the lifter's slow copy."""
    partner: float = 1.0
    """Distance of the two networks from each other, which moves both."""
    strangers: float = 40.0
    lifted_strangers: float = 10.0
    """Of people whom the body makes up, from what the lifter makes of them."""
    reprojection: float = 3.0
    shape: float = 0.2
    pose: float = 0.004
    limits: float = 20.0
    smoothness: float = 0.2
    constancy: float = 1.0
    regressor: float = 1.0
    adversarial: float = 0.1
    motion: float = 0.03
    consistency_2d: float = 1.0
    consistency_3d: float = 0.1


class Pair(nn.Module):
    """A lifter and a parametric network that learned from it."""

    def __init__(self, lifter: LifterNetwork, parametric: ParametricNetwork):
        super().__init__()
        self.lifter, self.parametric = lifter, parametric


class Tuner(Training[Pair]):
    """Both networks and the lifter's critics under training."""

    def __init__(
        self,
        learner: Learner,
        parametric: ParametricNetwork,
        body: Body,
        tuning: Tuning,
        weights: Weights,
    ):
        """Prepare a run.

        Args:
            learner: A finished training of the lifter. Its lifter goes on from the slow copy, its
                critics from where they are.
            parametric: A parametric network that was distilled from it; is copied.
            body: The body.
            tuning: How long, and how.
            weights: Of the losses.
        """
        learner.lifter.load_state_dict(learner.slow.state_dict())
        pair = Pair(learner.lifter, copy.deepcopy(parametric)).train().requires_grad_(True)
        super().__init__("teacher and its parametric network", pair, tuning)
        self.pair, self.critics = pair, learner.critics
        self.automatic_optimization = False
        self.tuning, self.weights = tuning, weights
        # A tuple keeps the learner's books and the body out of the checkpoints.
        self._given = (learner, body)

    def on_fit_start(self) -> None:
        """Bring the body to where the networks are."""
        self._given[1].to(self.device)

    def train_dataloader(self) -> DataLoader:
        """Batches of the next round."""
        learner, count = self._given[0], self.round_length()
        rounds = Rounds(learner.poses, self.tuning.batch, learner.seed + 1, self.steps, count)
        return DataLoader(rounds, batch_size=None)

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """Adam for the networks and for the critics."""
        nets = (self.pair.lifter, self.pair.parametric, self.critics)
        pairs = zip(nets, self._rates(), strict=True)
        lifter, parametric, critics = ({"params": list(n.parameters()), "lr": r} for n, r in pairs)
        groups = ([lifter, parametric], [critics])
        return [torch.optim.Adam(group, betas=(0.5, 0.99)) for group in groups]

    def training_step(self, batch: Sequence[Tensor], batch_idx: int) -> None:
        """Teach the critics, then both networks."""
        joints, known = batch
        learner = self._given[0]
        for_pair, for_critics = self.optimizers()  # pyright: ignore
        self.set_rates((for_pair, for_critics), self._rates(), RISE)
        generator = source_of(learner.seed, 2, learner.steps + self.steps)
        own, views = learner.terms(joints, known, generator)
        terms, body_views = self.terms(joints, known, generator)
        critic = self.criticism(joints, known, views.detach(), body_views.detach())
        for_critics.zero_grad()
        self.manual_backward(critic)
        for_critics.step()
        self.critics.requires_grad_(False)
        own |= self.critics.judged(views, known)
        terms |= self.critics.judged(body_views, known)
        loss = learner.total(own) + losses.total(terms, self.weights)
        for_pair.zero_grad()
        self.manual_backward(loss)
        for_pair.step()
        self.critics.requires_grad_(True)
        bodies = {f"body_{name}": term for name, term in terms.items()}
        self.note({"loss": loss, "critic_loss": critic, **own, **bodies})

    def criticism(
        self,
        real: Float[Tensor, "tracks frames joints 2"],
        known: Float[Tensor, "tracks frames joints"],
        views: Float[Tensor, "tracks frames joints 2"],
        body_views: Float[Tensor, "tracks frames joints 2"],
    ) -> Float[Tensor, ""]:
        """Loss of the critics; every other track is one that the parametric network read."""
        lifters_turn = torch.arange(len(real), device=real.device) % 2 == 0
        shown = torch.where(lifters_turn[:, None, None, None], views, body_views)
        return self.critics.criticism(real, shown, known, self._given[0].weights)

    def terms(
        self,
        joints: Float[Tensor, "tracks frames joints 2"],
        known: Float[Tensor, "tracks frames joints"],
        generator: torch.Generator,
    ) -> tuple[dict[str, Tensor], Float[Tensor, "tracks frames joints 2"]]:
        """Losses between the networks and of the body, and people as seen from other sides."""
        learner = self._given[0]
        lift = self.pair.lifter(joints, known)
        points = lift.points(joints, known)
        people, found = self._read(joints, known, generator)
        with torch.no_grad():
            taught = lift_both_ways(self.slow.lifter, joints, known)[0]
        turns = new_views(lift.elevation.detach(), learner.augmentation, generator)
        moved = turned(found.points, turns)
        view = normalise(seen(moved), known)
        again = self._read(view.joints, known, generator)[1].points * view.unit[..., None, None]
        terms = {
            "agreement": losses.agreement(found.points, taught, known),
            "partner": losses.agreement(points, found.points, known),
            "reprojection": losses.reprojection(found.plane, joints, known),
            "consistency_3d": lifters.consistency_3d(again, moved, known),
            "consistency_2d": lifters.consistency_2d(seen(turned(again, turns.mT)), joints, known),
            **losses.of_body(people, self.pair.parametric.weights()),
            **self._of_strangers(people, known, turns, generator),
        }
        return terms, view.joints

    def _of_strangers(
        self,
        people: People,
        known: Float[Tensor, "tracks frames joints"],
        turns: Float[Tensor, "tracks 1 3 3"],
        generator: torch.Generator,
    ) -> dict[str, Tensor]:
        """How far either network is from people whom the body makes up."""
        learner, body = self._given
        how = self.tuning.strangeness
        others = strangers(self.pair.parametric, body, people, known, turns, how, generator)
        lifted = learner.lift(others.joints, known, generator)[0].points(others.joints, known)
        found = self._read(others.joints, known, generator)[1].points
        return {
            "lifted_strangers": losses.agreement(lifted, others.points, known),
            "strangers": losses.agreement(found, others.points, known),
        }

    def _read(
        self,
        joints: Float[Tensor, "tracks frames joints 2"],
        known: Float[Tensor, "tracks frames joints"],
        generator: torch.Generator,
    ) -> tuple[People, Skeletons]:
        learner, body = self._given
        shown = disturbed(joints, known, learner.augmentation, generator, learner.patterns)
        return read(self.pair.parametric, body, shown)

    def _rates(self) -> tuple[float, float, float]:
        how = self.tuning
        return how.lr, how.parametric_lr, how.critic_lr
