/** One address per line; commas and spaces between them are forgiven. */
export function linesOf(given: string): readonly string[] {
  return given
    .split(/[\s,;]+/)
    .map((line) => line.trim().toLowerCase())
    .filter((line) => line !== '')
}
