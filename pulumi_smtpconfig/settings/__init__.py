"""The properties of a resource, parsed into typed settings."""
