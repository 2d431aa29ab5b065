import { REFUSAL_NAMESPACES } from './names.ts'

/** A managed identity that is federated and has no role: Cosmos DB knows who comes in, and lets nobody in. */
export const NEWCOMER = {
  name: 'newcomer',
  clientId: '4d1f6a93-8b27-4e60-9c5d-a2f07b3e6814',
  principalId: 'b7e20c58-19d4-4f3a-8e61-5c9d0a7f2e43',
  federatedCredentials: [
    {
      name: 'newcomer',
      subject: `system:serviceaccount:${REFUSAL_NAMESPACES.noRole}:worker`,
      audience: 'api://AzureADTokenExchange',
    },
  ],
}
