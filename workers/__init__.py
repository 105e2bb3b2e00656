"""Delivery: the RQ doorbell, the sliding window that sends, the retry decision, receipts, and the sweeper.

PostgreSQL is the truth and Redis only a bell: a ring that is lost, doubled or late changes nothing but the delay.
"""
