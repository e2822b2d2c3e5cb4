"""Verifies settings at an SMTP server without sending mail."""
