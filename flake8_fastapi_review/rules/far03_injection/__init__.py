"""FAR030 to FAR044: untrusted input that reaches a call which it can harm."""
