import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

// WCAG 2.2, 1.4.3 and 1.4.11, computed from the tokens themselves.
const css = readFileSync(new URL('../app/globals.css', import.meta.url), 'utf8')
const themes = { light: tokens(':root {'), dark: tokens('.dark {') }

const surfaces = ['bg', 'surface', 'raised', 'hover', 'selected', 'bad-soft']
const textOnSurface = ['fg', 'fg-2', 'fg-3', 'accent-text']
const families = ['ok', 'dup', 'warn', 'bad']

describe.each(Object.entries(themes))('the %s theme', (_, theme) => {
  test.each(textOnSurface)('shows %s with at least 4.5 : 1 on every surface', (name) => {
    for (const surface of surfaces) expect(contrast(theme, name, surface), `on ${surface}`).toBeGreaterThanOrEqual(4.5)
  })

  test.each(families)('shows %s-text with at least 4.5 : 1 on its own soft ground and on plain ones', (family) => {
    for (const ground of [`${family}-soft`, 'bg', 'surface', 'raised', 'hover']) {
      expect(contrast(theme, `${family}-text`, ground), `on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
  })

  test('shows words on solid buttons with at least 4.5 : 1', () => {
    for (const ground of ['accent', 'accent-hover']) {
      expect(contrast(theme, 'accent-fg', ground), ground).toBeGreaterThanOrEqual(4.5)
    }
    for (const ground of ['bad-solid', 'bad-solid-hover']) {
      expect(ratio(1, luminance(theme, ground)), ground).toBeGreaterThanOrEqual(4.5)
    }
    expect(contrast(theme, 'accent-text', 'accent-soft')).toBeGreaterThanOrEqual(4.5)
  })

  test.each(['field', 'accent'])('shows %s (borders of fields, focus ring) with at least 3 : 1', (name) => {
    const grounds = name === 'accent' ? ['bg', 'surface', 'raised', 'hover', 'selected'] : ['bg', 'surface', 'raised']
    for (const surface of grounds) {
      expect(contrast(theme, name, surface), `on ${surface}`).toBeGreaterThanOrEqual(3)
    }
  })
})

test('would notice a faint text', () => {
  expect(contrast({ faint: [0.75, 0.01, 265], bg: [1, 0, 0] }, 'faint', 'bg')).toBeLessThan(4.5)
})

type Theme = Readonly<Record<string, readonly [lightness: number, chroma: number, hue: number]>>

function tokens(start: string): Theme {
  const from = css.indexOf(start)
  const block = css.slice(from, css.indexOf('}', from))
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g)].map(([, name, l, c, h]) => [
      name,
      [Number(l), Number(c), Number(h)] as const,
    ]),
  )
}

function contrast(theme: Theme, one: string, other: string): number {
  return ratio(luminance(theme, one), luminance(theme, other))
}

function ratio(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
}

// OKLCH → linear sRGB (Björn Ottosson's matrices), cut to the gamut, → relative luminance.
function luminance(theme: Theme, name: string): number {
  const token = theme[name]
  if (token === undefined) throw new Error(`there is no token ${name}`)
  const [lightness, chroma, hue] = token
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const cut = (value: number) => Math.min(1, Math.max(0, value))
  const red = cut(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)
  const green = cut(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)
  const blue = cut(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
