# The worker (the default), and with --target the platform of `local/` for a cluster, or the deployer as a healer.
#
#   docker build .                         or: npm run images
#
# Base images are build arguments, so that it can be built where other registries are reached, or none. Both must have
# the same major version of Node, as `node` on PATH or in /nodejs/bin. Renew the digest of the one that is shipped with
#   docker buildx imagetools inspect --format '{{.Manifest.Digest}}' gcr.io/distroless/nodejs24-debian13:nonroot
# (this one is pinned by many public Dockerfiles; where this file was written, no registry could be asked).
ARG BUILD_BASE=node:24-trixie-slim
ARG RUNTIME_BASE=gcr.io/distroless/nodejs24-debian13:nonroot@sha256:fbbdda866ea71aef98c4abece17e3d61fbf820cc2ef3961522caa2478716171a

# --- one-file programs, from the packages of the lock file --------------------------------------------------------
FROM ${BUILD_BASE} AS build
WORKDIR /src
# A mirror of the npm registry, if this machine needs one; it stays in this stage. (HTTPS_PROXY needs no declaration.)
ARG NPM_CONFIG_REGISTRY
COPY package.json package-lock.json ./
# No install script runs: nothing in the image needs one.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# The bill of materials (--sbom) lists this stage too: in the one-file programs no scanner recognises a package.
ARG BUILDKIT_SBOM_SCAN_STAGE=true
COPY . .
RUN node scripts/build.ts

# --- source maps, to read a stack trace with; no image carries them. They are written to a folder by
#     docker build --target maps --output type=local,dest=maps .
FROM scratch AS maps
COPY --from=build /src/dist/*.map /

# --- the files of each image, laid out by the Node that will run them: the code cache is for exactly that one -------
FROM ${RUNTIME_BASE} AS runtime
ENV PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin

FROM runtime AS files
USER 0:0
WORKDIR /src
# Every file gets this time, so that two builds give the same layers. Seconds since 1970.
ARG SOURCE_DATE_EPOCH=0
COPY . .
COPY --from=build /src/dist dist

FROM files AS platform-files
RUN ["node", "scripts/image-files.ts", "platform", "/out"]

FROM files AS deployer-files
RUN ["node", "scripts/image-files.ts", "deployer", "/out"]

FROM files AS worker-files
RUN ["node", "scripts/image-files.ts", "worker", "/out"]

# --- the images: one layer above the base each ---------------------------------------------------------------------
FROM runtime AS platform
COPY --from=platform-files /out/ /
# A number, because the kubelet cannot tell from a name that it is not root
USER 65532:65532
ENTRYPOINT ["node", "/app/platform.cjs"]
ARG RUNTIME_BASE
ARG VERSION=0.1.0
ARG REVISION
ARG SOURCE
LABEL org.opencontainers.image.title="keyless-cosmos platform" \
      org.opencontainers.image.description="Stand-ins of Microsoft Entra and Azure Cosmos DB in a cluster, for tests" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.base.name="$RUNTIME_BASE"

FROM runtime AS deployer
COPY --from=deployer-files /out/ /
# A number, because the kubelet cannot tell from a name that it is not root
USER 65532:65532
ENTRYPOINT ["node", "/app/dist/deployer.cjs"]
ARG RUNTIME_BASE
ARG VERSION=0.1.0
ARG REVISION
ARG SOURCE
LABEL org.opencontainers.image.title="keyless-cosmos deployer" \
      org.opencontainers.image.description="Keeps what is deployed as it was deployed" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.base.name="$RUNTIME_BASE"

FROM runtime AS worker
COPY --from=worker-files /out/ /
# A number, because the kubelet cannot tell from a name that it is not root
USER 65532:65532
ENTRYPOINT ["node", "/app/worker-start.cjs"]
ARG RUNTIME_BASE
ARG VERSION=0.1.0
ARG REVISION
ARG SOURCE
LABEL org.opencontainers.image.title="keyless-cosmos worker" \
      org.opencontainers.image.description="Writes to Azure Cosmos DB from Kubernetes without any key" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.base.name="$RUNTIME_BASE"
