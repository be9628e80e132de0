"""What strangers and broken senders could send, by seed: to every door, in-process and over real sockets."""
