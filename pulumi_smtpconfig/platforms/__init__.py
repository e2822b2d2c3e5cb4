"""The platforms: how each stores a tenant's mail settings, and where."""
