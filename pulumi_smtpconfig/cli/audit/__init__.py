"""`smtpconfig audit`: what is wrong with the mail of many tenants."""
