import { expect, test } from 'vitest'
import { parseEnvironment } from './parse-environment.ts'

const VALID = `target: aks
cluster: { context: prod }
namespace: keyless-cosmos
identity:
  clientId: c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27
  tenantId: 5a3f0c6e-1b6f-4d0e-9a57-0c6b1f2d7e11
cosmos:
  endpoint: https://keyless-demo.documents.azure.com:443/
  database: rbacsample
  container: data
image: example/worker:0.1.0
document: Ted Lasso
`

function problemsOf(text: string): string {
  try {
    parseEnvironment({ name: 'env.yaml', text }, 'env')
    return 'none'
  } catch (error) {
    return (error as Error).message
  }
}

test('a complete file is read, and named after itself', () => {
  const environment = parseEnvironment({ name: 'env.yaml', text: VALID }, 'prod')
  expect(environment).toMatchObject({ name: 'prod', target: 'aks', image: 'example/worker:0.1.0' })
})

test('a target on this machine may name its own token service', () => {
  const text = VALID.replace('target: aks', 'target: kind').replace(
    '  tenantId',
    '  authorityHost: https://entra.example/\n  tenantId',
  )
  const { identity } = parseEnvironment({ name: 'env.yaml', text }, 'kind')
  expect(identity.authorityHost).toBe('https://entra.example/')
})

test.for([
  {
    when: 'a placeholder was left, with the command that prints the value',
    change: ['c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27', '<client id>'],
    says: 'identity.clientId: expected a GUID, got "<client id>"; get it with: az identity show',
  },
  {
    when: 'the endpoint is http',
    change: ['https://keyless', 'http://keyless'],
    says: 'cosmos.endpoint: expected an https URL without path, key or query, got "http://keyless',
  },
  {
    when: 'the endpoint carries a path',
    change: [':443/', ':443/dbs/x'],
    says: 'cosmos.endpoint: expected an https URL without path',
  },
  {
    when: 'the image is latest',
    change: ['worker:0.1.0', 'worker:latest'],
    says: 'image: expected a version tag or a digest',
  },
  {
    when: 'the image has no tag',
    change: ['worker:0.1.0', 'worker'],
    says: 'image: expected an image with a version tag or a digest, got "example/worker"',
  },
  {
    when: 'a key is misspelt',
    change: ['document:', 'dokument:'],
    says: 'dokument: unknown key, did you mean "document"?',
  },
  {
    when: 'an inner key is misspelt',
    change: ['  tenantId', '  tenantid'],
    says: 'identity.tenantid: unknown key, did you mean "tenantId"?',
  },
  {
    when: 'the target is unknown',
    change: ['target: aks', 'target: eks'],
    says: 'target: expected local, kind or aks, got "eks"',
  },
  {
    when: 'the namespace is no DNS label',
    change: ['namespace: keyless-cosmos', 'namespace: Keyless_Cosmos'],
    says: 'namespace: expected a lower-case DNS label',
  },
  {
    when: 'aks is given an authority of its own',
    change: ['  tenantId', '  authorityHost: https://entra.example/\n  tenantId'],
    says: 'identity.authorityHost: not for target aks, whose webhook knows the token service of its cloud; remove it',
  },
  {
    when: 'the authority has no slash at its end',
    change: ['  tenantId', '  authorityHost: https://entra.example\n  tenantId'],
    says: 'identity.authorityHost: expected an https URL that ends in /',
  },
  {
    when: 'the authority is http',
    change: ['  tenantId', '  authorityHost: http://entra.example/\n  tenantId'],
    says: 'identity.authorityHost: expected an https URL that ends in /',
  },
  {
    when: 'the workload is of an unknown kind',
    change: ['document:', 'workload: { kind: StatefulSet }\ndocument:'],
    says: 'workload.kind: expected Pod, Job, Deployment, CronJob, got "StatefulSet"',
  },
  {
    when: 'a Job has a schedule',
    change: ['document:', 'workload: { kind: Job, schedule: "0 * * * *" }\ndocument:'],
    says: 'workload.schedule: only for kind CronJob, not for Job; remove it',
  },
  {
    when: 'a CronJob has replicas',
    change: ['document:', 'workload: { kind: CronJob, replicas: 2 }\ndocument:'],
    says: 'workload.replicas: only for kind Deployment, not for CronJob; remove it',
  },
  {
    when: 'a schedule has four fields',
    change: ['document:', 'workload: { kind: CronJob, schedule: "* * * *" }\ndocument:'],
    says: 'workload.schedule: expected five fields',
  },
  {
    when: 'a time zone does not exist',
    change: ['document:', 'workload: { kind: CronJob, timeZone: Mars/Olympus }\ndocument:'],
    says: 'workload.timeZone: expected a time zone such as Etc/UTC or Europe/Berlin, got "Mars/Olympus"',
  },
  {
    when: 'there are no replicas',
    change: ['document:', 'workload: { kind: Deployment, replicas: 0 }\ndocument:'],
    says: 'workload.replicas: expected a whole number of replicas from 1 to 100, got 0',
  },
  {
    when: 'the health port is a privileged one',
    change: ['document:', 'workload: { kind: Deployment, healthPort: 80 }\ndocument:'],
    says: 'workload.healthPort: expected a port from 1024 to 65535, got 80',
  },
  {
    when: 'a key of the workload is misspelt',
    change: ['document:', 'workload: { kind: Deployment, replica: 1 }\ndocument:'],
    says: 'workload.replica: unknown key, did you mean "replicas"?',
  },
  {
    when: 'aks is given a trust root',
    change: ['image:', 'trustRoot: { caFile: x }\nimage:'],
    says: 'trustRoot: not for target aks',
  },
])('the message is clear when $when', ({ change, says }) => {
  expect(problemsOf(VALID.replace(change[0] ?? '', change[1] ?? ''))).toContain(says)
})

