"""What holds for all tests."""

import os

from hypothesis import HealthCheck, settings

# No test may depend on how fast the machine is, nor on what else it does.
any_machine = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
# Other examples each time, for whoever looks for faults, and the same each time, for whoever must know of a change
# whether it is at fault.
settings.register_profile("search", any_machine)
settings.register_profile("repeatable", any_machine, derandomize=True, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "search"))
