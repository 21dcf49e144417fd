"""``python -m api.cli``: how the server starts its workers."""

from api.cli import main

main()
