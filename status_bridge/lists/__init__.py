"""Reading of uploaded lists of recipients: a file in, rows of `recipients` and `wrong_rows` out, in bounded memory.

It runs in a process of its own (`python -m status_bridge.lists`), so that the server stays quick whatever is in a file.
Straight line: errors, sniffing, csv_table and xlsx_table (bytes → rows), columns and phones (what a row means), judging
(rows → chunks), reading (chunks → database), process (the parent's side).
"""
