/** A Deployment of `app: NAME` whose pods do as `ends` says on a hollow node. */
export function deployment(name: string, spec: object = {}, more: PodOptions = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name }, ...annotations(more) }, spec: podSpec(more) },
      ...spec,
    },
  }
}

export function job(name: string, spec: object = {}, more: PodOptions = {}): object {
  const template = {
    metadata: annotations(more),
    spec: { restartPolicy: 'Never', ...podSpec(more) },
  }
  const metadata = { name }
  return { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template, ...spec } }
}

export interface PodOptions {
  readonly image?: string
  /** See hollow-node.ts. */
  readonly ends?: string
  readonly pod?: object
}

export function podSpec({ image = 'app:1', pod = {} }: PodOptions = {}): object {
  return { containers: [{ name: 'app', image }], ...pod }
}

function annotations({ ends }: PodOptions): object {
  return ends === undefined ? {} : { annotations: { 'hollow/ends': ends } }
}
