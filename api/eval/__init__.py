"""`preread eval`: the figures of labelled deals, by the definitions of the measuring tool that the project is judged with.

``labels`` reads a labelled deal on its own, without the program's parsers (a parser's mistake must not hide itself);
``scores`` holds the definitions.
"""
