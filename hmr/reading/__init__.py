"""Reading people from sets of samples as batches of crops, for training and measuring.

A plan, made from the tables alone, says which people make which batch; images are read to follow
it. So who comes when is a function of the seed, and reading can go on anywhere at no cost.
"""
