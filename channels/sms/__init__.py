"""Short messages through a gateway: eSMS and SpeedSMS (docs: zalo 10)."""
