import { at } from '../object.ts'
import type { KubeObject, ObjectMeta } from '../object.ts'

/** The parts of a pod that admission reads; validation has checked their types before. */
export interface PodSpec {
  containers: Container[]
  initContainers?: Container[]
  ephemeralContainers?: Container[]
  volumes?: Volume[]
  serviceAccountName?: string
  serviceAccount?: string
  automountServiceAccountToken?: boolean
  imagePullSecrets?: { name?: string }[]
  hostNetwork?: boolean
  hostPID?: boolean
  hostIPC?: boolean
  hostUsers?: boolean
  os?: { name: string }
  nodeName?: string
  securityContext?: PodSecurityContext
  tolerations?: Toleration[]
  priority?: number
  priorityClassName?: string
  preemptionPolicy?: string
  activeDeadlineSeconds?: number
  overhead?: Record<string, string>
  resources?: Resources
}

export interface Container {
  name: string
  image?: string
  restartPolicy?: string
  env?: { name: string; value?: string; valueFrom?: unknown }[]
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[]
  ports?: { hostPort?: number }[]
  resources?: Resources
  securityContext?: SecurityContext
  livenessProbe?: Handler
  readinessProbe?: Handler
  startupProbe?: Handler
  lifecycle?: { postStart?: Handler; preStop?: Handler }
}

export interface Volume {
  name: string
  [source: string]: unknown
}

export interface Resources {
  requests?: Record<string, string | number>
  limits?: Record<string, string | number>
}

export interface Toleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
  tolerationSeconds?: number
}

/** A probe or a lifecycle hook. */
export interface Handler {
  httpGet?: { host?: string }
  tcpSocket?: { host?: string }
}

interface SharedSecurityContext {
  runAsNonRoot?: boolean
  runAsUser?: number
  seccompProfile?: { type: string }
  appArmorProfile?: { type: string }
  seLinuxOptions?: { type?: string; user?: string; role?: string }
  windowsOptions?: { hostProcess?: boolean }
}

export interface PodSecurityContext extends SharedSecurityContext {
  sysctls?: { name: string }[]
}

export interface SecurityContext extends SharedSecurityContext {
  allowPrivilegeEscalation?: boolean
  privileged?: boolean
  procMount?: string
  capabilities?: { add?: string[]; drop?: string[] }
}

/** Metadata and spec of a pod, or of the pod template of a workload. */
export interface PodLike {
  readonly metadata: ObjectMeta
  readonly spec: PodSpec
}

export function podSpec(pod: KubeObject): PodSpec {
  return pod.spec as PodSpec
}

/** Every container in the order Pod Security visits them: init, main, ephemeral. */
export function allContainers(spec: PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])]
}

const TEMPLATE_PATHS: Readonly<Record<string, readonly string[]>> = {
  pods: [],
  podtemplates: ['template'],
  replicationcontrollers: ['spec', 'template'],
  replicasets: ['spec', 'template'],
  deployments: ['spec', 'template'],
  statefulsets: ['spec', 'template'],
  daemonsets: ['spec', 'template'],
  jobs: ['spec', 'template'],
  cronjobs: ['spec', 'jobTemplate', 'spec', 'template'],
}

/** The pod an object is or will make; undefined when its kind makes none. */
export function podLike(resource: string, object: KubeObject): PodLike | undefined {
  const path = TEMPLATE_PATHS[resource]
  if (path === undefined) return undefined
  const found = path.length === 0 ? object : (at(object, ...path) as Partial<PodLike> | undefined)
  if (found?.spec === undefined) return undefined
  return { metadata: found.metadata ?? {}, spec: found.spec as PodSpec }
}
