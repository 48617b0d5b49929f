"""People and programs asking: the HTTP API and signing in."""
