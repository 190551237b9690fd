import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type KafkaCluster, startKafka, tool } from '../../../tests/parts/kafka.mjs'
import { freePorts } from '../../../tests/parts/ports.ts'
import type { KafkaConnection } from './log.kafka.connection.ts'
import { checkTopics, createTopics, openKafkaLog } from './log.kafka.ts'
import { kafkaPart, type Part, withPart } from './testing/parts.ts'

const password = 'canary-password'

const kafkaAndOpenssl: Part = {
  name: 'Apache Kafka with TLS',
  missing: () =>
    kafkaPart.missing() ?? (spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not installed'),
}

/** A certificate for 127.0.0.1 that signs itself. */
function makeCertificate(folder: string): { readonly certificate: string; readonly key: string } {
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', certificateFile],
  ])
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr.toString().slice(0, 300)}`)
  return { certificate: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
}

const asProperty = (text: string): string => text.trim().replaceAll('\n', '\\n')

withPart(kafkaAndOpenssl, () => {
  describe('the log on Kafka with TLS and a login', { timeout: 60_000 }, () => {
    let folder: string
    let ca: string
    let cluster: KafkaCluster

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'eventmesh-tls-'))
      const { certificate, key } = makeCertificate(folder)
      ca = certificate
      const login = 'listener.name.client'
      const module = 'org.apache.kafka.common.security'
      cluster = await startKafka({
        port: await freePorts(24),
        settings: {
          'listener.security.protocol.map': 'CLIENT:SASL_SSL,DIRECT:PLAINTEXT,CONTROLLER:PLAINTEXT',
          [`${login}.ssl.keystore.type`]: 'PEM',
          [`${login}.ssl.keystore.certificate.chain`]: asProperty(certificate),
          [`${login}.ssl.keystore.key`]: asProperty(key),
          [`${login}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
          [`${login}.plain.sasl.jaas.config`]: `${module}.plain.PlainLoginModule required user_app="${password}";`,
          [`${login}.scram-sha-256.sasl.jaas.config`]: `${module}.scram.ScramLoginModule required;`,
          [`${login}.scram-sha-512.sasl.jaas.config`]: `${module}.scram.ScramLoginModule required;`,
        },
      })
      for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
        const added = await tool('kafka.admin.ConfigCommand', [
          ...[
            '--bootstrap-server',
            cluster.direct[0]!,
            '--alter',
            '--add-config',
            `${mechanism}=[password=${password}]`,
          ],
          ...['--entity-type', 'users', '--entity-name', 'app'],
        ])
        if (added.code !== 0) throw new Error(`no ${mechanism} user: ${added.stderr.slice(0, 300)}`)
      }
      await createTopics(connectionWith('plain'), 'dev')
    }, 120_000)

    afterAll(async () => {
      await cluster.close()
      rmSync(folder, { recursive: true, force: true })
    }, 60_000)

    function connectionWith(
      mechanism: NonNullable<KafkaConnection['sasl']>['mechanism'],
      changes: Partial<KafkaConnection> = {},
    ): KafkaConnection {
      const sasl = { mechanism, username: 'app', password }
      return { brokers: cluster.bootstrap, topicPrefix: 'eventmesh.', tls: { ca }, sasl, ...changes }
    }

    test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
      'appends and reads as a %s user',
      async (mechanism) => {
        const log = await openKafkaLog({ connection: connectionWith(mechanism), durability: 'dev' })
        expect((await log.check()).ok).toBe(true)
        const key = `login:${mechanism}`
        const results = await log.append('events', [{ key, value: Buffer.from('{}'), headers: {} }], {
          deadlineMs: 5_000,
        })
        expect(results).toMatchObject([{ status: 'appended' }])
        const keys: string[] = []
        for await (const record of log.read('events', { from: 'beginning' })) {
          keys.push(record.key)
          if (record.key === key) break
        }
        expect(keys).toContain(key)
        await log.close()
      },
    )

    test.each([
      ['a wrong password', { sasl: { mechanism: 'scram-sha-256', username: 'app', password: 'wrong-canary' } }],
      ['no TLS', { tls: undefined }],
      ['no authority that knows the certificate', { tls: true }],
    ] as const)('with %s nothing is appended, in time, and no secret is told', async (_title, changes) => {
      const { tls, ...rest } = connectionWith('plain', changes as Partial<KafkaConnection>)
      const connection = tls === undefined ? rest : { ...rest, tls }
      const alarms: string[] = []
      const log = await openKafkaLog({ connection, durability: 'dev', onAlarm: (line) => alarms.push(line) })
      const startedAt = performance.now()
      const results = await log.append('events', [{ key: 'k', value: Buffer.from('{}'), headers: {} }], {
        deadlineMs: 1_000,
      })
      expect(performance.now() - startedAt).toBeLessThan(2_000)
      expect(results).toMatchObject([{ status: 'refused' }])
      const checked = await log.check()
      expect(checked.ok).toBe(false)
      const failure = await checkTopics(connection).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(Error)
      for (const shown of [inspect(checked), inspect(alarms), (failure as Error).message]) {
        expect(shown).not.toContain('canary')
      }
      await log.close()
    })
  })
})
