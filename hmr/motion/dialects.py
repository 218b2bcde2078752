"""What makers of BVH files call the joints, in SMPL-X's vocabulary.

The same word means different joints to different makers (`LeftShoulder` is a
collar bone to Mixamo and an arm's root to Poser), so a file is read with the
one table that knows most of its limbs. An end site is called `<parent>_end`.
"""

from collections.abc import Mapping, Sequence

LIMBS = tuple(
    f"{side}_{joint}"
    for side in ("left", "right")
    for joint in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
)
"""Joints that every file must have."""
Table = Mapping[str, str]
"""File's name to SMPL-X's name."""


def _both(pattern: Mapping[str, str], sides: tuple[str, str] = ("Left", "Right")) -> dict[str, str]:
    return {
        theirs.replace("*", word): f"{side}_{ours}"
        for word, side in zip(sides, ("left", "right"), strict=True)
        for theirs, ours in pattern.items()
    }


_MIXAMO_LEGS = {"*UpLeg": "hip", "*Leg": "knee", "*Foot": "ankle", "*ToeBase": "foot"}
_MIXAMO_ARMS = {"*Arm": "shoulder", "*ForeArm": "elbow", "*Hand": "wrist"}
_FINGERS = ("Index", "Middle", "Ring", "Pinky", "Thumb")

MIXAMO: Table = {
    **{"Hips": "pelvis", "Spine": "spine1", "Spine1": "spine2", "Spine2": "spine3"},
    **{"Neck": "neck", "Head": "head", "Head_end": "head_top", "HeadTop_End": "head_top"},
    **_both({**_MIXAMO_LEGS, **_MIXAMO_ARMS, "*Shoulder": "collar"}),
    **_both({f"*Hand{f}{k}": f"{f.lower()}{k}" for f in _FINGERS for k in (1, 2, 3)}),
    **_both({f"*Hand{f}3_end": f.lower() for f in _FINGERS}),
}
"""Mixamo, Rokoko, Xsens and most others; `mixamorig:` before a name is dropped."""

CMU: Table = {
    **{"Hips": "pelvis", "Spine": "spine1", "Spine1": "spine2", "Neck1": "neck", "Head": "head"},
    **_both({**_MIXAMO_LEGS, **_MIXAMO_ARMS}),
    **_both({"*HandIndex1": "middle1"}),
    **{"LFingers": "left_middle1", "RFingers": "right_middle1"},
}
"""CMU's database as converted by Hahne."""
CMU_COLLARS: Table = {"LeftShoulder": "left_collar", "RightShoulder": "right_collar"}
"""Collar bones that turn as such but start on the spine, so their place has no use."""

POSER: Table = {
    **{"Hips": "pelvis", "Chest": "spine1", "Chest2": "spine2", "Chest3": "spine3"},
    **{"Neck": "neck", "Head": "head", "Head_end": "head_top"},
    **_both({"*Hip": "hip", "*Knee": "knee", "*Ankle": "ankle", "*Toe": "foot"}),
    **_both({"*Collar": "collar", "*Shoulder": "shoulder", "*Elbow": "elbow", "*Wrist": "wrist"}),
}
"""MotionBuilder's and Poser's words."""

BANDAI: Table = {
    **{"Hips": "pelvis", "Spine": "spine1", "Chest": "spine2", "Neck": "neck", "Head": "head"},
    **_both({"UpperLeg_*": "hip", "LowerLeg_*": "knee", "Foot_*": "ankle"}, ("L", "R")),
    **_both({"Toes_*": "foot", "Shoulder_*": "collar"}, ("L", "R")),
    **_both({"UpperArm_*": "shoulder", "LowerArm_*": "elbow", "Hand_*": "wrist"}, ("L", "R")),
}
"""Bandai Namco Research Motiondataset."""

MAKEHUMAN: Table = {
    **{"spine04": "spine1", "spine03": "spine2", "spine02": "spine3", "neck02": "neck"},
    **{"root": "pelvis", "head": "head"},
    **_both({"upperleg01.*": "hip", "lowerleg01.*": "knee", "foot.*": "ankle"}, ("L", "R")),
    **_both({"toe2-1.*": "foot", "clavicle.*": "collar", "upperarm01.*": "shoulder"}, ("L", "R")),
    **_both({"lowerarm01.*": "elbow", "wrist.*": "wrist"}, ("L", "R")),
    **_both(
        {
            f"finger{n}-{k}.*": f"{finger}{k}"
            for n, finger in enumerate(("thumb", "index", "middle", "ring", "pinky"), 1)
            for k in (1, 2, 3)
        },
        ("L", "R"),
    ),
}
"""MakeHuman's default rig, which is also Anny's."""

SMPL: Table = {
    name: name
    for name in (
        *("pelvis", "spine1", "spine2", "spine3", "neck", "head", "head_top"),
        *(f"{s}_{j}" for s in ("left", "right") for j in ("foot", "collar")),
        *LIMBS,
    )
}
"""Files that already speak SMPL-X."""

TABLES: tuple[Table, ...] = (MIXAMO, POSER, BANDAI, MAKEHUMAN, SMPL)


def table_for(names: Sequence[str]) -> Table | None:
    """Choose the table that knows every limb of the file; None if there is none."""
    known = set(names)
    if "LHipJoint" in known and "LeftUpLeg" in known:
        return CMU
    fitting = [t for t in TABLES if set(LIMBS) <= {ours for n, ours in t.items() if n in known}]
    return max(fitting, key=lambda table: len(known & set(table)), default=None)
