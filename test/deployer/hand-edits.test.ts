// Edits that the API server takes only instead of ours, not beside it: they are taken out, and a program's are a conflict.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { PatchType } from '../../local/kubernetes/client.ts'
import { createKubectl } from '../real/kubectl.ts'
import { start } from '../support/run.ts'
import type { Running } from '../support/run.ts'
import { startCluster } from './cluster.ts'
import type { TestCluster } from './cluster.ts'
import { createFolder } from './manifest-folder.ts'
import type { TestFolder } from './manifest-folder.ts'
import { isReading, startRecorder } from './recorder.ts'
import type { Recorder } from './recorder.ts'

let direct: TestCluster
let recorder: Recorder
let healers: Running[] = []

beforeAll(async () => {
  direct = await startCluster()
  recorder = await startRecorder(direct)
})
afterEach(async () => {
  recorder.before = () => Promise.resolve()
  for (const { child } of healers) child.kill('SIGKILL')
  await Promise.all(healers.map(({ ended }) => ended))
  healers = []
})
afterAll(async () => {
  await recorder.close()
  await direct.close()
})

const STRATEGIC = 'application/strategic-merge-patch+json'
const JSON_PATCH = 'application/json-patch+json'

const NODE = { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }
const PROBE = { httpGet: { path: '/', port: 80 }, periodSeconds: 5 }
const VOLUME = { name: 'files', configMap: { name: 'files' } }

function deployment(container: object = {}, pod: object = {}, spec: object = {}) {
  const containers = [{ name: 'app', image: 'app:1', ...container }]
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers, ...pod } }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, template, ...spec },
  }
}

function cronJob(container: object) {
  const containers = [{ name: 'app', image: 'app:1', ...container }]
  const template = { spec: { containers, restartPolicy: 'Never' } }
  const spec = { schedule: '0 0 1 1 *', jobTemplate: { spec: { template } } }
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'web' }, spec }
}

function service(spec: object) {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec }
}

const COLLECTIONS: Readonly<Record<string, string>> = {
  Deployment: '/apis/apps/v1/namespaces/NS/deployments/web',
  CronJob: '/apis/batch/v1/namespaces/NS/cronjobs/web',
  Service: '/api/v1/namespaces/NS/services/web',
}

interface Edit {
  readonly manifest: { readonly kind: string }
  readonly change: object
  readonly type?: PatchType
}

interface Rivalry extends Edit {
  readonly what: string
  /** What goes. */
  readonly gone: string
}

const APP = '.spec.template.spec.containers[name=app]'

function podEdit(container: object, pod: object = {}) {
  return { spec: { template: { spec: { containers: [{ name: 'app', ...container }], ...pod } } } }
}

const EDITS: readonly Rivalry[] = [
  {
    what: 'a value in place of our valueFrom',
    manifest: deployment({ env: [NODE] }),
    change: podEdit({ env: [{ name: 'NODE', value: 'x', valueFrom: null }] }),
    gone: `${APP}.env[name=NODE].value`,
  },
  {
    what: 'the same in a CronJob',
    manifest: cronJob({ env: [NODE] }),
    change: {
      spec: {
        jobTemplate: podEdit({ env: [{ name: 'NODE', value: 'x', valueFrom: null }] }),
      },
    },
    gone: '.spec.jobTemplate.spec.template.spec.containers[name=app].env[name=NODE].value',
  },
  {
    what: 'a valueFrom in place of our value',
    manifest: deployment({ env: [{ name: 'NODE', value: 'ours' }] }),
    change: podEdit({ env: [{ ...NODE, value: null }] }),
    gone: `${APP}.env[name=NODE].valueFrom`,
  },
  {
    what: 'another source of a value',
    manifest: deployment({ env: [NODE] }),
    change: podEdit({
      env: [
        {
          name: 'NODE',
          valueFrom: { fieldRef: null, configMapKeyRef: { name: 'a', key: 'b' } },
        },
      ],
    }),
    gone: `${APP}.env[name=NODE].valueFrom.configMapKeyRef`,
  },
  {
    what: 'another source of a volume, which the API server names',
    manifest: deployment({}, { volumes: [VOLUME] }),
    change: podEdit({}, { volumes: [{ name: 'files', configMap: null, emptyDir: {} }] }),
    gone: '.spec.template.spec.volumes[name=files].emptyDir',
  },
  {
    what: 'another source of a volume, where the API server names ours',
    manifest: deployment({}, { volumes: [{ name: 'files', emptyDir: {} }] }),
    change: podEdit(
      {},
      { volumes: [{ name: 'files', emptyDir: null, configMap: { name: 'theirs' } }] },
    ),
    gone: '.spec.template.spec.volumes[name=files].configMap',
  },
  {
    what: 'another handler of a probe',
    manifest: deployment({ livenessProbe: PROBE }),
    change: podEdit({
      livenessProbe: { httpGet: null, exec: { command: ['true'] } },
    }),
    gone: `${APP}.livenessProbe.exec`,
  },
  {
    what: 'a rolling update in place of Recreate',
    manifest: deployment({}, {}, { strategy: { type: 'Recreate' } }),
    change: { spec: { strategy: { type: 'RollingUpdate' } } },
    gone: '.spec.strategy.rollingUpdate',
  },
  {
    what: 'another number of a port without a name',
    manifest: service({ clusterIP: 'None', ports: [{ port: 80 }] }),
    change: [{ op: 'replace', path: '/spec/ports/0/port', value: 81 }],
    type: JSON_PATCH,
    gone: '.spec.ports[port=81,protocol=TCP]',
  },
  {
    what: 'another number of a port with a name',
    manifest: service({ clusterIP: 'None', ports: [{ name: 'http', port: 80 }] }),
    change: [{ op: 'replace', path: '/spec/ports/0/port', value: 81 }],
    type: JSON_PATCH,
    gone: '.spec.ports[port=81,protocol=TCP]',
  },
]

