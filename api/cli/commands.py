"""Which command is where."""

COMMANDS = {
    "import": ("deals", "import_"),
    "draft": ("drafts", "draft"),
    "show": ("drafts", "show"),
    "ask": ("questions", "ask"),
    "people": ("people", "people"),
    "voices": ("voices", "voices"),
    "remove": ("deals", "remove"),
    "deals": ("deals", "deals"),
    "transcript": ("transcripts", "transcript"),
    "transcribe": ("recordings", "transcribe"),
    "models": ("models", "models"),
    "eval": ("evaluate", "evaluate"),
    "serve": ("running", "serve"),
    "worker": ("running", "worker"),
    "web": ("running", "web"),
    "login": ("running", "login"),
}
