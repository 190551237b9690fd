import { conclude } from './check.ts'
import { verify } from './verification.ts'

conclude(await verify())
