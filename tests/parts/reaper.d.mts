/** Types of `reaper.mjs`. */
export function startReaper(mark: string): { watch(pid: number): void; end(): void }
