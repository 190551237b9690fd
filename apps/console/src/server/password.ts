import { hash, verify } from '@node-rs/argon2'

/** argon2id, m = 19 MiB, t = 2, p = 1 (OWASP ASVS 5.0 6.2; Password Storage Cheat Sheet). */
const argon2id = 2
const parameters = { algorithm: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 }

// Of a random password that nobody knows: verifying against it costs what a real one does.
const dummyHash = '$argon2id$v=19$m=19456,t=2,p=1$66MNXNq2NMXqwXGSPb0lwQ$V5IkU6pevLpHQmATYRohC8625Xt95DiKMiakxf/7J7s'

export async function hashPassword(password: string): Promise<string> {
  return await hash(password.normalize('NFKC'), parameters)
}

/** Without a stored hash (an unknown person) one verification runs all the same, and fails. */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  const matches = await verify(stored ?? dummyHash, password.normalize('NFKC'))
  return stored !== undefined && matches
}
