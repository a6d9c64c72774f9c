FROM node:22-slim AS page
WORKDIR /src
COPY scripts/build-page scripts/setup-page scripts/certificates.sh scripts/progress.sh scripts/
COPY frontend frontend
RUN scripts/build-page

FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements requirements
# Such as "s3 otel", each a file there.
ARG EXTRAS=""
RUN for name in base $EXTRAS; do pip install --require-hashes -r requirements/$name.txt || exit; done
# The tools that build this project stay out of the image: they live in this stage's own Python.
RUN /usr/local/bin/pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY migrations migrations
COPY scripts/hatch_build.py scripts/
COPY --from=page /src/frontend/dist frontend/dist
RUN /usr/local/bin/pip wheel --no-deps --no-build-isolation --no-index --wheel-dir dist . \
    && pip install --no-deps --no-index dist/*.whl

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home chat && install -d -o chat -g chat -m 0700 /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/data
WORKDIR /data
USER chat
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["python", "-c", "\
import os, http.client as h; \
host = (os.environ.get('HOST') or '0.0.0.0').strip('[] '); \
host = 'localhost' if host in ('0.0.0.0', '::') else host; \
c = h.HTTPConnection(host, int(os.environ.get('PORT') or 8000), timeout=2); \
c.request('GET', '/health/ready'); \
raise SystemExit(c.getresponse().status != 200)"]
CMD ["chat-backend", "serve"]
