"""When, in what order and how many at once: the flows and the operator's command line."""
