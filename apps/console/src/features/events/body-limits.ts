/** Shown without asking. */
export const wholeBytesMax = 256_000
/** Of a larger part, shown when somebody asks. */
export const firstBytes = 64_000
/** Of what is no text, shown as hex. */
export const hexBytesMax = 4_096
