"""Packs: folders of clothes, skins, fabrics and clothed people that join the wardrobe.

`pack` walks a folder and sorts what it finds; each kind of asset has a file that reads it; `closet`
dresses people in what was found. Nothing in a pack runs code, and no path leaves its folder. What
cannot be read is skipped, counted and named in one line.
"""
