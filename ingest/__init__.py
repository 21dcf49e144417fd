"""ingest knows sources: files in, frozen values out.

Parsers turn a file into ``Source`` values (utterances with who, when and the exact words), transcribers and
diarizers turn a recording into the same, and ``people`` finds the one human behind many names. Nothing here
imports another package of ours, reads the environment, or opens a network connection of its own accord.
"""
