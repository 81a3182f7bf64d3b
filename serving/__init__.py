"""A bundle in, answers out: for now the batch job's score table."""
