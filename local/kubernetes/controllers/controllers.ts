import { createClient } from '../client.ts'
import type { ApiAccess } from '../client.ts'
import type { Cluster } from './controller.ts'
import { startCronJobController } from './cron-job.ts'
import { startDeploymentController } from './deployment.ts'
import { createRecorder } from './events.ts'
import { startGarbageCollector } from './garbage-collector.ts'
import { startInformer } from './informer.ts'
import type { Informer } from './informer.ts'
import { startJobController } from './job.ts'
import { startNamespaceController } from './namespace.ts'
import { startNodeTaintController } from './node-taints.ts'
import { createQueue } from './queue.ts'
import { startReplicaSetController } from './replica-set.ts'
import { startResourceQuotaController } from './resource-quota.ts'
import { startScheduler } from './scheduler.ts'
import { startServiceAccountController } from './service-accounts.ts'

/** Running controllers; `close` ends their watches, timers and connections. */
export interface Controllers {
  close(): Promise<void>
}

/**
 * What kube-controller-manager and kube-scheduler do for a cluster, as far as this platform needs it. Talks to the
 * API server over REST only, so it serves a real one as well.
 *
 * Idle it costs open watches and nothing else. What fails is tried again with a growing pause.
 *
 * @param options.certificateAuthority PEM root, for the ConfigMap kube-root-ca.crt.
 * @param options.now Milliseconds since the Unix epoch; default: the clock.
 * @param options.onError Hears of each failed attempt; conflicts are among them and are no trouble.
 * @throws {ApiError} or a system error when the API server cannot be reached at the start.
 */
export async function startControllers(options: {
  readonly access: ApiAccess
  readonly certificateAuthority: string
  readonly now?: () => number
  readonly onError?: (error: unknown) => void
}): Promise<Controllers> {
  const client = createClient(options.access)
  const stop = new AbortController()
  const cluster = createCluster({
    client,
    signal: stop.signal,
    now: options.now ?? Date.now,
    onError: options.onError ?? (() => {}),
  })
  const close = async () => {
    stop.abort()
    client.close()
  }
  try {
    startServiceAccountController(cluster, options.certificateAuthority)
    startNamespaceController(cluster)
    startNodeTaintController(cluster)
    startResourceQuotaController(cluster)
    startScheduler(cluster)
    startReplicaSetController(cluster)
    startDeploymentController(cluster)
    startJobController(cluster)
    startCronJobController(cluster)
    await startGarbageCollector(cluster)
  } catch (error) {
    await close()
    throw error
  }
  return { close }
}

function createCluster(parts: Pick<Cluster, 'client' | 'signal' | 'now' | 'onError'>): Cluster {
  const informers = new Map<string, Informer>()
  return {
    ...parts,
    informer: (path) => {
      const informer = informers.get(path) ?? startInformer(parts.client, path, parts)
      informers.set(path, informer)
      return informer
    },
    recorder: (component) => createRecorder(parts.client, component, parts.now),
    queue: (reconcile) => createQueue(reconcile, parts),
  }
}
