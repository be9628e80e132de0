"""The door for what an operator writes: the policy file and the environment, as validated values."""
