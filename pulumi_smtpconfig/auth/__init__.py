"""Credentials and the access tokens that they obtain."""
