import type { JsonObject, ObjectMeta } from '../object.ts'

/**
 * The part of core/v1 that a node reads and writes. The API server has validated and defaulted it, so the node
 * takes it as it is.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
 */
export interface Pod {
  readonly metadata: ObjectMeta & {
    readonly name: string
    readonly namespace: string
    readonly uid: string
  }
  readonly spec: PodSpec
  readonly status: PodStatus
}

export interface PodSpec {
  readonly nodeName?: string
  readonly serviceAccountName?: string
  readonly restartPolicy?: RestartPolicy
  readonly terminationGracePeriodSeconds?: number
  readonly activeDeadlineSeconds?: number
  readonly runtimeClassName?: string
  readonly hostNetwork?: boolean
  readonly securityContext?: { readonly runAsUser?: number; readonly fsGroup?: number }
  readonly readinessGates?: readonly { readonly conditionType: string }[]
  readonly initContainers?: readonly Container[]
  readonly containers: readonly Container[]
  readonly ephemeralContainers?: readonly { readonly name: string }[]
  readonly volumes?: readonly Volume[]
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never'

export interface Container {
  readonly name: string
  readonly image: string
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never'
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly workingDir?: string
  readonly env?: readonly EnvVar[]
  readonly envFrom?: readonly EnvFromSource[]
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[]
  readonly resources?: Resources
  readonly volumeMounts?: readonly VolumeMount[]
  readonly volumeDevices?: readonly JsonObject[]
  readonly restartPolicy?: string
  readonly restartPolicyRules?: readonly JsonObject[]
  readonly lifecycle?: {
    readonly postStart?: JsonObject
    readonly preStop?: JsonObject
    readonly stopSignal?: string
  }
  readonly livenessProbe?: Probe
  readonly readinessProbe?: Probe
  readonly startupProbe?: Probe
  readonly terminationMessagePath?: string
  readonly terminationMessagePolicy?: 'File' | 'FallbackToLogsOnError'
  readonly securityContext?: { readonly runAsUser?: number }
}

export interface Resources {
  readonly limits?: Readonly<Record<string, string>>
  readonly requests?: Readonly<Record<string, string>>
}

export interface VolumeMount {
  readonly name: string
  readonly mountPath: string
  readonly readOnly?: boolean
  readonly subPath?: string
  readonly subPathExpr?: string
}

export interface EnvVar {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: {
    readonly fieldRef?: FieldRef
    readonly resourceFieldRef?: ResourceFieldRef
    readonly configMapKeyRef?: KeyRef
    readonly secretKeyRef?: KeyRef
    readonly fileKeyRef?: JsonObject
  }
}

export interface EnvFromSource {
  readonly prefix?: string
  readonly configMapRef?: OptionalRef
  readonly secretRef?: OptionalRef
}

interface OptionalRef {
  readonly name: string
  readonly optional?: boolean
}

export interface KeyRef extends OptionalRef {
  readonly key: string
}

export interface FieldRef {
  readonly fieldPath: string
}

export interface ResourceFieldRef {
  readonly resource: string
  readonly containerName?: string
  readonly divisor?: string
}

export interface KeyToPath {
  readonly key: string
  readonly path: string
  readonly mode?: number
}

interface ConfigMapProjection {
  readonly name?: string
  readonly items?: readonly KeyToPath[]
  readonly optional?: boolean
}

export interface DownwardItem {
  readonly path: string
  readonly mode?: number
  readonly fieldRef?: FieldRef
  readonly resourceFieldRef?: ResourceFieldRef
}

export interface TokenProjection {
  readonly path: string
  readonly audience?: string
  readonly expirationSeconds?: number
}

/** One source of a projected volume; exactly one key is set. */
export interface VolumeProjection {
  readonly configMap?: ConfigMapProjection
  readonly secret?: ConfigMapProjection
  readonly downwardAPI?: { readonly items?: readonly DownwardItem[] }
  readonly serviceAccountToken?: TokenProjection
}

/** A volume; beside the name exactly one key is set, and this node knows the ones written out here. */
export interface Volume {
  readonly name: string
  readonly emptyDir?: JsonObject
  readonly configMap?: ConfigMapProjection & { readonly defaultMode?: number }
  readonly secret?: {
    readonly secretName?: string
    readonly items?: readonly KeyToPath[]
    readonly optional?: boolean
    readonly defaultMode?: number
  }
  readonly downwardAPI?: {
    readonly items?: readonly DownwardItem[]
    readonly defaultMode?: number
  }
  readonly projected?: {
    readonly sources?: readonly VolumeProjection[]
    readonly defaultMode?: number
  }
}

/** Numbers are defaulted by the API server: period 10, timeout 1, success 1, failure 3. */
export interface Probe {
  readonly httpGet?: {
    readonly path?: string
    readonly port: number | string
    readonly host?: string
    readonly scheme?: string
    readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[]
  }
  readonly tcpSocket?: { readonly port: number | string; readonly host?: string }
  readonly exec?: { readonly command?: readonly string[] }
  readonly grpc?: JsonObject
  readonly initialDelaySeconds?: number
  readonly periodSeconds?: number
  readonly timeoutSeconds?: number
  readonly successThreshold?: number
  readonly failureThreshold?: number
  readonly terminationGracePeriodSeconds?: number
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'

export interface PodCondition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly observedGeneration?: number
  readonly lastProbeTime?: string | null
  readonly lastTransitionTime?: string
  readonly reason?: string
  readonly message?: string
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string }
  readonly running?: { readonly startedAt: string }
  readonly terminated?: TerminatedState
}

export interface TerminatedState {
  readonly exitCode: number
  readonly reason: string
  readonly message?: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
  readonly containerID?: string
}

export interface ContainerStatus {
  readonly name: string
  readonly state: ContainerState
  readonly lastState: ContainerState
  readonly ready: boolean
  readonly started: boolean
  readonly restartCount: number
  readonly image: string
  readonly imageID: string
  readonly containerID?: string
  readonly allocatedResources?: Readonly<Record<string, string>>
  readonly resources?: Resources
  readonly volumeMounts?: readonly JsonObject[]
}

export interface PodStatus {
  readonly observedGeneration?: number
  readonly phase?: PodPhase
  readonly conditions?: readonly PodCondition[]
  readonly reason?: string
  readonly message?: string
  readonly hostIP?: string
  readonly hostIPs?: readonly { readonly ip: string }[]
  readonly podIP?: string
  readonly podIPs?: readonly { readonly ip: string }[]
  readonly startTime?: string
  readonly initContainerStatuses?: readonly ContainerStatus[]
  readonly containerStatuses?: readonly ContainerStatus[]
}

/** `name_namespace(uid)`, the kubelet's own way to name a pod in messages. */
export function podLabel({ metadata }: Pod): string {
  return `${metadata.name}_${metadata.namespace}(${metadata.uid})`
}

/** Whether no container of the pod will ever run again. */
export function isTerminal(phase: PodPhase | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}
