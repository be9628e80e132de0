"""The commands of `signoff`, each in a room of its own; `table` lists them all."""
