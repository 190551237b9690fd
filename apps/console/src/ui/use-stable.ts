'use client'

import { useCallback, useLayoutEffect, useRef } from 'react'

/** The same function for ever, which runs the newest one: rows that hold it are not drawn again. */
export function useStable<Arguments extends readonly unknown[], Result>(
  run: (...given: Arguments) => Result,
): (...given: Arguments) => Result {
  const newest = useRef(run)
  useLayoutEffect(() => {
    newest.current = run
  })
  return useCallback((...given: Arguments) => newest.current(...given), [])
}
