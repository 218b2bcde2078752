"""What the page says, as HTML. What comes from files is escaped: a stranger's set runs no code."""

from collections import Counter
from collections.abc import Collection, Sequence
from html import escape

import numpy as np

from hmr.drawing import Colour, colour_of
from hmr.joints import SMPLX_BODY_22
from hmr.label_drawing import SEEN, describe, occluder_name
from hmr.sample import OUTSIDE, VISIBLE, Box, Person, Sample
from samples.viewer.beside import Beside

STYLE = "font-size:0.82em;line-height:1.5;padding:0.2em 0.6em"


def block(*lines: str) -> str:
    """Put lines of HTML under each other."""
    return f'<div style="{STYLE}">' + "".join(f"<div>{line}</div>" for line in lines) + "</div>"


def notice(text: str) -> str:
    """Say that something is wrong or missing."""
    return block(f'<span style="color:#c92a2a;font-weight:600">{escape(text)}</span>')


def headline(sample: Sample) -> str:
    """Name an image and where it comes from."""
    parts = [f"{sample.width}x{sample.height}", sample.environment, f"seed {sample.seed}"]
    parts += [sample.licence] if sample.licence else []
    if sample.camera.distortion is not None:
        parts.append("bent by its lens")
    return block(f"<b>{escape(sample.key)}</b> &nbsp; {escape(', '.join(map(str, parts)))}")


def everybody(sample: Sample, beside: Beside | None, kept: Collection[int]) -> str:
    """Say who is in an image, one line a person; those who are not kept are faint.

    Args:
        sample: The image.
        beside: Its predictions.
        kept: person_ids of the people whom the filters admit.
    """
    if not sample.people:
        return block("nobody is in this image")
    lines = []
    for row, person in enumerate(sample.people):
        error = _error(beside, row)
        text = f"{describe(person)}; {person.age}, {person.gender}{f'; {error}' if error else ''}"
        faint = "" if person.person_id in kept else "opacity:0.45"
        lines.append(f'<span style="{faint}">{dot(colour_of(row))} {escape(text)}</span>')
    return block(*lines, *_unmatched(beside))


def somebody(sample: Sample, row: int, beside: Beside | None) -> str:
    """List every label of one person."""
    person = sample.people[row]
    rows = {
        "age, gender": f"{person.age}, {person.gender}"
        + (f", kid weight {person.kid_weight:.2f}" if person.kid_weight else ""),
        "occlusion": _percent(person.occlusion),
        "hidden by": _occluders(person),
        "truncation": _percent(person.truncation),
        "amodal box": _box(person.bbox_amodal),
        "visible box": _box(person.bbox_visible),
        "joints": _counts(sample.joint_visibility[row].tolist()),
        "hidden joints": _hidden_joints(sample.joint_visibility[row]),
        "stands at": _place(sample, row),
        "trust": f"{person.trust:.2f}",
    }
    if beside is not None:
        rows["predicted"] = _error(beside, row) or "nobody"
    cells = "".join(
        f'<tr><td style="opacity:0.65;padding-right:1em;white-space:nowrap;vertical-align:top">'
        f"{name}</td><td>{escape(value)}</td></tr>"
        for name, value in rows.items()
    )
    head = f"{dot(colour_of(row))} <b>person {person.person_id}</b>"
    return block(head, f'<table style="border-spacing:0">{cells}</table>')


def legend(predicted: Colour | None) -> str:
    """Explain the colours of joints, and of predictions where there are any."""
    named = [f"{dot(colour)} {escape(name)}" for name, colour in SEEN.values()]
    named += [f"{dot(predicted)} predicted"] if predicted else []
    spaced = [f'<span style="white-space:nowrap;margin-right:0.9em">{n}</span>' for n in named]
    return block("joints: " + " ".join(spaced))


def dot(colour: Sequence[int]) -> str:
    """A round mark in a colour."""
    size = "display:inline-block;width:0.75em;height:0.75em;border-radius:50%"
    return f'<span style="{size};background:rgb{tuple(int(c) for c in colour)}"></span>'


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.1%}"


def _occluders(person: Person) -> str:
    if person.occluders is None:
        return "unknown"
    hidden_by = sorted(person.occluders, key=lambda occluder: -occluder.share)
    named = [f"{occluder_name(o.id)} {o.share:.1%}" for o in hidden_by]
    return ", ".join(named) or "nobody"


def _box(box: Box | None) -> str:
    if box is None:
        return "unknown"
    x0, y0, x1, y1 = box
    return f"{x1 - x0:.0f} x {y1 - y0:.0f} pixels at {x0:.0f}, {y0:.0f}"


def _counts(seen: Sequence[int]) -> str:
    counts = Counter(seen)
    return ", ".join(f"{counts[v]} {name}" for v, (name, _) in SEEN.items() if counts[v])


def _hidden_joints(seen: np.ndarray) -> str:
    body = zip(SMPLX_BODY_22, seen.tolist(), strict=False)
    names = [name.replace("_", " ") for name, value in body if value not in (VISIBLE, OUTSIDE)]
    return ", ".join(names) or "none"


def _place(sample: Sample, row: int) -> str:
    pelvis = sample.joints_3d[row, 0].astype(np.float64)
    away = np.linalg.norm(pelvis - sample.camera.centre.double().numpy())
    x, y, z = pelvis
    return f"{x:.2f}, {y:.2f}, {z:.2f} m (pelvis), {away:.1f} m from the camera"


def _error(beside: Beside | None, row: int) -> str:
    i = None if beside is None else beside.of(row)
    if beside is None or i is None:
        return ""
    parts = zip(("MPJPE", "PA-MPJPE"), (beside.mpjpe_mm[i], beside.pa_mpjpe_mm[i]), strict=True)
    text = ", ".join(f"{name} {value:.0f} mm" for name, value in parts if value is not None)
    away = beside.away_mm[i]
    return f"{text}, {away:.0f} mm away" if away is not None else text


def _unmatched(beside: Beside | None) -> list[str]:
    lost = 0 if beside is None else sum(row is None for row in beside.rows)
    return [f"{lost} predicted where nobody was labelled"] if lost else []
