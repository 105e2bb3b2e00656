"""The sending of broadcasts: recipients become rows, rows are let go in order, and how it goes is watched."""
