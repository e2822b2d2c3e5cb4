"""`smtpconfig fleet`: check and lay out a file of tenants."""
