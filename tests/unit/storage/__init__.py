"""The storage's contract, port by port, on a real file."""
