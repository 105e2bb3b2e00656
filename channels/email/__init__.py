"""E-mail by SMTP, for those who have no mobile phone."""
