"""Tables in, numbers out: leads and their events, as they were known at a time, become a feature matrix."""
