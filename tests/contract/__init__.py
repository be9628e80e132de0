"""What every implementation of a port keeps to: the real ones over HTTP, the same in-process, and the fakes."""