function pathOf({ kind }: { readonly kind: string }, { namespace }: TestFolder): string {
  return (COLLECTIONS[kind] ?? '').replace('NS', namespace)
}

function patch(edit: Edit, folder: TestFolder, fieldManager = 'kubectl-edit') {
  const type = edit.type ?? STRATEGIC
  return direct.client.patch(pathOf(edit.manifest, folder), type, edit.change, { fieldManager })
}

/** Deployed, then edited. */
async function edited(edit: Edit, fieldManager?: string): Promise<TestFolder> {
  const folder = await createFolder(recorder.cluster, edit.manifest)
  expect(await folder.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  await patch(edit, folder, fieldManager)
  return folder
}

async function specOf(edit: Edit, folder: TestFolder): Promise<unknown> {
  return (await direct.client.get(pathOf(edit.manifest, folder)))['spec']
}

test.for(EDITS)('$what is taken out by a deploy, just as its plan shows', async (edit) => {
  const folder = await createFolder(recorder.cluster, edit.manifest)
  await folder.deployer('deploy', '--no-wait')
  const before = await specOf(edit, folder)
  await patch(edit, folder)
  recorder.requests.length = 0
  const planned = await folder.deployer('plan')
  expect({ ...planned, stdout: '' }).toMatchObject({ code: 0 })
  expect(planned.stdout).toContain(`${edit.gone}, of kubectl-edit, is taken out`)
  expect(recorder.requests.filter((one) => !isReading(one))).toEqual([])
  const { code, stderr } = await folder.deployer('deploy', '--no-wait')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).not.toContain('should be gone')
  expect(await specOf(edit, folder)).toMatchObject(before as object)
  expect(await folder.deployer('plan', '--exit-code')).toMatchObject({ code: 0 })
})

test('what people put beside ours and is no rival of it stays', async () => {
  const livenessProbe = { httpGet: null, exec: { command: ['true'] }, timeoutSeconds: 7 }
  const probe = {
    manifest: deployment({ livenessProbe: PROBE }),
    change: podEdit({ livenessProbe }),
  }
  const changed = await edited(probe)
  expect(await changed.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  expect(await specOf(probe, changed)).toMatchObject({
    template: { spec: { containers: [{ livenessProbe: { ...PROBE, timeoutSeconds: 7 } }] } },
  })
  const ports: Edit = {
    manifest: service({ clusterIP: 'None', ports: [{ name: 'http', port: 80 }] }),
    change: [
      { op: 'replace', path: '/spec/ports/0/port', value: 81 },
      { op: 'add', path: '/spec/ports/-', value: { name: 'more', port: 90 } },
    ],
    type: JSON_PATCH,
  }
  const grown = await edited(ports)
  expect(await grown.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  const { ports: left } = (await specOf(ports, grown)) as { readonly ports: readonly object[] }
  expect(left).toHaveLength(2)
  expect(left).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'http', port: 80 }),
      expect.objectContaining({ name: 'more', port: 90 }),
    ]),
  )
})

