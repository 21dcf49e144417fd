"""analysis knows meaning: a record in, findings with checked quotes out.

Works on ``ingest.model.Record`` and on vectors; knows no SQL, no web, no settings. Models propose and phrase;
code selects, quotes and checks.
"""
