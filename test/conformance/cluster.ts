import { KubeConfig } from '@kubernetes/client-node'
import type { RequestOptions } from 'node:https'
import { createTarget } from './target.ts'
import type { Target } from './target.ts'

/** The cluster of a kubeconfig file, at its current context. */
export async function connectCluster(kubeconfig: string): Promise<Target> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const server = config.getCurrentCluster()?.server
  if (server === undefined) throw new Error(`${kubeconfig}: no current context with a cluster`)
  const tls: RequestOptions = {}
  await config.applyToHTTPSOptions(tls)
  const { ca, cert, key } = tls
  const authorization = (tls.headers as Record<string, string> | undefined)?.['Authorization']
  const token = authorization?.replace(/^Bearer /, '')
  const access = {
    url: server,
    tls: { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) },
    token,
  }
  return createTarget(server, access, async () => {})
}
