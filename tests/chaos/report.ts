import { spawnSync } from 'node:child_process'
import { cpus, loadavg, totalmem } from 'node:os'
import type { Fault } from './disturb.ts'

/** What one scenario on one pair of adapters came to. */
export type Section = {
  readonly title: string
  readonly facts: readonly (readonly [name: string, value: string])[]
  readonly verdicts: readonly { readonly name: string; readonly holds: boolean | null; readonly detail: string }[]
  readonly faults: readonly Fault[]
}

/** Only what ran, and on what. */
export function writeReport(seed: number, sections: readonly Section[]): string {
  const [processor] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return [
    '# Chaos run',
    '',
    table([
      ['Date', new Date().toISOString().slice(0, 16).replace('T', ' ')],
      ['Commit', commit()],
      ['Seed', String(seed)],
      [
        'Machine',
        `${cpus().length} × ${processor?.model.trim()}, ${memory} GiB; load ${loadavg()
          .map((n) => n.toFixed(1))
          .join(' ')} at the end`,
      ],
      ['Repeat', `\`npm run chaos -- --seed ${seed}\` (with the scenarios below)`],
    ]),
    '',
    ...sections.flatMap(writeSection),
  ].join('\n')
}

function writeSection({ title, facts, verdicts, faults }: Section): readonly string[] {
  return [
    `## ${title}`,
    '',
    ...(facts.length === 0 ? [] : [table(facts), '']),
    '| Promise | Verdict | |',
    '|---|---|---|',
    ...verdicts.map(({ name, holds, detail }) => `| ${name} | ${verdictText(holds)} | ${cell(detail)} |`),
    '',
    ...(faults.length === 0
      ? []
      : [
          'Faults, in seconds of the run:',
          '',
          ...faults.map(({ name, beganMs, endedMs }) => `- ${seconds(beganMs)}–${seconds(endedMs)} ${name}`),
          '',
        ]),
  ]
}

function verdictText(holds: boolean | null): string {
  return holds === null ? 'not decided' : holds ? 'holds' : '**broken**'
}

function table(rows: readonly (readonly [string, string])[]): string {
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${cell(value)} |`)].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function seconds(ms: number): string {
  return String(Math.round(ms / 1_000))
}

/** With a word when the tree held changes that no commit has. */
function commit(): string {
  const git = (...args: readonly string[]) => spawnSync('git', args, { encoding: 'utf8' }).stdout?.trim() ?? ''
  const changed = git('status', '--porcelain', '--untracked-files=no') !== ''
  return `${git('rev-parse', 'HEAD') || 'unknown'}${changed ? ', with changes' : ''}`
}
