# The web app, then two stages on one base: the first makes the environment with the set-up script of `make setup`.
FROM node:22-bookworm-slim AS web
WORKDIR /app
COPY web web
COPY core/catalogue core/catalogue
COPY core/fields.json core/fields.json
COPY deploy/web.sh deploy/web.sh
RUN mkdir api && deploy/web.sh

FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements requirements
COPY deploy/setup.sh deploy/setup.sh
COPY pyproject.toml README.md LICENSE ./
COPY core core
COPY store store
COPY models models
COPY streams streams
COPY detector detector
COPY evidence evidence
COPY scenes scenes
COPY api api
COPY --from=web /app/api/web api/web
COPY runtime runtime
COPY training training
RUN deploy/setup.sh runtime

FROM python:3.11-slim-bookworm
WORKDIR /app
COPY --from=build /app /app
# The system packages of the first stage stay there; here the same script finds the environment made and adds them.
RUN deploy/setup.sh runtime && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data jiejing \
    && install --directory --owner=jiejing --mode=0700 /data
ENV JIEJING_HOME=/data PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 ORT_DISABLE_TELEMETRY=1
USER jiejing
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-m", "api.system.readiness"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["jiejing"]
CMD ["up"]
