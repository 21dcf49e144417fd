"""Speech, measured through the entry points that the program itself uses (``transcribe_recording``, ``open_transcriber``,
``open_diarizer``). Each command prints Markdown tables with the date, the command, versions and settings, and asserts nothing;
docs/speech.md holds dated copies.

    python -m bench.speech peers          speed, memory and word errors beside other Whispers, on the same weights
    python -m bench.speech words          word errors and start times, recording by recording, with and without hot words
    python -m bench.speech diarization    who spoke when
    python -m bench.speech repeat         the telephone clips, five fresh processes each
    python -m bench.speech loops          words invented over silence, music and noise
    python -m bench.speech memory         ten minutes against three hours
"""
