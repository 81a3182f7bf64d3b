# Leadlight as an image: `serve` (the service alone) or `train` (everything else). See docs/deploy.md.
FROM python:3.11.14-slim-bookworm AS build
ARG WITH=serve
ENV PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY pyproject.toml README.md LICENSE requirements-build.lock requirements-serve.lock requirements-train.lock ./
COPY docker/install.sh docker/install.sh
COPY features features
COPY models models
COPY training training
COPY serving serving
COPY leadlight leadlight
RUN sh docker/install.sh /opt/leadlight "$WITH"

FROM python:3.11.14-slim-bookworm
# LightGBM needs OpenMP.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin leadlight \
 && install --directory --owner leadlight /data /artifacts
COPY --from=build /opt/leadlight /opt/leadlight
# One thread of LightGBM a request: several wait for each other. What is compiled was compiled when it was installed.
ENV PATH=/opt/leadlight/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    MLFLOW_DISABLE_TELEMETRY=true
USER 10001:10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["leadlight", "serve", "-c", "/data/leadlight.yaml"]
