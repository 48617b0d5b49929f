"""One module a command; each has an `app` for `flows.console.run_app`."""
