"""What people read, as whole messages."""
