import 'server-only'
import { log } from './logger.ts'
import { requestFacts } from './request.ts'

/** One part of a page by itself. Undefined: it could not be loaded; the log has why, under the request's id. */
export async function orNone<T>(route: string, loading: Promise<T>): Promise<T | undefined> {
  try {
    return await loading
  } catch (error) {
    const { requestId } = await requestFacts()
    log().error({ error, route, request_id: requestId }, 'a part of a page could not be loaded')
    return undefined
  }
}
