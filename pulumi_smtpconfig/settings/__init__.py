"""What a program may say of a resource, and how it becomes typed values."""
