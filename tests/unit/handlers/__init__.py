"""What comes in from the network and goes out to it."""
