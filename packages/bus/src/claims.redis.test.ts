import { startRedis } from '../../../tests/parts/redis.ts'
import { openRedisClaims } from './claims.redis.ts'
import { claimsContract } from './contract/index.ts'
import { redisPart, withPart } from './testing/parts.ts'

withPart(redisPart, () => {
  claimsContract('claims on Redis', async () => {
    const redis = await startRedis()
    return {
      open: (_as, times = {}) => openRedisClaims({ url: redis.url, ...times }),
      killBackend: redis.kill,
      startBackend: redis.start,
      silenceBackend: async () => redis.freeze(),
      hearBackend: async () => redis.thaw(),
      close: redis.close,
    }
  })
})
