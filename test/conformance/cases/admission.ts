import { create, inNamespace, MERGE, patch } from '../case.ts'
import type { Case, Step, Until } from '../case.ts'
import { CONTAINER, deployment, pod } from './fixtures.ts'

const PODS = inNamespace('pods')

/** Sets a profile, and waits until a pod is judged by it. */
function profile(mode: string, level: string, until: Until): readonly Step[] {
  const labels = { [`pod-security.kubernetes.io/${mode}`]: level }
  return [
    patch(MERGE, '/api/v1/namespaces/$NS', { metadata: { labels } }, { silent: true }),
    create(`${PODS}?dryRun=All`, pod('tried'), { silent: true, until }),
  ]
}

const RESTRICTED = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      ...CONTAINER,
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
}

export const ADMISSION_CASES: readonly Case[] = [
  {
    name: 'admission: Pod Security refuses, warns and lets pass',
    steps: [
      ...profile('enforce', 'restricted', { status: 403 }),
      create(PODS, pod('x')),
      create(
        PODS,
        pod('x', {
          ...RESTRICTED,
          hostNetwork: true,
          volumes: [{ name: 'h', hostPath: { path: '/' } }],
        }),
      ),
      create(PODS, pod('x', RESTRICTED), { only: ['metadata.name'] }),
      create(inNamespace('deployments', 'apps/v1'), deployment('x'), { only: ['metadata.name'] }),
      ...profile('enforce', 'baseline', { status: 201 }),
      create(
        PODS,
        pod('y', { containers: [{ ...CONTAINER, securityContext: { privileged: true } }] }),
      ),
      create(PODS, pod('y'), { only: ['metadata.name'] }),
      ...profile('warn', 'restricted', { status: 201, says: /would violate/ }),
      create(PODS, pod('z'), { only: ['metadata.name'] }),
      create(inNamespace('deployments', 'apps/v1'), deployment('y'), { only: ['metadata.name'] }),
    ],
  },
  {
    name: 'admission: the service account token is mounted',
    steps: [
      create('/api/v1/namespaces', { metadata: { name: '$NS-two' } }, { silent: true }),
      create(
        '/api/v1/namespaces/$NS-two/pods',
        pod('x', { automountServiceAccountToken: undefined }),
      ),
      create(PODS, pod('x', { automountServiceAccountToken: undefined }), {
        only: [
          'spec.serviceAccountName',
          'spec.containers.0.volumeMounts.0.mountPath',
          'spec.volumes.0.projected',
        ],
      }),
    ],
    bare: true,
  },
  {
    name: 'admission: tolerations and priority are filled in',
    steps: [
      create(PODS, pod('x'), {
        only: [
          'spec.tolerations',
          'spec.priority',
          'spec.preemptionPolicy',
          'spec.enableServiceLinks',
        ],
      }),
    ],
  },
]