test.for([
  { target: 'local', at: 'clientId', says: 'local/platform.yaml' },
  { target: 'kind', at: 'clientId', says: 'manifests/platform/40-config-map.yaml' },
  { target: 'local', at: 'endpoint', says: 'npm run local' },
  {
    target: 'kind',
    at: 'endpoint',
    says: 'manifests/platform/51-service-cosmos.yaml: https://cosmos.keyless-platform.svc.',
  },
])('of target $target, where to get $at is told for that target', ({ target, at, says }) => {
  const text = VALID.replace('target: aks', `target: ${target}`).replace(
    new RegExp(`${at}: .*`),
    `${at}: <${at}>`,
  )
  const line = problemsOf(text)
    .split('\n')
    .find((one) => one.includes(`.${at}: expected`))
  expect(line).toContain(says)
})

test('all problems are reported at once, by path', () => {
  const message = problemsOf('target: aks\ncluster: {}\n')
  for (const path of ['cluster.context', 'namespace', 'identity', 'cosmos', 'image', 'document']) {
    expect(message).toContain(`  ${path}: expected`)
  }
})

test('a long value is not repeated in full: it may be a secret in the wrong place', () => {
  const key = 'A'.repeat(88)
  expect(problemsOf(VALID.replace('target: aks', `target: ${key}`))).not.toContain(key)
})

test.for([
  {
    when: 'the file is cut off',
    text: 'cluster: {context: x\n',
    says: 'env.yaml:2:1: not valid YAML',
  },
  {
    when: 'a key is written twice',
    text: 'a: 1\na: 2\n',
    says: 'env.yaml:2:1: not valid YAML: Map keys must be unique',
  },
  {
    when: 'there are two documents',
    text: 'a: 1\n---\nb: 1\n',
    says: 'expected one YAML document, got 2',
  },
  { when: 'the file is empty', text: '', says: 'expected one YAML document, got 0' },
])('the place is named when $when', ({ text, says }) => {
  expect(problemsOf(text)).toContain(says)
})
