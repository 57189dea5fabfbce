# Two stages: the first has the tools to build wheels, the second has only what runs, as a user that is not root.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml LICENSE CHANGELOG.md README.md ./
COPY .ci/constraints.txt .ci/constraints.txt
COPY stores stores
COPY resolvers resolvers
COPY gateway gateway
RUN python -m venv /opt/quadrangle \
    && /opt/quadrangle/bin/pip install --no-cache-dir --constraint .ci/constraints.txt .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home quadrangle
COPY --from=build /opt/quadrangle /opt/quadrangle
ENV PATH=/opt/quadrangle/bin:$PATH PYTHONUNBUFFERED=1
USER 10001
EXPOSE 8000 9464
ENTRYPOINT ["quadrangle"]
CMD ["serve"]