const SET_ENV = EDITS[0] as Rivalry

test('kubectl set env over our valueFrom is healed, and told with whose it was', async () => {
  const folder = await createFolder(recorder.cluster, SET_ENV.manifest)
  await folder.deployer('deploy', '--no-wait')
  const healer = start([
    process.execPath,
    'deployer/main.ts',
    'heal',
    '--env',
    folder.file,
    '--manifests',
    folder.folder,
  ])
  healers.push(healer)
  await healer.said('Leading as')
  const kubectl = createKubectl(direct.kubeconfig)
  await kubectl('set', 'env', 'deployment/web', 'NODE=x', '--namespace', folder.namespace)
  await healer.said('put back: kubectl-set had changed')
  await healer.said(`${SET_ENV.gone}: "x" → absent`)
  expect(await specOf(SET_ENV, folder)).toMatchObject({
    template: { spec: { containers: [{ env: [{ name: 'NODE', valueFrom: {} }] }] } },
  })
  expect(await folder.deployer('plan', '--exit-code')).toMatchObject({ code: 0 })
})

test('a rolling update of before goes with a manifest that says Recreate', async () => {
  const folder = await createFolder(recorder.cluster, deployment())
  await folder.deployer('deploy', '--no-wait')
  const now = deployment({}, {}, { strategy: { type: 'Recreate' } })
  await folder.write(now)
  const { stdout } = await folder.deployer('plan')
  expect(stdout).toContain('.spec.strategy.rollingUpdate, a default of before, is taken out')
  expect(await folder.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  const { spec } = await direct.client.get(pathOf(now, folder))
  expect(spec).toHaveProperty('strategy', { type: 'Recreate' })
  expect(await folder.deployer('plan', '--exit-code')).toMatchObject({ code: 0 })
})

test('an edit is taken out in the version it was planned on, and in no other', async () => {
  const folder = await edited(SET_ENV)
  let isDone = false
  recorder.before = async (request) => {
    if (isDone || isReading(request) || !request.path.includes('/deployments/web?')) return
    isDone = true
    const env = [{ name: 'NODE', value: 'y' }]
    await direct.client.patch(pathOf(SET_ENV.manifest, folder), STRATEGIC, podEdit({ env }), {
      fieldManager: 'kubectl-edit',
    })
  }
  const { code, stderr } = await folder.deployer('deploy', '--no-wait')
  expect({ code, isDone }).toEqual({ code: 1, isDone: true })
  expect(stderr).toContain('ERR_PLAN_CHANGED')
  expect(stderr).toContain(`${APP}.env[name=NODE].value: "y" → absent`)
  const now = { template: { spec: { containers: [{ env: [{ name: 'NODE', value: 'y' }] }] } } }
  expect(await specOf(SET_ENV, folder)).toMatchObject(now)
  expect(await folder.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
})

test('a run that dies after the field was given to us is gone on from', async () => {
  const folder = await edited(SET_ENV)
  let writes = 0
  recorder.refusal = (request) => {
    if (isReading(request) || !request.path.includes('/deployments/web?')) return undefined
    writes += 1
    return writes === 2 ? 403 : undefined
  }
  expect((await folder.deployer('deploy', '--no-wait')).code).not.toBe(0)
  recorder.refusal = () => undefined
  expect(await folder.deployer('deploy', '--no-wait')).toMatchObject({ code: 0 })
  expect(await folder.deployer('plan', '--exit-code')).toMatchObject({ code: 0 })
})

test('what a program put there is a conflict, until it is taken by force', async () => {
  const folder = await edited(SET_ENV, 'some-operator')
  const { code, stderr } = await folder.deployer('plan')
  expect(code).toBe(4)
  expect(stderr).toContain(
    `${APP}.env[name=NODE].value is owned by "some-operator": live "x", and cannot stand beside`,
  )
  expect(stderr).toContain('deploy --force-conflicts')
  const forced = await folder.deployer('deploy', '--no-wait', '--force-conflicts')
  expect({ ...forced, stdout: '' }).toMatchObject({ code: 0 })
  expect(await folder.deployer('plan', '--exit-code')).toMatchObject({ code: 0 })
})
