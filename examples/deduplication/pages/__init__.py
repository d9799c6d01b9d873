"""Pages, taken in once each."""
