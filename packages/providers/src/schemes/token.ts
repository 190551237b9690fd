import { equalText } from '../encoding.ts'
import { viewJson } from '../json-view.ts'
import { mismatch, missing, type Proof, type ProofInput, proven, type Scheme } from './scheme.ts'

/** A static token in a header: plain equality, compared in constant time. `header` may be the source's own option. */
export function token(parameters: {
  readonly header: string | { readonly option: string }
  readonly prefix?: string
  readonly query?: string
}): Scheme {
  const fixed = typeof parameters.header === 'string' ? parameters.header : undefined
  const prefix = parameters.prefix ?? ''

  function headerOf(input: { readonly options: ProofInput['options'] }): string {
    if (typeof parameters.header === 'string') return parameters.header
    return (input.options[parameters.header.option] ?? 'authorization').toLowerCase()
  }

  return {
    id: 'token',
    summary: `a static token${prefix === '' ? '' : ` after \`${prefix.trim()}\``} in ${fixed === undefined ? 'a header of your choice' : `\`${fixed}\``}; nothing is signed`,
    headers: [fixed ?? 'authorization'],
    required: fixed === undefined ? [] : [fixed],
    signsUrl: false,
    coversBody: false,

    verify(input) {
      const header = headerOf(input)
      if (input.request.headers.count(header) > 1) {
        return { ok: false, why: 'repeated', detail: `the header ${header} arrived twice` }
      }
      const value = received(input, header)
      if (value === undefined) return missing(`no ${header} header`)
      return matching(input, value)
    },

    malformed(headers, options) {
      const value = headers.get(headerOf({ options })) ?? ''
      const isPrefixed = value.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase()
      return value === '' || isPrefixed ? undefined : `expected ${prefix.trim()} followed by the token`
    },

    sign(input) {
      return { headers: [[headerOf(input), `${prefix}${input.secret}`]] }
    },
  }

  /** Of header and query only one may carry it: with both, which one counts would be a guess. */
  function received(input: ProofInput, header: string): string | undefined {
    const value = input.request.headers.get(header)
    const inQuery =
      parameters.query === undefined ? [] : new URLSearchParams(input.request.query).getAll(parameters.query)
    if (value === undefined || value === '') return inQuery.length === 1 ? inQuery[0] : undefined
    if (inQuery.length > 0 || value.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) return ''
    return value.slice(prefix.length).trim()
  }
}

/** A token inside the body; with `list`, one in every item of that array. */
export function bodyToken(parameters: { readonly path: string; readonly list?: string }): Scheme {
  const { path, list } = parameters
  return {
    id: 'body-token',
    summary: `a static token in the body (\`${list === undefined ? path : `${list}[].${path}`}\`); nothing is signed`,
    headers: [],
    required: [],
    signsUrl: false,
    coversBody: false,

    verify(input) {
      const view = viewJson(input.request.body)
      if (view === undefined) return missing('the body is no JSON document')
      const array = list === undefined ? view.root : view.at(list)
      const nodes = list === undefined ? [view.root] : array === undefined ? [] : (view.items(array) ?? [])
      if (nodes.length === 0) return missing(`the body carries no ${path}`)
      let verdict: Proof | undefined
      for (const node of nodes) {
        const value = view.text(view.at(path, node))
        const proof =
          value === undefined
            ? missing(`${list === undefined ? 'the body' : 'an item'} carries no ${path}`)
            : matching(input, value)
        if (verdict === undefined || (verdict.ok && !proof.ok)) verdict = proof
      }
      return verdict!
    },

    sign(input) {
      return {
        headers: [],
        body: Buffer.from(
          input.body.toString('utf8').replaceAll('{secret}', JSON.stringify(input.secret).slice(1, -1)),
        ),
      }
    },
  }
}

/** Basic authentication (RFC 7617); secrets are `user:password`. */
export function basic(): Scheme {
  return {
    id: 'basic',
    summary: 'user and password in `authorization` (Basic); nothing is signed',
    headers: ['authorization'],
    required: ['authorization'],
    signsUrl: false,
    coversBody: false,
    verify(input) {
      const value = input.request.headers.get('authorization') ?? ''
      if (value === '') return missing('no authorization header')
      const encoded = readBasic(value)
      if (encoded === undefined) return mismatch('authorization is not of the Basic scheme')
      return matching(input, Buffer.from(encoded, 'base64').toString('utf8'))
    },
    malformed(headers) {
      const value = headers.get('authorization')
      const isBasic = value === undefined || readBasic(value) !== undefined
      return isBasic ? undefined : 'expected Basic followed by user:password in base64'
    },
    sign(input) {
      return { headers: [['authorization', `Basic ${Buffer.from(input.secret).toString('base64')}`]] }
    },
  }
}

function readBasic(value: string): string | undefined {
  return /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(value)?.[1]
}

/** No proof at all: whoever knows the address can send. */
export function none(): Scheme {
  return {
    id: 'none',
    summary: 'nothing: anyone who knows the address can send',
    headers: [],
    required: [],
    signsUrl: false,
    coversBody: false,
    verify: () => proven(null),
    sign: () => ({ headers: [] }),
  }
}

function matching(input: ProofInput, value: string): Proof {
  let matched: string | null = null
  for (const secret of input.secrets) {
    if (secret.value !== '' && equalText(value, secret.value) && matched === null) matched = secret.id
  }
  return matched === null ? mismatch('no secret of this source equals the one received') : proven(matched)
}
