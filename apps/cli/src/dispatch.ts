import { claimsCommands } from './claims.ts'
import type { Answer, Command, Context } from './command.ts'
import { doctorCommands } from './doctor.ts'
import { eventCommands } from './event.ts'
import { explain } from './explain.ts'
import { keyCommands } from './key.ts'
import { resetLinkCommands } from './reset-link.ts'
import { setupLinkCommands } from './setup-link.ts'
import { sourceCommands } from './source.ts'
import { sourceSendCommand } from './source-send.ts'
import { sourceTestCommand } from './source-test.ts'
import { tenantCommands } from './tenant.ts'
import { topicsCommands } from './topics.ts'
import { UsageError } from './usage.ts'

const commands: readonly Command[] = [
  ...tenantCommands,
  ...setupLinkCommands,
  ...resetLinkCommands,
  ...keyCommands,
  ...sourceCommands,
  sourceSendCommand,
  sourceTestCommand,
  ...eventCommands,
  ...topicsCommands,
  ...claimsCommands,
  ...doctorCommands,
]

/** Answers the exit code: 0 done, 1 failed, 2 called wrongly. */
export async function dispatch(args: readonly string[], context: Context): Promise<number> {
  const isJson = args.includes('--json')
  const found = find(args)
  if ('mistake' in found) {
    context.note(`eventmesh: ${found.mistake}\n${found.usage}`)
    return 2
  }
  if ('help' in found) {
    await context.write(found.help)
    return 0
  }
  try {
    const answer = await found.command.run(found.rest, context)
    if (answer) await print(answer, isJson, context)
    return answer?.isGood === false ? 1 : 0
  } catch (error) {
    if (error instanceof UsageError) {
      context.note(`eventmesh: ${error.message}\nusage: ${found.command.usage}`)
      return 2
    }
    context.note(`eventmesh: ${explain(error)}`)
    return 1
  }
}

type Found =
  | { readonly command: Command; readonly rest: readonly string[] }
  | { readonly help: string }
  | { readonly mistake: string; readonly usage: string }

function find(args: readonly string[]): Found {
  const wantsHelp = args.includes('--help')
  const words = args.filter((arg) => arg !== '--json' && arg !== '--help')
  const [noun, ...rest] = words
  if (noun === undefined)
    return wantsHelp ? { help: overview(commands) } : { mistake: 'say what to do', usage: overview(commands) }

  const ofNoun = commands.filter((command) => command.noun === noun)
  if (ofNoun.length === 0) return { mistake: `'${noun}' is not a command`, usage: overview(commands) }

  const command = ofNoun.find(({ verb }) => isBegunBy(rest, verbWords(verb)))
  if (command) {
    if (wantsHelp) return { help: command.help }
    return { command, rest: withoutName(args, [noun, ...verbWords(command.verb)]) }
  }
  // `source secret` alone begins several commands.
  const [verb] = rest
  const begun = ofNoun.filter((candidate) => verb !== undefined && verbWords(candidate.verb)[0] === verb)
  if (wantsHelp && rest.length <= 1) {
    if (verb === undefined) return { help: overview(ofNoun) }
    if (begun.length > 0) return { help: overview(begun) }
  }
  if (begun.length > 0) return { mistake: `say what to do with '${noun} ${verb}'`, usage: overview(begun) }
  return {
    mistake: verb === undefined ? `say what to do with '${noun}'` : `'${noun} ${verb}' is not a command`,
    usage: overview(ofNoun),
  }
}

function verbWords(verb: string | undefined): readonly string[] {
  return verb === undefined ? [] : verb.split(' ')
}

function isBegunBy(words: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((word, index) => words[index] === word)
}

/** What is left once noun and verb, the first words that are no global option, are taken away. */
function withoutName(args: readonly string[], name: readonly string[]): readonly string[] {
  const rest = [...args]
  for (const word of name) rest.splice(rest.indexOf(word), 1)
  return rest
}

function overview(shown: readonly Command[]): string {
  const lines = shown.map(({ usage, summary }) => `  ${usage}\n      ${summary}`)
  return ['usage:', ...lines, ''].join('\n')
}

async function print(answer: Answer, isJson: boolean, context: Context): Promise<void> {
  if (!isJson) return context.write(answer.human())
  await context.write(answer.json())
  await context.write('\n')
}
