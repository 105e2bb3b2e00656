"""SMS gateways: eSMS and SpeedSMS (docs: zalo 10)."""
