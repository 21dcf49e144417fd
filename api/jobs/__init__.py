"""The use cases that take time, as jobs: one module a kind, an id in, one transaction at the end.

A job reads what it needs by id, works outside any transaction, and ends in ``Task.finish``, which stores
the outcome and marks the job done in one transaction. So a job that dies in the middle leaves nothing, and
doing it again gives the same.

    import   one file of a deal -> its sources               queues transcribe (recordings), mail (the rest)
    index    the deal: threads, repeats, people, windows      queue mail
    draft    the evidence-only pre-read, then the LLM's       queues mail, analyse
    ask      one question -> an answer                        queue ask
    models   one model of the catalogue, fetched              queue models
"""

QUEUES = ("transcribe", "analyse", "mail", "ask", "models")
