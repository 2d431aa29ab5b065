/** Smallest valid objects; parts are merged in at the top level of the spec. */
export function configMap(name: string, data: unknown = { a: '1' }, metadata: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data }
}

/** The ConfigMap x as a manager applies it; without data it states none. */
export function map(data?: object, metadata: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x', ...metadata },
    ...(data === undefined ? {} : { data }),
  }
}

export const CONTAINER = { name: 'main', image: 'example/image:1' }

export function pod(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { automountServiceAccountToken: false, containers: [CONTAINER], ...spec },
  }
}

export function template(labels: object, spec: object = {}): object {
  return { metadata: { labels }, spec: { containers: [CONTAINER], ...spec } }
}

export function deployment(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, ...metadata },
    spec: {
      selector: { matchLabels: { app: name } },
      template: template({ app: name }),
      ...spec,
    },
  }
}

export function job(name: string, spec: object = {}): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [CONTAINER] } }, ...spec },
  }
}
