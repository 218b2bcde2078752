"""Makes samples: people, scenes, renderer, labels, engine, adversary."""
