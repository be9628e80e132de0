"""The rules. Pure: no I/O, no clock, no logging, no await."""
