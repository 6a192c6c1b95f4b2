"""What every study stands on.

Read in this order: `plan` (what is trained), `training` (training it), `values` (grids of λ), `cost`.
"""
