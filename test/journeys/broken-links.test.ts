// Every link of the trust chain, broken one at a time: the pod's own log must carry the cloud's refusal and what to
// do, the container must end with the exit code of docs/exit-codes.md, and the deployer must show both.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Declaration } from '../../local/declaration.ts'
import { createAuthority } from '../../local/tls.ts'
import { startTestPlatform } from '../support/platform.ts'

type Credential = Declaration['directory']['identities'][number]['federatedCredentials'][number]

const WRITER = '7c1a2b3d-9e8f-4d5c-b6a7-8f0e1d2c3b4a'

const cases: readonly {
  readonly broken: string
  readonly change: (declaration: Declaration) => Declaration
  readonly exitCode: number
  readonly says: readonly string[]
}[] = [
  {
    broken: 'the federated credential names another service account',
    change: credential({ subject: 'system:serviceaccount:keyless-cosmos:somebody' }),
    exitCode: 21,
    says: ['AADSTS700213', "'system:serviceaccount:keyless-cosmos:worker'"],
  },
  {
    broken: 'the subject differs in letter case',
    change: credential({ subject: 'system:serviceaccount:keyless-cosmos:Worker' }),
    exitCode: 21,
    says: ['AADSTS7002138', 'case'],
  },
  {
    broken: 'the issuer has a slash too many',
    change: credential({ issuer: 'https://kubernetes.default.svc.cluster.local/' }),
    exitCode: 21,
    says: ['AADSTS700211', "'https://kubernetes.default.svc.cluster.local'"],
  },
  {
    broken: 'the audience is another',
    change: credential({ audience: 'api://AKSIdentityBinding' }),
    exitCode: 21,
    says: ['AADSTS700212', "'api://AzureADTokenExchange'"],
  },
  {
    broken: 'the identity has no federated credential',
    change: identity((worker) => ({ ...worker, federatedCredentials: [] })),
    exitCode: 21,
    says: ['AADSTS70025'],
  },
  {
    broken: 'the client id belongs to no identity',
    change: identity((worker) => ({ ...worker, clientId: 'aaaaaaaa-0000-4000-8000-000000000001' })),
    exitCode: 21,
    says: ['AADSTS700016', 'c9e4b1f2-5d0a-4e5c-8f3b-7d1a2c6ece27'],
  },
  {
    broken: 'the identity has no role',
    change: assignments(() => []),
    exitCode: 32,
    says: ['403', '5301', 'readMetadata', '63cf27a8-90d4-4b1e-a2f6-1e8b3d5c5faa'],
  },
  {
    broken: 'the role holds on the sibling container only',
    change: assignments((all) =>
      all.map((one) =>
        one.roleDefinitionId.endsWith(WRITER)
          ? { ...one, scope: '/dbs/rbacsample/colls/other' }
          : one,
      ),
    ),
    exitCode: 32,
    says: ['403', '5302', 'items/create', 'dbs/rbacsample/colls/data'],
  },
  {
    broken: 'the role only reads',
    change: assignments((all, account) =>
      all.map((one) =>
        one.roleDefinitionId.endsWith(WRITER)
          ? {
              ...one,
              roleDefinitionId: `${account.resourceId}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000001`,
            }
          : one,
      ),
    ),
    exitCode: 32,
    says: ['403', '5302', 'items/create'],
  },
  {
    broken: 'the container does not exist',
    change: (declaration) => ({
      ...declaration,
      account: {
        ...declaration.account,
        databases: [
          { id: 'rbacsample', containers: [{ id: 'other', partitionKeyPath: '/partitionKey' }] },
        ],
      },
    }),
    exitCode: 35,
    says: ['404', 'data'],
  },
]

/** Ten platforms at once on a small machine. */
const PATIENT = { timeout: 120_000 }

describe.concurrent('the trust chain', PATIENT, () => {
  test.for(cases)(
    'ends with exit code $exitCode when $broken',
    async ({ change, exitCode, says }) => {
      const platform = await startTestPlatform(change, { deadlineSeconds: 10 })
      try {
        const deployed = await platform.deployer('deploy')
        const { stdout: log } = await platform.kubectl('logs', 'demo')
        for (const text of says) expect(log).toContain(text)
        expect(log).toMatch(/^ *fix +\S/m)
        expect(log.trimEnd().split('\n').at(-1)).toContain(`exit=${exitCode}`)
        expect(deployed).toMatchObject({ code: 1 })
        expect(deployed.stderr + deployed.stdout).toContain(says[0])
        // what may be propagation is told while it is waited for, not only at the end
        const [begun] = deployed.stderr.split('✗')
        if (/ wait {2}/.test(log)) expect(begun).toMatch(/in-progress: .*\n {4}log {6}fix /)
        const { stdout: code } = await platform.kubectl(
          'get',
          'pod',
          'demo',
          '-o',
          'jsonpath={.status.containerStatuses[0].state.terminated.exitCode}',
        )
        expect(code).toBe(String(exitCode))
      } finally {
        await platform.close()
      }
    },
  )

  test('ends with exit code 23 when the trust root was renewed, and what writes it anew is told', async () => {
    const platform = await startTestPlatform()
    try {
      const caFile = join(platform.directory, 'ca.crt')
      const trusted = await readFile(caFile, 'utf8')
      await writeFile(caFile, (await createAuthority(Date.now())).certificate)
      const { code, stderr } = await platform.deployer('deploy')
      expect({ code, stderr }).toMatchObject({ code: 1 })
      expect(stderr).toContain('exit=23')
      expect(stderr).toContain(`trustRoot.caFile names (${caFile})`)
      expect(stderr).toContain('write that file anew: npm run local writes it')
      await writeFile(caFile, trusted)
      expect(await platform.deployer('deploy')).toMatchObject({ code: 0 })
    } finally {
      await platform.close()
    }
  })
})

function identity(
  change: (
    worker: Declaration['directory']['identities'][number],
  ) => Declaration['directory']['identities'][number],
): (declaration: Declaration) => Declaration {
  return (declaration) => ({
    ...declaration,
    directory: {
      ...declaration.directory,
      identities: declaration.directory.identities.map((one) =>
        one.name === 'worker' ? change(one) : one,
      ),
    },
  })
}

function credential(change: Partial<Credential>): (declaration: Declaration) => Declaration {
  return identity((worker) => ({
    ...worker,
    federatedCredentials: worker.federatedCredentials.map((one) => ({ ...one, ...change })),
  }))
}

function assignments(
  change: (
    all: Declaration['account']['roleAssignments'],
    account: Declaration['account'],
  ) => Declaration['account']['roleAssignments'],
): (declaration: Declaration) => Declaration {
  return ({ account, ...rest }) => ({
    ...rest,
    account: { ...account, roleAssignments: change(account.roleAssignments, account) },
  })
}
