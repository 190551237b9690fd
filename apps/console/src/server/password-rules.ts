import { text } from './text.ts'

export const passwordLength = { min: 12, max: 128 }

/** What is wrong with a new password, or undefined. No rules of composition: length, and not one that is guessed first. */
export function passwordProblem(password: string, about: readonly string[]): string | undefined {
  const length = [...password].length
  if (length < passwordLength.min) return text.tooShort(passwordLength.min)
  if (length > passwordLength.max) return text.tooLong(passwordLength.max)
  return isGuessedFirst(password, about) ? text.guessed : undefined
}

function isGuessedFirst(password: string, about: readonly string[]): boolean {
  const core = password.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  const words = [...commonWords, ...about.map((word) => word.toLowerCase()).filter((word) => word.length >= 4)]
  // What is left once common words, digits and repetitions are taken out is what a guesser has to find.
  const rest = words
    .toSorted((a, b) => b.length - a.length)
    .reduce((left, word) => left.replaceAll(word, ''), unleet(core))
  return new Set(core).size < 5 || isRun(core) || rest.replace(/\d/g, '').length < 4
}

function unleet(text: string): string {
  const letters: Readonly<Record<string, string>> = { '0': 'o', '3': 'e', '4': 'a', '5': 's', '7': 't' }
  return text.replace(/(?<=\p{L})[03457](?=\p{L})/gu, (digit) => letters[digit] ?? digit)
}

const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
]

function isRun(text: string): boolean {
  return rows.some((row) => row.includes(text) || [...row].reverse().join('').includes(text))
}

// The stems of the most used passwords of 12 and more characters in published breaches.
const commonWords =
  `password passwort motdepasse contrasena senha qwertyuiop qwertyui qwerty azerty qwertz asdfghjkl asdfgh
zxcvbnm letmein welcome iloveyou ilove you love monkey dragon sunshine princess football baseball basketball superman
batman trustno administrator admin master shadow michael jordan ashley jessica charlie jennifer computer internet
whatever starwars freedom hello secret login access changeme default test testing user guest root temp summer winter
autumn spring january february march april june july august september october november december monday tuesday
wednesday thursday friday saturday sunday pokemon liverpool chelsea arsenal barcelona juventus google facebook
microsoft samsung iphone company correcthorsebatterystaple eventmesh this that mypass pass word`
    .split(/\s+/)
    .filter((word) => word.length >= 4)
