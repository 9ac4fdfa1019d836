# hitless where people run it: a CI job, or a Job of a cluster (manifests/in-cluster). A folder of its own is mounted at
# /work, where runs are left; nothing else is written to but /tmp.
#   docker build -t hitless .
#   docker run --rm --network host -v "$PWD:/work" hitless verify --url http://shop.example.com -- ...
ARG BASE=node:alpine

FROM ${BASE} AS build
WORKDIR /hitless
# ca.pem, where there is one: the authority of a proxy that opens TLS on the way to the npm registry.
COPY package.json package-lock.json ca.pe[m] ./
# Scripts are for development: they bring another Node. Prebuilt modules come for the libc of this image.
RUN if [ -f ca.pem ]; then export NODE_EXTRA_CA_CERTS=/hitless/ca.pem; fi; \
  npm ci --ignore-scripts --no-audit --no-fund
COPY build.ts index.ts tsconfig.json tsconfig.build.json ./
COPY cli cli
COPY record record
COPY reports reports
COPY runner runner
COPY targets targets
RUN node build.ts && npm prune --omit=dev --ignore-scripts --no-audit --no-fund
# Types, source maps and pages of documentation are a third of what is installed, and nothing that runs reads them.
RUN find node_modules -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' -o -name '*.md' \) \
  ! -iname 'licen[cs]e*' ! -iname 'notice*' -exec rm {} +

FROM ${BASE}
WORKDIR /hitless
COPY --from=build /hitless/node_modules node_modules
COPY --from=build /hitless/dist dist
COPY package.json ./
COPY bin bin
COPY helloworld helloworld
COPY manifests manifests
COPY scenarios scenarios
# A number, for runAsNonRoot; any other user will do too.
RUN mkdir /work && chmod 1777 /work
USER 1000
WORKDIR /work
ENV NODE_ENV=production
ENTRYPOINT ["node", "/hitless/bin/hitless.js"]
CMD ["--help"]
