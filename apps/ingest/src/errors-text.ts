import { readFileSync } from 'node:fs'

/** `docs/errors.md`. `scripts/bundle.ts` replaces this module by the text itself: the bundle runs without the repository. */
export const errorsMarkdown = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
