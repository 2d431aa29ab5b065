# The same worker as a Node image is usually made: sources and node_modules. Only the benchmark builds it.
ARG BUILD_BASE=node:24-trixie-slim
# Up to the packages line by line as in ../../Dockerfile, so that they are fetched once.
FROM ${BUILD_BASE} AS build
WORKDIR /src
ARG NPM_CONFIG_REGISTRY
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY app app
USER 65532:65532
ENTRYPOINT ["node", "app/main.ts"]
