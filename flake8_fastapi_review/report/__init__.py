"""Findings as text: one module for each format, and nothing else."""
