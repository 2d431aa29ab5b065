import { expect, test } from 'vitest'
import { isSelected, missingPorts, selectorOf, selectsNothing } from './service-targets.ts'

function service(spec: object) {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec }
}

function pods(labels: Readonly<Record<string, string>>, spec: object = {}) {
  return { subject: 'Deployment/ns/web', labels, spec }
}

const APP = { app: 'web' }

test.for([
  { when: 'it has a selector', spec: { selector: APP }, selector: APP },
  { when: 'it has none', spec: {}, selector: undefined },
  { when: 'its selector is empty', spec: { selector: {} }, selector: undefined },
  {
    when: 'it is a name of elsewhere',
    spec: { selector: APP, type: 'ExternalName' },
    selector: undefined,
  },
  { when: 'it is headless', spec: { selector: APP, clusterIP: 'None' }, selector: APP },
  {
    when: 'it is headless and publishes what is not ready',
    spec: { selector: APP, clusterIP: 'None', publishNotReadyAddresses: true },
    selector: undefined,
  },
])('a Service must select something just if it says so, as when $when', ({ spec, selector }) => {
  expect(selectorOf(service(spec))).toEqual(selector)
})

test('another kind called Service, as that of Knative, selects nothing by labels', () => {
  const knative = { ...service({ selector: APP }), apiVersion: 'serving.knative.dev/v1' }
  expect(selectorOf(knative)).toBeUndefined()
})

test.for([
  { when: 'all its labels are there', selector: APP, labels: { ...APP, tier: 'a' }, is: true },
  { when: 'a value differs', selector: APP, labels: { app: 'wob' }, is: false },
  { when: 'a label is missing', selector: { ...APP, tier: 'a' }, labels: APP, is: false },
  {
    when: 'the controller adds the missing label',
    selector: { ...APP, 'statefulset.kubernetes.io/pod-name': 'web-0' },
    labels: APP,
    is: true,
  },
])('a pod is selected: $is, when $when', ({ selector, labels, is }) => {
  expect(isSelected(selector, { labels })).toBe(is)
})

test('where nothing is selected, the pods with other values of the same labels are named', () => {
  const selector = { app: 'wbe', tier: 'a' }
  const unmatched =
    'its selector app=wbe,tier=a matches no pod, neither of the manifests nor of the namespace'
  expect(selectsNothing(selector, [pods({ name: 'x' })])).toBe(unmatched)
  expect(selectsNothing(selector, [pods({ name: 'x' }), pods({ app: 'web', zone: '1' })])).toBe(
    `${unmatched} (Deployment/ns/web has app=web)`,
  )
})

const CONTAINERS = {
  containers: [{ name: 'a' }, { name: 'b', ports: [{ containerPort: 80, name: 'http' }] }],
  initContainers: [
    { name: 'c', restartPolicy: 'Always', ports: [{ containerPort: 90, name: 'metrics' }] },
    { name: 'd', ports: [{ containerPort: 91, name: 'gone' }] },
  ],
}
const KNOWN = 'which name http (TCP), metrics (TCP)'

test.for([
  { when: 'a container has it', port: { targetPort: 'http' }, problem: undefined },
  { when: 'a sidecar has it', port: { targetPort: 'metrics' }, problem: undefined },
  { when: 'it is a number that nobody declares', port: { targetPort: 8080 }, problem: undefined },
  { when: 'it is left out', port: { port: 80 }, problem: undefined },
  {
    when: 'no container has it',
    port: { targetPort: 'htpp' },
    problem: `its targetPort htpp (TCP) is no port of the pods it selects, ${KNOWN}`,
  },
  {
    when: 'it has another protocol',
    port: { targetPort: 'http', protocol: 'UDP' },
    problem: `its targetPort http (UDP) is no port of the pods it selects, ${KNOWN}`,
  },
  {
    when: 'only an init container that ends has it',
    port: { targetPort: 'gone' },
    problem: `its targetPort gone (TCP) is no port of the pods it selects, ${KNOWN}`,
  },
])('a target port is $problem when $when', ({ port, problem }) => {
  const found = missingPorts(service({ ports: [port] }), [pods(APP, CONTAINERS)])
  expect(found).toEqual(problem === undefined ? [] : [problem])
})

test('a headless Service resolves to its pods whatever its ports are', () => {
  const headless = service({ clusterIP: 'None', ports: [{ targetPort: 'htpp' }] })
  expect(missingPorts(headless, [pods(APP, CONTAINERS)])).toEqual([])
})

test('pods that name no port are said to name none', () => {
  expect(missingPorts(service({ ports: [{ targetPort: 'http' }] }), [pods(APP)])).toEqual([
    'its targetPort http (TCP) is no port of the pods it selects, which name none',
  ])
})
