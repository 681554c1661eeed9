"""Site profiles, and what an address of a site means."""
