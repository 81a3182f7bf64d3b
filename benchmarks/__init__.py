"""Budgets of DESIGN 6, measured as ratios to other tools within one run."""
