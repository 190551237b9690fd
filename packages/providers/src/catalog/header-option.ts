import type { OptionForm } from '../provider.ts'

/** The header that carries the token, where the sender lets its user choose. */
export const headerOption: OptionForm = {
  name: 'header',
  default: 'Authorization',
  doc: 'the header that carries the secret; default Authorization',
  check: (value) => (/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/.test(value) ? undefined : 'the name of a header'),
}
