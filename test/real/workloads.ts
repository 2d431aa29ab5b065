import { deployment, job } from '../deployer/workload-folder.ts'
import { IMAGES } from './images.ts'

/** Every kind of the set, with the name of its one object. */
export const KINDS = {
  ConfigMap: { name: 'settings', path: core('configmaps') },
  Secret: { name: 'password', path: core('secrets') },
  ServiceAccount: { name: 'web', path: core('serviceaccounts') },
  Service: { name: 'web', path: core('services') },
  ResourceQuota: { name: 'room', path: core('resourcequotas') },
  Role: { name: 'reader', path: group('rbac.authorization.k8s.io/v1', 'roles') },
  RoleBinding: { name: 'reader', path: group('rbac.authorization.k8s.io/v1', 'rolebindings') },
  NetworkPolicy: { name: 'web', path: group('networking.k8s.io/v1', 'networkpolicies') },
  PodDisruptionBudget: { name: 'web', path: group('policy/v1', 'poddisruptionbudgets') },
  Deployment: { name: 'web', path: group('apps/v1', 'deployments') },
  StatefulSet: { name: 'db', path: group('apps/v1', 'statefulsets') },
  DaemonSet: { name: 'agent', path: group('apps/v1', 'daemonsets') },
  Job: { name: 'once', path: group('batch/v1', 'jobs') },
  CronJob: { name: 'nightly', path: group('batch/v1', 'cronjobs') },
} as const

function core(plural: string) {
  return (namespace: string) => `/api/v1/namespaces/${namespace}/${plural}`
}

function group(version: string, plural: string) {
  return (namespace: string) => `/apis/${version}/namespaces/${namespace}/${plural}`
}

/** One object of every kind that a team deploys. */
export function setOf(change: { version?: string; jobScript?: string } = {}): readonly object[] {
  const { version = '1', jobScript = 'echo done' } = change
  const labels = { version }
  const template = (app: string) => ({
    metadata: { labels: { app, ...labels } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'app', image: IMAGES.shell, args: ['sleep 3000'] }],
    },
  })
  const ports = [{ name: 'http', port: 80 }]
  const rbac = 'rbac.authorization.k8s.io'
  return [
    of('v1', 'ConfigMap', 'settings', { data: { colour: 'green' } }),
    of('v1', 'Secret', 'password', { stringData: { password: 'not-for-eyes' } }),
    of('v1', 'ServiceAccount', 'web', {}),
    of('v1', 'Service', 'web', { spec: { selector: { app: 'web' }, ports } }),
    of('v1', 'Service', 'db', { spec: { clusterIP: 'None', selector: { app: 'db' }, ports } }),
    of('v1', 'ResourceQuota', 'room', { spec: { hard: { pods: '20' } } }),
    of(`${rbac}/v1`, 'Role', 'reader', {
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
    }),
    of(`${rbac}/v1`, 'RoleBinding', 'reader', {
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'real-life' }],
    }),
    of('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
      spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] },
    }),
    of('policy/v1', 'PodDisruptionBudget', 'web', {
      spec: { minAvailable: 1, selector: selector('web') },
    }),
    deployment(
      {
        labels,
        script: 'sleep 3000',
        container: {
          readinessProbe: { exec: { command: ['cat', '/dev/null'] }, periodSeconds: 1 },
        },
        pod: { serviceAccountName: 'web' },
      },
      { replicas: 2 },
    ),
    of('apps/v1', 'StatefulSet', 'db', {
      spec: { serviceName: 'db', replicas: 2, selector: selector('db'), template: template('db') },
    }),
    of('apps/v1', 'DaemonSet', 'agent', {
      spec: { selector: selector('agent'), template: template('agent') },
    }),
    job({ script: jobScript }),
    of('batch/v1', 'CronJob', 'nightly', {
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: {
          spec: {
            template: {
              spec: { ...template('nightly').spec, restartPolicy: 'Never' },
            },
          },
        },
      },
    }),
  ]
}

function selector(app: string): object {
  return { matchLabels: { app } }
}

function of(apiVersion: string, kind: string, name: string, rest: object): object {
  return { apiVersion, kind, metadata: { name }, ...rest }
}
