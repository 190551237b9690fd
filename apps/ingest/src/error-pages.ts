import { type ErrorCode, isErrorCode } from '@eventmesh/envelope'
import { errorsMarkdown } from './errors-text.ts'
import type { Outcome } from './outcome.ts'

/** What `docs/errors.md` says under a code's heading, as a short page of its own; undefined for what is no code. */
export function errorPage(code: string, accept: string | undefined): Outcome | undefined {
  const section = isErrorCode(code) ? sections.get(code) : undefined
  if (section === undefined) return undefined
  return wantsHtml(accept)
    ? { kind: 'page', status: 200, contentType: 'text/html; charset=utf-8', text: htmlPage(code, section) }
    : { kind: 'page', status: 200, contentType: 'text/plain; charset=utf-8', text: `${code}\n\n${section}\n` }
}

const sections: ReadonlyMap<ErrorCode, string> = readSections(errorsMarkdown)

function readSections(markdown: string): Map<ErrorCode, string> {
  const found = new Map<ErrorCode, string>()
  for (const part of markdown.split(/^#{1,6} /m)) {
    const newline = part.indexOf('\n')
    const code = part.slice(0, Math.max(0, newline)).replaceAll('`', '').trim()
    if (isErrorCode(code)) found.set(code, part.slice(newline + 1).trim())
  }
  return found
}

function wantsHtml(accept: string | undefined): boolean {
  return accept !== undefined && /\btext\/html\b/i.test(accept)
}

function htmlPage(code: string, section: string): string {
  return (
    `<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>${code}</title>\n` +
    '<meta name="viewport" content="width=device-width"><style>body{font:16px/1.5 system-ui;max-width:42rem;margin:3rem auto;padding:0 1rem}</style>\n' +
    `<h1><code>${code}</code></h1>\n${section
      .split(/\n{2,}/)
      .map(block)
      .join('\n')}\n</html>\n`
  )
}

function block(text: string): string {
  const lines = text.split('\n')
  if (lines.every((line) => /^([-*] |\s)/.test(line))) {
    const items = text.split(/^[-*] /m).filter((item) => item.trim() !== '')
    return `<ul>${items.map((item) => `<li>${inline(item)}</li>`).join('')}</ul>`
  }
  return `<p>${inline(text)}</p>`
}

function inline(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
}
