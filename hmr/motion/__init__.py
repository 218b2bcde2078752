"""Human motion: readers of motion capture and a generator that needs none.

Every reader returns `hmr.motion.clip.Clip`: world frame, +Y up, metres, joints
named in SMPL-X's vocabulary.
"""
