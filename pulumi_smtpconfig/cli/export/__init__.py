"""`smtpconfig export`: what declares the settings that tenants have."""
