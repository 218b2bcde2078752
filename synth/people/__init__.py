"""People: who they are, what they wear, how they stand.

A person is a value: SMPL-X parameters and an appearance, both from a seed.
Clothes and hair are cut out of the body's own surface (`shell`), by places that
`anatomy` finds in any file of SMPL-X's layout, and lifted off it.
"""
