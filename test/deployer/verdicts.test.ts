// How a deploy of workloads ends, on the whole platform or a real cluster: success when they work, else the verdict of the pod that
// shows why, before the time is over and in words that tell what to do. A status tells the same afterwards.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deployment, job, workloadFolder } from './workload-folder.ts'
import type { WorkloadFolder } from './workload-folder.ts'
import { startWorkloadPlace } from './workload-place.ts'
import type { WorkloadPlace } from './workload-place.ts'

let place: WorkloadPlace
const folders: WorkloadFolder[] = []

beforeAll(async () => {
  place = await startWorkloadPlace()
})

afterAll(() => place.close())

async function folderOf(name: string, objects: readonly object[]): Promise<WorkloadFolder> {
  const folder = await workloadFolder(place, `verdict-${name}`, objects)
  folders.push(folder)
  return folder
}

/** Many deploys at once on a small machine; what is checked is that none waits for its own time-out. */
const PATIENT = { timeout: 120_000 }

const QUOTA = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'none' },
  spec: { hard: { pods: '0' } },
}

/** Where `status` leads: to the log where a container has told something. */
const LEADS: Readonly<Record<string, RegExp>> = {
  'crash-loop': /next: npm run logs -- --env \S+ web-\S+( --previous)?\n$/,
  'init-container': /next: npm run logs -- --env \S+ web-\S+ --container migrate/,
  'job-failed': /next: npm run logs -- --env \S+ once-\S+\n$/,
  'image-pull': /next: kubectl .*--context \S+ describe pod (web|once)-\S+ --namespace verdict-/,
}

describe.concurrent('a deploy ends with its verdict', () => {
  test.for([
    {
      when: 'the image does not exist',
      name: 'image',
      objects: [deployment({ image: 'test/absent:1' })],
      cause: 'image-pull',
      says: [
        'failed to pull and unpack image "docker.io/test/absent:1"',
        'on       Pod/verdict-image/web-',
        'event    Warning Failed',
        'check the name of the image',
      ],
    },
    {
      when: 'the image name is none',
      name: 'image-name',
      objects: [deployment({ image: 'Test/Absent' })],
      cause: 'image-pull',
      says: ['InvalidImageName', 'must be lowercase'],
    },
    {
      when: 'the image may not be pulled',
      name: 'never-pull',
      objects: [job({ image: 'test/absent:1', container: { imagePullPolicy: 'Never' } })],
      cause: 'image-pull',
      says: ['ErrImageNeverPull', 'pull policy of Never', 'kind load docker-image'],
    },
    {
      when: 'the container crashes again and again',
      name: 'crash',
      objects: [
        deployment({ script: 'echo no database at db:5432; exit 7' }, { minReadySeconds: 5 }),
      ],
      cause: 'crash-loop',
      says: ['exit code 7', 'log      no database at db:5432', '--previous'],
    },
    {
      when: 'an init container crashes',
      name: 'init',
      objects: [
        deployment({
          pod: {
            initContainers: [
              { name: 'migrate', image: 'test/sh:1', args: ['echo schema is newer; exit 3'] },
            ],
          },
        }),
      ],
      cause: 'init-container',
      says: ['init container migrate: ', 'exit code 3', 'log      schema is newer'],
    },
    {
      when: 'a config map is missing in the environment',
      name: 'config',
      objects: [deployment({ container: { envFrom: [{ configMapRef: { name: 'settings' } }] } })],
      cause: 'container-config',
      says: ['configmap "settings" not found', 'add it to the manifests'],
    },
    {
      when: 'a secret that is to be mounted is missing',
      name: 'mount',
      objects: [
        deployment({
          container: { volumeMounts: [{ name: 'keys', mountPath: '/keys' }] },
          pod: { volumes: [{ name: 'keys', secret: { secretName: 'keys' } }] },
        }),
      ],
      cause: 'mount',
      says: ['FailedMount', 'secret "keys" not found', 'add it to the manifests'],
    },
    {
      when: 'a quota keeps the pods out',
      name: 'quota',
      objects: [QUOTA, deployment({})],
      cause: 'quota',
      says: [
        'exceeded quota: none',
        'on       ReplicaSet/verdict-quota/web-',
        'describe quota --namespace verdict-quota',
      ],
    },
    {
      when: "a quota keeps a Job's pods out",
      name: 'job-quota',
      objects: [QUOTA, job({})],
      cause: 'quota',
      says: ['Job/verdict-job-quota/once: failed (quota)', 'exceeded quota: none'],
    },
    {
      when: 'no node fits',
      name: 'nowhere',
      objects: [deployment({ pod: { nodeSelector: { disk: 'gold' } } })],
      cause: 'unschedulable',
      says: ['Unschedulable: 0/1 nodes are available', 'compare resources and nodeSelector'],
    },
    {
      when: 'the namespace refuses such pods',
      name: 'restricted',
      objects: [
        {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: {
            name: 'verdict-restricted',
            labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
          },
        },
        deployment({}),
      ],
      cause: 'admission',
      says: ['violates PodSecurity "restricted:latest"', 'set the fields the message names'],
    },
    {
      when: 'the service account is missing',
      name: 'account',
      objects: [deployment({ pod: { serviceAccountName: 'nobody' } })],
      cause: 'service-account',
      says: ['serviceaccount "nobody" not found', 'add the ServiceAccount'],
    },
    {
      when: 'a Job has used up its attempts',
      name: 'job',
      objects: [job({ script: 'echo row 12 is broken; exit 4' }, { backoffLimit: 0 })],
      cause: 'job-failed',
      says: [
        'BackoffLimitExceeded',
        'log      row 12 is broken',
        'then deploy again: a Job that failed is made anew',
      ],
    },
    {
      when: 'a Job is over its deadline',
      name: 'late',
      objects: [job({}, { activeDeadlineSeconds: 1 })],
      cause: 'deadline',
      says: ['DeadlineExceeded'],
    },
  ])('$cause when $when', PATIENT, async ({ name, objects, cause, says }, { expect }) => {
    const folder = await folderOf(name, objects)
    const { code, stderr } = await folder.deployer('deploy', '--timeout', '50')
    expect(code, stderr).toBe(1)
    expect(stderr).toContain(`failed (${cause}): `)
    for (const text of says) expect(stderr).toContain(text)
    // a container that is just started again has not failed at this moment
    await expect
      .poll(() => folder.deployer('status'), { timeout: 50_000 })
      .toMatchObject({
        code: 1,
        stdout: expect.stringMatching(new RegExp(` failed +\\d+s: ${cause}: \\S`)) as string,
        stderr: expect.stringMatching(
          LEADS[cause] ?? / {2}next: kubectl .*--context \S+ describe /,
        ) as string,
      })
  })
})

