import { podTemplatePath } from './inputs.ts'
import { labelsText } from './labels-text.ts'
import { at, isFields, listAt, textAt } from './object.ts'
import type { Fields, KubeObject } from './object.ts'

/** As much of a pod, or of the template of one, as a Service looks at. */
export interface PodFace {
  /** Whose it is. */
  readonly subject: string
  readonly labels: Fields
  readonly spec: unknown
}

/** Labels that a controller adds to the pods of a template; which value, no manifest can tell. */
const ADDED_LABELS =
  /^(pod-template-hash|controller-revision-hash|controller-uid|job-name|statefulset\.kubernetes\.io\/pod-name|apps\.kubernetes\.io\/pod-index|batch\.kubernetes\.io\/.*)$/

/**
 * What a Service selects; undefined if it selects nothing on purpose: without a selector somebody else names its
 * endpoints, an ExternalName has none, and a headless one that publishes what is not ready may well come first.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors
 */
export function selectorOf(object: KubeObject): Fields | undefined {
  if (object.apiVersion !== 'v1' || object.kind !== 'Service') return undefined
  const { spec } = object
  const selector = at(spec, 'selector')
  if (!isFields(selector) || Object.keys(selector).length === 0) return undefined
  if (textAt(spec, 'type') === 'ExternalName') return undefined
  return isHeadless(object) && at(spec, 'publishNotReadyAddresses') === true ? undefined : selector
}

/** Where the pod template of any kind is; custom resources that run pods mostly have it where Deployments do. */
export function templatePath(object: KubeObject): readonly string[] {
  return podTemplatePath(object) ?? ['spec', 'template']
}

/** Whether pods with these labels, and those that controllers add, are among the selected. */
export function isSelected(selector: Fields, { labels }: Pick<PodFace, 'labels'>): boolean {
  return Object.entries(selector).every(
    ([key, value]) => labels[key] === value || (!(key in labels) && ADDED_LABELS.test(key)),
  )
}

/** What is wrong where no pod is selected, as a part of a sentence; names the pods that were perhaps meant. */
export function selectsNothing(selector: Fields, pods: readonly PodFace[]): string {
  const near = pods.find(({ labels }) => Object.keys(selector).some((key) => key in labels))
  const shown = Object.keys(selector).filter((key) => near && key in near.labels)
  const meant = near ? ` (${near.subject} has ${labelsText(pick(near.labels, shown))})` : ''
  return `its selector ${labelsText(selector)} matches no pod, neither of the manifests nor of the namespace${meant}`
}

/**
 * The named target ports of a Service that none of the pods it selects has, each as a part of a sentence. A port that
 * is a number needs no declaration, and a headless Service without a port to forward still resolves to its pods.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/api/v1/pod/util.go (FindPort)
 */
export function missingPorts(service: KubeObject, pods: readonly PodFace[]): readonly string[] {
  if (isHeadless(service)) return []
  const offered = pods.flatMap(({ spec }) => portsOf(spec))
  return listAt(service, 'spec', 'ports').flatMap((port) => {
    const [name, protocol] = [textAt(port, 'targetPort'), protocolOf(port)]
    if (name === undefined) return []
    const isThere = offered.some((one) => one.name === name && one.protocol === protocol)
    return isThere ? [] : [`its targetPort ${name} (${protocol}) is ${noPort(offered)}`]
  })
}

interface NamedPort {
  readonly name: string
  readonly protocol: string
}

function noPort(offered: readonly NamedPort[]): string {
  const names = [...new Set(offered.map(({ name, protocol }) => `${name} (${protocol})`))]
  const known = names.length === 0 ? 'which name none' : `which name ${names.join(', ')}`
  return `no port of the pods it selects, ${known}`
}

/** Of containers, and of init containers that stay beside them. */
function portsOf(spec: unknown): readonly NamedPort[] {
  const sidecars = listAt(spec, 'initContainers').filter(
    (one) => textAt(one, 'restartPolicy') === 'Always',
  )
  return [...listAt(spec, 'containers'), ...sidecars]
    .flatMap((container) => listAt(container, 'ports'))
    .flatMap((port) => {
      const name = textAt(port, 'name')
      return name === undefined ? [] : [{ name, protocol: protocolOf(port) }]
    })
}

function protocolOf(port: unknown): string {
  return textAt(port, 'protocol') ?? 'TCP'
}

function isHeadless(service: KubeObject): boolean {
  return textAt(service, 'spec', 'clusterIP') === 'None'
}

function pick(labels: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(keys.map((key) => [key, labels[key]]))
}
