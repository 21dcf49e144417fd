"""The models: which there are (``catalogue``), fetching them (``fetch``), and what lies on this machine
(``shelf``).

from api.models.catalogue import select
from api.models.fetch import Sources, pull
from api.models.shelf import installed

report = pull(select(["default"]), settings.models, Sources.of(settings), on_progress=print)
"""
