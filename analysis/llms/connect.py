"""From the name of an LLM to the LangChain chat model behind it."""

from __future__ import annotations

import atexit
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from analysis.errors import ModelUnavailable
from analysis.llms import CallCache
from analysis.llms.chat import ChatLLM
from analysis.llms.server import EmbeddedServer, Progress

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_SECONDS = 600  # for one answer; a small machine reads a long prompt at 40 tokens a second


def embedded(
    model: Path, *, state: Path, context: int, threads: int, cache: CallCache | None, on_progress: Progress
) -> ChatLLM:
    """The embedded llama.cpp server, started at the first call and stopped at exit where this process
    started it.
    """
    server = EmbeddedServer(model, state=state, context=context, threads=threads, on_progress=on_progress)
    atexit.register(server.stop)

    def connect() -> BaseChatModel:
        import httpx
        from langchain_openai import ChatOpenAI

        address = server.address()
        return ChatOpenAI(
            model=model.parent.name,
            base_url=address.base_url,
            api_key=SecretStr(address.key),
            temperature=0,
            seed=0,
            max_retries=0,
            timeout=_SECONDS,
            use_responses_api=False,
            http_client=httpx.Client(trust_env=False, timeout=_SECONDS),  # never through a proxy
        )

    return ChatLLM(f"embedded:{model.parent.name}", connect, context=context, cache=cache, tries=2)


def provider(
    name: str, *, context: int, base_url: str | None, api_key: str | None, cache: CallCache | None
) -> ChatLLM:
    """Any LangChain chat model as LangChain names it, "provider:model"."""

    def connect() -> BaseChatModel:
        from langchain.chat_models import init_chat_model

        given = {"base_url": base_url, "api_key": api_key}
        options: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        try:
            return init_chat_model(name, temperature=0, timeout=_SECONDS, max_retries=2, **options)
        except ImportError as error:
            raise ModelUnavailable(f"{name} needs another package: {_first_line(error)}") from error
        except Exception as error:  # a missing key, an unknown provider: each provider has its own exceptions
            raise ModelUnavailable(f"{name} cannot be used: {_first_line(error)}") from error

    return ChatLLM(name, connect, context=context, cache=cache)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
