/** Answers as `work` does, or rejects with `late()` after `ms`; what `work` does later is nobody's any more. */
export async function withDeadline<T>(ms: number, work: PromiseLike<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms)
  })
  try {
    return await Promise.race([work, expired])
  } finally {
    clearTimeout(timer)
  }
}
