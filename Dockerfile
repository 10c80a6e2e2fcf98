# The node's image: the packages of requirements.lock with their hashes, and the product's own sources.
# The base is pinned by tag; for your own use pin it by a digest that you checked: python:3.11.14-slim-bookworm@sha256:…
FROM python:3.11.14-slim-bookworm AS packages
WORKDIR /build
COPY requirements.lock pyproject.toml ./
# Every file is checked against the lock; of what was fetched only the product's own dependencies are installed.
RUN pip download --no-cache-dir --require-hashes --only-binary :all: --dest wheels --requirement requirements.lock \
 && python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
    > wanted.txt \
 && python -m venv /opt/exchange \
 && /opt/exchange/bin/pip install --no-cache-dir --no-index --find-links wheels --requirement wanted.txt

FROM python:3.11.14-slim-bookworm
RUN groupadd --gid 10001 exchange && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin exchange \
 && install --directory --mode 0700 --owner 10001 --group 10001 /var/lib/exchange/files /var/lib/protection
COPY --from=packages /opt/exchange /opt/exchange
WORKDIR /srv/exchange
COPY schemas ./schemas
COPY scheduler ./scheduler
COPY templates ./templates
COPY exchange ./exchange
RUN python -m compileall -q .
ENV PATH=/opt/exchange/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "exchange.cli"]
CMD ["--help"]
