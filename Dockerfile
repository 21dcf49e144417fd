# One image for all halves: `web`, `worker`, or everything with `serve`.
FROM python:3.11-slim
RUN useradd --create-home --uid 1000 preread
WORKDIR /app
COPY pyproject.toml README.md LICENSE ./
COPY ingest ingest
COPY prompts prompts
COPY analysis analysis
COPY api api
COPY samples samples
# EXTRAS: "postgres,redis" for a web-only image; a worker needs "embedded" as well
ARG EXTRAS=embedded,postgres,redis
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu -e ".[${EXTRAS}]"
ENV PREREAD_HOME=/data PREREAD_MODELS=/models PREREAD_HOST=0.0.0.0
RUN mkdir /data /models /files && chown preread /data /models /files
USER preread
VOLUME ["/data", "/models", "/files"]
EXPOSE 8377
ENTRYPOINT ["preread"]
CMD ["serve", "--no-browser", "--pull"]
