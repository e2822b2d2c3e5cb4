"""What is wrong with the mail of many tenants, found in one go."""
