import { isCleanText } from '@eventmesh/envelope'
import type { OptionForm, Provider } from './provider.ts'
import type { SourceOptions } from './schemes/scheme.ts'

export type OptionsCheck =
  | { readonly ok: true; readonly options: SourceOptions }
  /** Every problem at once. */
  | { readonly ok: false; readonly problems: readonly string[] }

/** Bytes of a request's body: the default of a source, and the most it may be set to. */
export const bodyBytesDefault = 3 * 1024 * 1024
export const bodyBytesMax = 7 * 1024 * 1024

/** What a source of any provider takes. */
export const commonOptions: readonly OptionForm[] = [
  {
    name: 'public_url',
    doc: "the address as registered at the provider, without query (the request's own query is appended); default: the printed url",
    check: (value) => (isPublicUrl(value) ? undefined : 'an http or https address without query and fragment'),
  },
  {
    name: 'tolerance',
    doc: "seconds by which a signed timestamp may differ from our clock, both ways; default: the provider's own",
    check: (value) => (/^\d{1,15}$/.test(value) ? undefined : 'a whole number of seconds'),
  },
  {
    name: 'max_body',
    doc: `bytes of a request's body, up to ${bodyBytesMax}; default ${bodyBytesDefault}`,
    check: (value) =>
      /^\d{1,9}$/.test(value) && Number(value) >= 1 && Number(value) <= bodyBytesMax
        ? undefined
        : `1 to ${bodyBytesMax} bytes`,
  },
]

/** The options a source of the provider takes, its own first. */
export function optionForms(provider: Provider): readonly OptionForm[] {
  return [...(provider.options ?? []), ...commonOptions]
}

/** Checks names, values and what is required; defaults are filled in. */
export function checkOptions(provider: Provider, given: SourceOptions): OptionsCheck {
  const forms = optionForms(provider)
  const problems: string[] = []
  const options: Record<string, string> = {}
  for (const name of Object.keys(given)) {
    if (!forms.some((form) => form.name === name)) problems.push(`${name}: ${provider.name} has no such option`)
  }
  for (const form of forms) {
    const value = Object.hasOwn(given, form.name) ? given[form.name] : form.default
    if (value === undefined) {
      if (form.isRequired === true) problems.push(`${form.name}: required (${form.doc})`)
      continue
    }
    const fault = faultOf(form, value, given)
    if (fault === undefined) options[form.name] = value
    else problems.push(`${form.name}: must be ${fault}`)
  }
  return problems.length === 0 ? { ok: true, options } : { ok: false, problems }
}

/** The most bytes a request of the source may have. */
export function bodyLimit(options: SourceOptions): number {
  return options.max_body === undefined ? bodyBytesDefault : Number(options.max_body)
}

function faultOf(form: OptionForm, value: string, options: SourceOptions): string | undefined {
  if (value === '' || value.length > 2048 || !isCleanText(value))
    return '1 to 2048 characters without control characters'
  if (form.values !== undefined && !form.values.includes(value)) return `one of ${form.values.join(', ')}`
  return form.check?.(value, options)
}

function isPublicUrl(value: string): boolean {
  return /^https?:\/\/[^/?#\s]+[^?#\s]*$/i.test(value) && URL.canParse(value)
}
