# teamcheck run, with SQLite in /data: small, not as root, and content with a file system that is read-only but for /data.
# docker build --tag teamcheck .        With pictures and PDFs (130 MB more): --build-arg PICTURES=requirements-pictures.txt
FROM python:3.11-slim AS build
ARG PICTURES=requirements.txt
WORKDIR /src
COPY pyproject.toml README.md LICENSE requirements.txt requirements-postgres.txt requirements-pictures.txt ./
RUN python -m venv /app && /app/bin/pip install --no-cache-dir --require-hashes --requirement requirements-postgres.txt \
    && /app/bin/pip install --no-cache-dir --require-hashes --requirement "$PICTURES"
COPY bot bot
COPY adapters adapters
COPY conversations conversations
RUN /app/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /app/bin/pip uninstall --yes --quiet hatchling editables pip

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home teamcheck
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    TEAMCHECK_DATABASE_URL=sqlite:////data/teamcheck.sqlite3 \
    TEAMCHECK_METRICS_ADDRESS=127.0.0.1:9464 \
    TEAMCHECK_SLACK_ADDRESS=0.0.0.0:3000
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:9464/healthz', timeout=4)"]
ENTRYPOINT ["teamcheck"]
CMD ["run"]
