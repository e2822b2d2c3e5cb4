"""`smtpconfig fleet`: check and format a file of tenants."""
