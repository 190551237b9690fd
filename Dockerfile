# syntax=docker/dockerfile:1
# One image for every process: the production bundles (failpoints left out), and nothing to install.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npx -y "$(node -p 'require("./package.json").packageManager')" install --frozen-lockfile \
 && node scripts/bundle.ts

FROM node:24-bookworm-slim
# Node's own bound of the young generation costs ingest a sixth more memory for little (docs/benchmarks.md).
ENV NODE_ENV=production HOST=0.0.0.0 NODE_OPTIONS=--max-semi-space-size=16
# A volume that is mounted here begins as this directory: owned by the processes' user, closed to others.
RUN install -d -o node -g node -m 0700 /var/lib/eventmesh
WORKDIR /app
COPY --from=build /src/dist/ ./
COPY --from=build /src/LICENSE ./
USER node
EXPOSE 4000 4001
STOPSIGNAL SIGTERM
CMD ["node", "ingest.js"]
