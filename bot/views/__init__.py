"""What people read. Pure: state in, Block Kit dicts and text out."""
