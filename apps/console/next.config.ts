import { fileURLToPath } from 'node:url'
import type { NextConfig } from 'next'

const house = fileURLToPath(new URL('../..', import.meta.url))

const config: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: house,
  turbopack: { root: house },
  transpilePackages: ['@eventmesh/db', '@eventmesh/envelope', '@eventmesh/providers', '@eventmesh/runtime'],
  poweredByHeader: false,
  reactStrictMode: true,
  // No optimiser, hence no remote images: nothing leaves the origin.
  images: { unoptimized: true },
  // Types are checked by `npm run verify`; a first start need not wait for them.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
}

export default config
