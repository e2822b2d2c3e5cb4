"""Check, diff, create, read, update and delete, on plain values."""
