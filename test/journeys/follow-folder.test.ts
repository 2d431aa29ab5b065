// `deploy --follow` with a folder of one's own: the log of the one thing that runs there, or a choice before any write.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deployment, IMAGES, job, workloadFolder } from '../deployer/workload-folder.ts'
import { startTestPlatform } from '../support/platform.ts'
import type { TestPlatform } from '../support/platform.ts'
import { start } from '../support/run.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await startTestPlatform((declaration) => ({
    ...declaration,
    images: { ...declaration.images, ...IMAGES },
  }))
})
afterAll(() => platform.close())

const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } }

test("a Job's log is printed to its end", async () => {
  const folder = await workloadFolder(platform, 'follow-job', [job({ script: 'echo one' })])
  const { code, stdout, stderr } = await folder.deployer('deploy', '--follow')
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: 'one\n' })
  expect(stderr).toMatch(/^• Following Pod\/follow-job\/once-\w+$/m)
})

test("a Deployment's pod is followed until it is stopped, its main container of several", async () => {
  const beside = { name: 'beside', image: 'test/sh:1', args: ['echo beside; sleep 300'] }
  const main = { name: 'main', image: 'test/sh:1', args: ['echo main; sleep 300'] }
  const web = deployment({ pod: { containers: [main, beside] } })
  const folder = await workloadFolder(platform, 'follow-web', [settings, web])
  const program = [process.execPath, join('deployer', 'main.ts'), 'deploy', '--follow'] as const
  const deploying = start([...program, ...folder.options])
  await deploying.said('main\n')
  deploying.child.kill('SIGINT')
  const { code, stdout } = await deploying.ended
  expect({ code, stdout }).toEqual({ code: 130, stdout: 'main\n' })
})

test.for([
  {
    when: 'several run',
    name: 'several',
    objects: [deployment({}), job({})],
    says: [
      /has several that run pods: Deployment\/follow-several\/web, Job\/follow-several\/once$/m,
      /hint {2}leave .*: kubectl --kubeconfig \S+ --context \S+ logs --follow deployment\/web --namespace follow-several$/m,
    ],
  },
  {
    when: 'nothing runs',
    name: 'nothing',
    objects: [settings],
    says: [/no object of \S+ runs a pod when it is deployed$/m, /hint {2}leave --follow out$/m],
  },
])('where $when, nothing is written and the choice is named', async ({ name, objects, says }) => {
  const folder = await workloadFolder(platform, `follow-${name}`, objects)
  const { code, stderr } = await folder.deployer('deploy', '--follow')
  expect({ code, stderr }).toMatchObject({ code: 2 })
  for (const text of says) expect(stderr).toMatch(text)
  const { code: there } = await platform.kubectl('get', 'namespace', `follow-${name}`)
  expect(there).not.toBe(0)
})
