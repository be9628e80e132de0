"""Stand-ins for the world, each held against the same contract as the real thing."""
