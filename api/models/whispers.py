"""Whisper in every size, for faster-whisper and openai-whisper: pinned when it is first fetched.

The catalogue pins the weights that were checked here. For any other size the hub is asked once which revision is current and what
its files hash to (it publishes the SHA-256 of large files and git's hash of small ones); that answer is kept in
``<models>/.pins`` and is the pin from then on. So a download is checked against what the hub says of itself, and later
ones against the first; nobody here has looked at those weights. OpenAI's own files have their SHA-256 in their address.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from api.models.catalogue import CATALOGUE, HUGGING_FACE, Model, ModelFile, UnknownModel
from api.models.http import NotHere, Web

REPOSITORIES = {
    "tiny": "Systran/faster-whisper-tiny",
    "tiny.en": "Systran/faster-whisper-tiny.en",
    "base": "Systran/faster-whisper-base",
    "base.en": "Systran/faster-whisper-base.en",
    "small": "Systran/faster-whisper-small",
    "small.en": "Systran/faster-whisper-small.en",
    "medium": "Systran/faster-whisper-medium",
    "medium.en": "Systran/faster-whisper-medium.en",
    "large-v1": "Systran/faster-whisper-large-v1",
    "large-v2": "Systran/faster-whisper-large-v2",
    "large-v3": "Systran/faster-whisper-large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "distil-small.en": "Systran/faster-distil-whisper-small.en",
    "distil-medium.en": "Systran/faster-distil-whisper-medium.en",
    "distil-large-v2": "Systran/faster-distil-whisper-large-v2",
    "distil-large-v3": "Systran/faster-distil-whisper-large-v3",
    "distil-large-v3.5": "distil-whisper/distil-large-v3.5-ct2",
}
"""As faster_whisper/utils.py of version 1.2.1 has them; some are under the MIT licence, some under Apache-2.0."""

OPENAI = "https://openaipublic.azureedge.net/main/whisper/models"
CHECKPOINTS = {
    "tiny.en": "d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03",
    "tiny": "65147644a518d12f04e32d6f3b26facc3f8dd46e5390956a9424a650c0ce22b9",
    "base.en": "25a8566e1d0c1e2231d1c762132cd20e0f96a85d16145c3a00adf5d1ac670ead",
    "base": "ed3a0b6b1c0edf879ad9b11b1af5a0e6ab5db9205f891f668f8b0e6c6326e34e",
    "small.en": "f953ad0fd29cacd07d5a9eda5624af0f6bcf2258be67c92b79389873d91e0872",
    "small": "9ecf779972d90ba49c06d968637d720dd632c55bbf19d441fb42bf17a411e794",
    "medium.en": "d7440d1dc186f76616474e0ff0b3b6b879abc9d1a4926b7adfa41db2d497ab4f",
    "medium": "345ae4da62f9b3d59415adc60127b97c714f32e89e936602e85993674d08dcb1",
    "large-v1": "e4b87e7e0bf463eb8e6956e646f1e277e901512310def2c24bf0e11bd3c28e9a",
    "large-v2": "81f7c96c852ee8fc832187b0132e569d6c3065a3252ed18e56effd0b6a73e524",
    "large-v3": "e5b1a55b89c1367dacf97e3e19bfd829a01529dbfdeefa8caeb59b3f1b81dadb",
    "large-v3-turbo": "aff26ae408abcba5fbf8813c21e62b0941638c5f6eebfb145be0c9839262a19a",
}
"""SHA-256 of OpenAI's checkpoints, as whisper/__init__.py of version 20250625 has them in their addresses."""

PINS = ".pins"
WANTED = re.compile(
    r"config\.json|preprocessor_config\.json|model\.bin|tokenizer\.json|vocabulary\.(txt|json)"
)
SMALL = 16_000_000  # bytes: a file that git holds itself is never larger

_MODEL = TypeAdapter(Model)


class _Large(BaseModel):
    oid: str


class _Entry(BaseModel):
    """One file of a repository, as the hub lists it."""

    type: str
    path: str
    size: int
    oid: str
    lfs: _Large | None = None


class _Repository(BaseModel):
    sha: str


@dataclass(frozen=True, slots=True)
class Shop:
    """Where Whispers come from. ``hub``: base address of Hugging Face or a mirror, empty for none."""

    hub: str = HUGGING_FACE
    openai: str = OPENAI


