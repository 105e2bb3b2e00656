"""What feedback is about, and its pictures: the logic behind bot/handlers/feedback.py."""
