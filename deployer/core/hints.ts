import { kubectl } from './kubectl.ts'
import { at, listAt, objectRef, textAt } from './object.ts'
import type { KubeObject } from './object.ts'
import { containerStatuses, logSource } from './pod-containers.ts'
import { policyHint } from './policy-hint.ts'
import { webhookDownHint } from './webhook-hint.ts'

/** @param about The pod, or the object that could not make one. */
type Hint = string | ((about: KubeObject) => string)

/** What to try next, by what the cluster or the worker said; the first that fits. */
const HINTS: readonly (readonly [pattern: RegExp, hint: Hint])[] = [
  // The worker ends its verdict with the fix itself; these catch what it cannot say.
  [
    /exit code 20\b/,
    (about) =>
      `the workload-identity webhook did not change the pod: is it installed, and was it up (kubectl get mutatingwebhookconfigurations)? then ${madeAnew(about)}`,
  ],
  [
    /exit code 21\b/,
    'compare issuer, subject and audience of the federated credential with the log, letter by letter',
  ],
  [
    /exit code 32\b/,
    'give the identity a Cosmos DB data role on this container; a new assignment takes some minutes',
  ],
  [
    /webhook did not see it/,
    (about) =>
      `check that the workload-identity webhook is there and runs: kubectl get mutatingwebhookconfigurations; then ${madeAnew(about)}`,
  ],
  [/violates PodSecurity/, 'set the fields the message names in the pod template'],
  [
    /error looking up service account/,
    'add the ServiceAccount to the manifests, or correct serviceAccountName',
  ],
  [
    /ErrImageNeverPull/,
    'the node does not have the image and may not pull it (imagePullPolicy: Never): load it (kind load docker-image IMAGE --name CLUSTER), or set IfNotPresent',
  ],
  [
    /(ErrImagePull|ImagePullBackOff)[^]*keyless-cosmos\/deployer/,
    'the healer in the cluster needs its image there (npm run images, then load or push it); the local platform has none: leave --heal out, and run npm run heal beside it, with the same options',
  ],
  [
    /(ErrImagePull|ImagePullBackOff)[^]*"localhost\//,
    'the image is on the machine that built it only: load it into the cluster (kind load docker-image IMAGE --name CLUSTER), or push it to a registry and name it there',
  ],
  [
    /ErrImagePull|ImagePullBackOff|InvalidImageName/,
    'check the name of the image (`image` in the environment, or in the manifest of your own folder), and that the cluster may pull it (kind: kind load docker-image; AKS: az aks update --attach-acr)',
  ],
  [
    /configmap "[^"]*" not found|secret "[^"]*" not found/,
    'the object is missing in this namespace: add it to the manifests or create it',
  ],
  [
    /CreateContainerConfigError/,
    'the container refers to something that is not there; the message names it',
  ],
  [
    /Unschedulable[^]*untolerated taint/,
    'nodes have taints that the pod does not tolerate: kubectl describe nodes shows them (Taints); add tolerations to the pod template, or take the taint off the node; if the message names more, compare resources and nodeSelector too',
  ],
  [/Unschedulable/, 'no node fits: compare resources and nodeSelector with kubectl describe nodes'],
  [/OOMKilled/, 'raise resources.limits.memory'],
  [
    /^(crash-loop|init-container)$/m,
    (about) => `the lines above are the end of its last run; all of it: ${wholeLog(about)}`,
  ],
  [
    /BackoffLimitExceeded/,
    'correct what the log says, then deploy again: a Job that failed is made anew',
  ],
  [/DeadlineExceeded/, 'raise the deadline, or find out with status what it waited for'],
  [/admission webhook/, 'the message says what the webhook wants'],
  [
    /exceeded quota/,
    ({ metadata }) =>
      `free quota or ask for more: kubectl describe quota --namespace ${metadata.namespace}`,
  ],
  [/Evicted/, 'the node ran short; deploy again'],
]

/**
 * The hint for a failure, or undefined if nothing is known about it.
 *
 * @param about The pod, or the object that could not make one.
 * @param texts Its cause, reason, verdict, events.
 */
export function hintOf(
  about: KubeObject,
  ...texts: readonly (string | undefined)[]
): string | undefined {
  const text = texts.filter((part) => part !== undefined).join('\n')
  const hint = HINTS.find(([pattern]) => pattern.test(text))?.[1]
  return (
    webhookDownHint(text) ?? policyHint(text) ?? (typeof hint === 'function' ? hint(about) : hint)
  )
}

/** A pod that was admitted without the webhook is never changed afterwards. */
function madeAnew(pod: KubeObject): string {
  const isPod = pod.kind === 'Pod'
  return `${isPod ? kubectl('delete', objectRef(pod)) : 'delete the pod'}, and deploy again makes a new one`
}

/** Of the run that the evidence is of. Until the command is typed, the container may have been started once more. */
function wholeLog(pod: KubeObject): string {
  const { name, namespace } = pod.metadata
  const source = logSource(pod)
  return [
    `kubectl logs ${name} --namespace ${namespace}`,
    ...(source && hasSeveral(pod) ? [`--container ${source.container}`] : []),
    ...(hasEndedBefore(pod, source?.container) ? ['--previous'] : []),
  ].join(' ')
}

function hasEndedBefore(pod: KubeObject, container: string | undefined): boolean {
  const status = containerStatuses(pod).find((one) => textAt(one, 'name') === container)
  return at(status, 'lastState', 'terminated') !== undefined
}

function hasSeveral({ spec }: KubeObject): boolean {
  return listAt(spec, 'containers').length + listAt(spec, 'initContainers').length > 1
}
