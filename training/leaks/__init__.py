"""Columns and events that carry the outcome."""
