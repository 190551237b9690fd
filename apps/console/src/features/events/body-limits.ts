/** Shown without asking. */
export const wholeBytesMax = 256_000
/** Of a larger part, shown when somebody asks. */
export const firstBytes = 64_000
