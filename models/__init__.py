"""Numbers in, a probability and its reasons out: rules, trees, calibration, wording, bundle."""
