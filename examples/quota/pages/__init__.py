"""Text of scanned pages, for a quota."""