def find(name: str, folder: Path, shop: Shop) -> Model:
    """``name``: "small", "faster-whisper:small" or "openai-whisper:small". ``folder``: of the models, where pins are kept.

    Raises:
        UnknownModel: there is no such size.
        NotHere: it was never fetched, and the hub cannot be asked or answers nonsense.
    """
    engine, _, size = name.rpartition(":")
    table = {"": REPOSITORIES, "faster-whisper": REPOSITORIES, "openai-whisper": CHECKPOINTS}.get(engine)
    if table is None or size not in table:
        raise UnknownModel(
            f"no Whisper is called {name}: choose from {', '.join(REPOSITORIES)}, or openai-whisper: and one of "
            f"{', '.join(CHECKPOINTS)}"
        )
    folder_name = f"{engine or 'faster-whisper'}-{size}"
    known = next((model for model in (*CATALOGUE, *kept(folder)) if model.name == folder_name), None)
    if known:
        return known
    web = Web()
    try:
        found = _checkpoint(web, size, shop) if engine == "openai-whisper" else _repository(web, size, shop)
    finally:
        web.close()
    _keep(found, folder)
    return found


def kept(folder: Path) -> tuple[Model, ...]:
    """The models that were pinned when they were first fetched."""
    out: list[Model] = []
    for path in sorted((folder / PINS).glob("*.json")):
        try:
            model = _MODEL.validate_json(path.read_bytes())
        except (OSError, ValidationError):
            continue
        if model.name == path.stem:
            out.append(model)
    return tuple(out)


def _keep(model: Model, folder: Path) -> None:
    (folder / PINS).mkdir(parents=True, exist_ok=True)
    draft = folder / PINS / f"{model.name}.new"
    draft.write_bytes(_MODEL.dump_json(model, indent=1))
    draft.replace(folder / PINS / f"{model.name}.json")


def _checkpoint(web: Web, size: str, shop: Shop) -> Model:
    pin = CHECKPOINTS[size]
    path = f"{pin}/{size}.pt"
    return Model(
        name=f"openai-whisper-{size}",
        role="transcribe",
        title=f"Whisper {size}, OpenAI's checkpoint",
        licence="MIT",
        home=shop.openai,
        at=f"{shop.openai}/{{file}}",
        sets=(),
        files=(ModelFile("model.pt", web.length(f"{shop.openai}/{path}"), pin, (), hub=path),),
    )


def _repository(web: Web, size: str, shop: Shop) -> Model:
    repository = REPOSITORIES[size]
    if not shop.hub:
        raise NotHere(f"faster-whisper-{size} was never fetched, and PREREAD_MODELS_HUB names no hub to ask")
    base = shop.hub.rstrip("/")
    try:
        revision = _Repository.model_validate_json(web.small(f"{base}/api/models/{repository}", SMALL)).sha
        listing = json.loads(web.small(f"{base}/api/models/{repository}/tree/{revision}", SMALL))
        entries = [_Entry.model_validate(entry) for entry in listing]
    except (ValueError, TypeError) as error:
        raise NotHere(f"{base} does not tell what {repository} holds") from error
    at = f"{{hub}}/{repository}/resolve/{revision}/{{file}}"
    files = tuple(
        ModelFile(
            entry.path, entry.size, _pin(web, entry, at.format(hub=base, file=entry.path)), (), entry.path
        )
        for entry in entries
        if entry.type == "file" and WANTED.fullmatch(entry.path)
    )
    lacking = {"model.bin", "config.json", "tokenizer.json"} - {file.name for file in files}
    if lacking:
        raise NotHere(f"{repository} holds no {', '.join(sorted(lacking))}")
    return Model(
        name=f"faster-whisper-{size}",
        role="transcribe",
        title=f"Whisper {size}, CTranslate2",
        licence=f"as {repository} says",
        home=repository,
        at=at,
        sets=(),
        files=files,
    )


def _pin(web: Web, entry: _Entry, url: str) -> str:
    """The SHA-256 of a file: told by the hub, or reckoned from bytes that are what git's hash says."""
    if entry.lfs:
        return entry.lfs.oid
    content = web.small(url, SMALL)
    if hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() != entry.oid:
        raise NotHere(f"{url} is not what the hub says it is")
    return hashlib.sha256(content).hexdigest()
