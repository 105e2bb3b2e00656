"""What can be wrong with a file of the catalogue.

- ``CatalogueError``: base class
  - ``FileUnreadable``: the file as a whole says nothing; one line with what to do
  - ``HoursError``: opening hours cannot be read (a ``ValueError`` too)
"""


class CatalogueError(Exception):
    """Base of this package's errors."""


class FileUnreadable(CatalogueError):
    """No row of the file can be read: say so, and change nothing."""


class HoursError(CatalogueError, ValueError):
    """Opening hours are not written as `bot/catalogue/hours.py` reads them."""
