# The program with everything that it needs: it fetches nothing when it runs. See docs/operations.md, "In containers".
FROM python:3.11.14-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
WORKDIR /src
COPY requirements requirements
RUN python -m venv /build \
    && /build/bin/pip install --no-deps --require-hashes --requirement requirements/dev.lock
RUN python -m venv /opt/vankho/.venv \
    && /opt/vankho/.venv/bin/pip install --no-deps --require-hashes --requirement requirements/runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY pipeline pipeline
COPY extractors extractors
COPY indexer indexer
COPY search_api search_api
COPY flows flows
RUN /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/vankho/.venv/bin/pip install --no-deps --no-index /wheels/*.whl

FROM python:3.11.14-slim-bookworm
# The same packages as deploy/bootstrap.sh.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tesseract-ocr tesseract-ocr-vie \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /srv/vankho --create-home vankho \
    && install --directory --owner=vankho --group=vankho --mode=0700 /srv/vankho/data
COPY --from=build /opt/vankho/.venv /opt/vankho/.venv
ENV PATH=/opt/vankho/.venv/bin:$PATH PYTHONUNBUFFERED=1 VANKHO_HOME=/srv/vankho/data
USER vankho
WORKDIR /srv/vankho
VOLUME /srv/vankho/data
EXPOSE 8443
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=30s --start-period=120s --retries=3 CMD ["vankho", "up", "--check"]
CMD ["vankho", "up"]
