"""The sections of the pre-read, one small module each."""
