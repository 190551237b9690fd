import 'server-only'
import { headers } from 'next/headers'
import { clientIp, peerHeader } from './client-ip.ts'
import { config } from './config.ts'

/** Names of the headers that `proxy.ts` hands on, over whatever the sender wrote there. */
export const nonceHeader = 'x-nonce'
export const requestIdHeader = 'x-request-id'
export const pathHeader = 'x-eventmesh-path'

export type RequestFacts = {
  readonly requestId: string
  readonly ip: string
  readonly userAgent: string | null
  /** Path and query as the browser asked for them. */
  readonly path: string
}

export async function requestFacts(): Promise<RequestFacts> {
  const given = await headers()
  return {
    requestId: given.get(requestIdHeader) ?? '',
    ip: clientIp(given.get(peerHeader), given.get('x-forwarded-for'), config().trustedProxyHops),
    userAgent: given.get('user-agent'),
    path: given.get(pathHeader) ?? '/',
  }
}

export async function nonce(): Promise<string> {
  return (await headers()).get(nonceHeader) ?? ''
}
