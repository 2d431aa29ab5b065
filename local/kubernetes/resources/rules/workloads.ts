import type { KubeObject } from '../../object.ts'
import type { Rules } from '../resource.ts'
import {
  validateWorkload,
  validateWorkloadStatus,
  validateWorkloadUpdate,
} from '../validation/workload.ts'
import { ensure, record, setDefault } from './edit.ts'
import { defaultPodSpec } from './pod-defaults.ts'

export const deploymentRules: Rules = {
  generation: true,
  defaults: (deployment) => {
    const spec = ensure(deployment, 'spec')
    setDefault(spec, 'replicas', 1)
    setDefault(spec, 'revisionHistoryLimit', 10)
    setDefault(spec, 'progressDeadlineSeconds', 600)
    const strategy = ensure(spec, 'strategy')
    setDefault(strategy, 'type', 'RollingUpdate')
    if (strategy['type'] === 'RollingUpdate') {
      const rolling = ensure(strategy, 'rollingUpdate')
      setDefault(rolling, 'maxUnavailable', '25%')
      setDefault(rolling, 'maxSurge', '25%')
    }
    defaultTemplate(deployment)
  },
  prepareCreate: resetStatus,
  prepareUpdate: keepStatus,
  validate: validateWorkload,
  validateUpdate: validateWorkloadUpdate,
  validateStatus: validateWorkloadStatus,
}

export const replicaSetRules: Rules = {
  generation: true,
  defaults: (replicaSet) => {
    setDefault(ensure(replicaSet, 'spec'), 'replicas', 1)
    defaultTemplate(replicaSet)
  },
  prepareCreate: (replicaSet) => {
    replicaSet.status = { replicas: 0 }
  },
  prepareUpdate: keepStatus,
  validate: validateWorkload,
  validateUpdate: validateWorkloadUpdate,
  validateStatus: validateWorkloadStatus,
}

/** Defaults of the pod template at `spec.template`. */
export function defaultTemplate(owner: KubeObject): void {
  const spec = record(owner, 'spec')
  const template = spec === undefined ? undefined : record(spec, 'template')
  if (template !== undefined) defaultPodSpec(ensure(template, 'spec'))
}

export function resetStatus(object: KubeObject): void {
  object.status = {}
}

export function keepStatus(object: KubeObject, live: KubeObject): void {
  if (live.status === undefined) delete object.status
  else object.status = live.status
}
