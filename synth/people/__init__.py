"""People: who they are, what they wear, how they stand.

A person is a value: SMPL-X parameters and an appearance, both from a seed.
Clothes are cut out of the body's own surface (`shell`), by places that `anatomy`
finds in any file of SMPL-X's layout, and lifted off it; where they hang free they
follow rings around the posed body (`tubes`). Locks of hair, hats and glasses ride
on the head (`heads`). `wardrobe` puts all of it on.
"""
