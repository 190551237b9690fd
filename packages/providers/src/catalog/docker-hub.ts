import type { Provider } from '../provider.ts'
import { none } from '../schemes/token.ts'

export const dockerHub: Provider = {
  id: 'docker-hub',
  name: 'Docker Hub',
  docs: 'https://docs.docker.com/docker-hub/repos/manage/webhooks/',
  checked: '2026-11-25',
  source: 'docs.docker.com docker-hub/webhooks',
  confidence: 'K/K',
  proof: 'none',
  scheme: none(),
  secret: { form: 'none', hint: 'Docker Hub signs nothing: keep the address secret' },
  type: [['body:push_data.tag']],
  key: [],
  time: ['body:push_data.pushed_at'],
  retry: 'none',
  ackLimit: 'not published',
  setup: ["In the repository's Webhooks tab add the source's URL."],
  test: 'Push a tag.',
  notes: ['Anyone who knows the address can send.'],
  sample: {
    contentType: 'application/json',
    body: '{"push_data":{"pushed_at":{s},"tag":"latest"},"repository":{"repo_name":"octo/app"},"callback_url":"https://registry.hub.docker.com/u/octo/app/hook/{id}/"}',
  },
}
