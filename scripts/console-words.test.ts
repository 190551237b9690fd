import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../apps/console/src')

/** Where words of the screens must not stand; `ui` has its own few, `config.ts` the words of the configuration page. */
const files = globSync(['app/**/*.{ts,tsx}', 'features/**/*.{ts,tsx}', 'server/*.ts'], { cwd: root }).filter(
  (file) => !/(^|\/)text\.ts$|\.test\.ts$|^features\/kit\/|^app\/dev\/|^server\/config\.ts$/.test(file),
)

const spoken = /^(aria-label|aria-description|title|label|placeholder|hint|description|alt|disabledReason)$/
const sentence = /^\p{Lu}.*\s.*[.!?…]$/su
const letter = /\p{L}/u

describe('the words of the console', () => {
  it.each([
    ['<p>Nothing here</p>', ['Nothing here']],
    ['<nav aria-label="Pages" />', ['Pages']],
    ['<Field label={isNew ? `The name` : text.name} />', ['The name']],
    ["const choices = [{ value: 'live', hint: 'admins only' }]", ['admins only']],
    ["const message = fault('taken', 'This name is taken.')", ['This name is taken.']],
    [
      "<a title={words('title')} label={kind === 'a' ? text.a : text.b} className='px-2' href='/new'>{text.add}</a>",
      [],
    ],
  ])('are found in %s', (source, words) => {
    expect(wordsOf(source)).toEqual(words)
  })

  it('stand in a text.ts alone', () => {
    expect(files.length).toBeGreaterThan(200)
    const found = files.map((file) => [file, wordsOf(readFileSync(join(root, file), 'utf8'))] as const)
    expect(found.filter(([, words]) => words.length > 0)).toEqual([])
  })
})

/** What stands between tags, what is said by an attribute or a member of that name, and whole sentences anywhere. */
function wordsOf(source: string): readonly string[] {
  const found: string[] = []
  const visit = (node: ts.Node, isSpoken: boolean) => {
    const words = ts.isJsxText(node) ? node.text.trim() : literal(node)
    if (words !== undefined && letter.test(words) && (ts.isJsxText(node) || isSpoken || sentence.test(words))) {
      found.push(words)
      return
    }
    ts.forEachChild(node, (child) => visit(child, says(node, child, isSpoken)))
  }
  visit(ts.createSourceFile('words.tsx', source, ts.ScriptTarget.Latest, true), false)
  return found
}

/** A name that is compared or handed to a function is not what is said. */
function says(node: ts.Node, child: ts.Node, isSpoken: boolean): boolean {
  if (ts.isJsxAttribute(node) || ts.isPropertyAssignment(node)) {
    return child === node.initializer && spoken.test(node.name.getText())
  }
  if (ts.isConditionalExpression(node)) return isSpoken && child !== node.condition
  return isSpoken && (ts.isJsxExpression(node) || ts.isParenthesizedExpression(node) || ts.isTemplateSpan(node))
}

function literal(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text
  if (!ts.isTemplateExpression(node)) return undefined
  return [node.head.text, ...node.templateSpans.map(({ literal: { text } }) => text)].join('… ')
}
