"""The catalogue's own rules, pure: reading files of procedures and places, fees in words, hours of offices."""
