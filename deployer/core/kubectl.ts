import { IN_CLUSTER } from './in-cluster.ts'
import type { ObjectRef } from './object.ts'
import { shellWord } from './shell-word.ts'

/** `kubectl describe pod demo --namespace shop`: a command about one object, without the cluster. */
export function kubectl(
  verb: string,
  { kind, name, namespace }: ObjectRef,
  ...options: readonly string[]
): string {
  const where = namespace === undefined ? [] : ['--namespace', namespace]
  return ['kubectl', verb, kind.toLowerCase(), name, ...where, ...options].join(' ')
}

/** The cluster that a command is meant for, as the environment names it. */
export interface KubectlTarget {
  readonly context: string
  /** Absolute path, where the environment names one. */
  readonly kubeconfig?: string
}

/** Verbs that talk to a cluster; in prose a program of this name stands before other words. */
const COMMAND =
  /\bkubectl (?=(?:api-resources|auth|create|delete|describe|edit|get|label|logs|patch|rollout|taint)\b)/g

/** A text whose commands can be typed as they stand, whichever context is current. */
export function onTarget(text: string, { context, kubeconfig }: KubectlTarget): string {
  if (context === IN_CLUSTER) return text
  const from = kubeconfig === undefined ? '' : ` --kubeconfig ${shellWord(kubeconfig)}`
  return text.replaceAll(COMMAND, () => `kubectl${from} --context ${shellWord(context)} `)
}
