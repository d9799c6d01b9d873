"""Files and modules from elsewhere: dynamic imports, uploads, temporary files."""
