/** A mistake in how the command was called: exit 2, with the command's usage line on stderr. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The command was understood and could not be done: exit 1, with this one line on stderr. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
