"""What a release is, what may happen to it, what people read, and the place where all is put together."""
