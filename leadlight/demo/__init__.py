"""A made-up company: its leads, events and closed deals from a seed, with the exact probabilities behind them."""

from leadlight.demo.company import HORIZON, Company
from leadlight.demo.export import write_company
from leadlight.demo.simulation import simulate_company
from leadlight.demo.truth import true_probability

__all__ = ["HORIZON", "Company", "simulate_company", "true_probability", "write_company"]