describe.concurrent('a deploy succeeds', PATIENT, () => {
  test('when a Deployment is rolled out, and again when its next template is', async () => {
    const folder = await folderOf('rollout', [deployment({}, { replicas: 2 })])
    const first = await folder.deployer('deploy', '--timeout', '50')
    expect(first.code, first.stderr).toBe(0)
    expect(first.stderr).toMatch(/✓ Deployment\/verdict-rollout\/web +current/)
    await folder.write([deployment({ script: 'sleep 301' }, { replicas: 2 })])
    const second = await folder.deployer('deploy', '--timeout', '50')
    expect(second.code, second.stderr).toBe(0)
    const third = await folder.deployer('deploy')
    expect(third.code, third.stderr).toBe(0)
    expect(third.stderr).toContain('2 unchanged')
  })

  test('when a Job has completed after a failed attempt', async () => {
    const script = 'mkdir /data/mark 2>/dev/null && exit 1; rmdir /data/mark'
    const container = { volumeMounts: [{ name: 'data', mountPath: '/data' }] }
    const pod = { restartPolicy: 'OnFailure', volumes: [{ name: 'data', emptyDir: {} }] }
    const objects = [job({ script, container, pod })]
    const folder = await folderOf('job-done', objects)
    const { code, stderr } = await folder.deployer('deploy', '--timeout', '50')
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/✓ Job\/verdict-job-done\/once +current/)
  })
})

describe.concurrent('a wait', PATIENT, () => {
  test('that is over says what is not ready and why, and the next deploy waits again', async () => {
    const readinessProbe = { exec: { command: ['false'] }, periodSeconds: 1 }
    const folder = await folderOf('unready', [deployment({ container: { readinessProbe } })])
    for (const attempt of ['first', 'second']) {
      const { code, stderr } = await folder.deployer('deploy', '--timeout', '3')
      expect(code, `${attempt}: ${stderr}`).toBe(3)
      expect(stderr).toContain('Deployment/verdict-unready/web: 0 of 1 replicas available')
      expect(stderr).toContain('on       Pod/verdict-unready/web-')
    }
  })

  test('says what the pod waits for, each thing once', async () => {
    const waits = '3/7 exchange     wait  AADSTS70025  no credential yet; perhaps still propagating'
    const script = [
      `echo '${waits}  attempt=1  next_in=0.5s'`,
      `echo '  fix       add one'`,
      `echo '${waits}  attempt=2  next_in=0.5s'`,
      'sleep 300',
    ].join('; ')
    const readinessProbe = { exec: { command: ['false'] }, periodSeconds: 1 }
    const folder = await folderOf('speaks', [deployment({ script, container: { readinessProbe } })])
    const { stderr } = await folder.deployer('deploy', '--timeout', '6')
    const [begun = ''] = stderr.split('✗')
    const heard =
      /Deployment\/verdict-speaks\/web +in-progress: exchange: AADSTS70025 no credential yet.*\n +log +fix {2}add one\n/g
    expect({ stderr, count: begun.match(heard)?.length }).toMatchObject({ count: 1 })
  })

  test('tells a program the same: cause, evidence and hint as JSON', async () => {
    const folder = await folderOf('json', [deployment({ script: 'echo no database; exit 7' })])
    const { code, stdout } = await folder.deployer('deploy', '--timeout', '50', '--output', 'json')
    expect(code, stdout).toBe(1)
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const subject = 'Deployment/verdict-json/web'
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'object', subject, state: 'failed', cause: 'crash-loop' }),
    )
    expect(events).toContainEqual({ event: 'evidence', subject, kind: 'log', text: 'no database' })
    expect(events.at(-1)).toMatchObject({
      event: 'error',
      code: 'ERR_OBJECT_FAILED',
      hint: expect.stringContaining('--previous'),
    })
  })

  test('does not blame the new template for the pods of the old one', async () => {
    const folder = await folderOf('mended', [deployment({ image: 'test/absent:1' })])
    expect(await folder.deployer('deploy', '--timeout', '50')).toMatchObject({ code: 1 })
    await folder.write([deployment({})])
    const { code, stderr } = await folder.deployer('deploy', '--timeout', '50')
    expect(code, stderr).toBe(0)
  })
})

test('destroy takes away whatever came of them', PATIENT, async () => {
  const ends = await Promise.all(folders.map((folder) => folder.deployer('destroy')))
  for (const { code, stderr } of ends) expect(code, stderr).toBe(0)
})
