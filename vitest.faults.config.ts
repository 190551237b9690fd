import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** Adapters while their broker or server is killed, stopped or cut off: minutes, most of them waiting. */
const { exclude: _, include: __, ...test } = base.test ?? {}

export default mergeConfig(
  { test },
  defineConfig({
    test: { include: ['packages/*/src/**/*.fault.test.ts'] },
  }),
)
