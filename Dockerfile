# teamcheck run, with SQLite in /data: small, not as root, and content with a file system that is read-only but for /data.
# docker build --tag teamcheck .        With pictures and PDFs (130 MB more): --build-arg PICTURES=requirements-pictures.txt
# A base image that stays the same: --build-arg BASE=python:3.11-slim@sha256:... (docs/deploying.md)
ARG BASE=python:3.11-slim

# The pip of the base image installs into /app, which has none of its own. What only builds the package leaves it again.
FROM ${BASE} AS build
ARG PICTURES=requirements.txt
ARG INTO_APP="python -m pip --no-cache-dir --disable-pip-version-check --python /app/bin/python"
WORKDIR /src
COPY pyproject.toml README.md LICENSE requirements.txt requirements-postgres.txt requirements-pictures.txt ./
RUN python -m venv --without-pip /app \
    && $INTO_APP install --require-hashes --requirement requirements-postgres.txt \
    && $INTO_APP install --require-hashes --requirement "$PICTURES"
COPY bot bot
COPY adapters adapters
COPY conversations conversations
RUN $INTO_APP install --no-deps --no-build-isolation . \
    && $INTO_APP uninstall --yes --quiet hatchling editables packaging pathspec pluggy tomlkit trove-classifiers \
    && $INTO_APP check

FROM ${BASE}
RUN useradd --system --uid 10001 --home-dir /data --create-home teamcheck \
    && python -m pip uninstall --yes --quiet setuptools wheel pip
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
