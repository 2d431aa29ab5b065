/** How to get each value for AKS: the command that prints it. */
const AZ: Readonly<Record<string, string>> = {
  'cluster.context': 'kubectl config get-contexts --output name',
  'identity.clientId':
    'az identity show --resource-group <group> --name <identity> --query clientId --output tsv',
  'identity.tenantId': 'az account show --query tenantId --output tsv',
  'identity.principalId':
    'az identity show --resource-group <group> --name <identity> --query principalId --output tsv',
  'cosmos.endpoint':
    'az cosmosdb show --resource-group <group> --name <account> --query documentEndpoint --output tsv',
  'cosmos.database':
    "az cosmosdb sql database list --resource-group <group> --account-name <account> --query '[].name' --output tsv",
  'cosmos.container':
    "az cosmosdb sql container list --resource-group <group> --account-name <account> --database-name <database> --query '[].name' --output tsv",
  image:
    'az acr repository show --name <registry> --image keyless-cosmos/worker:0.1.0 --query digest --output tsv',
}

/** The same for the platform of `npm run local`, whose values are all in the repository. */
const LOCAL: Readonly<Record<string, string>> = {
  'identity.clientId': 'the clientId of an identity in local/platform.yaml',
  'identity.tenantId': 'tenant.id in local/platform.yaml',
  'cosmos.endpoint': 'npm run local, which prints it',
  'cluster.context': 'kubectl config get-contexts --output name',
}

const PLATFORM = 'manifests/platform/40-config-map.yaml'

/** And for the one in a kind cluster, which pods reach by the names of its services. */
const KIND: Readonly<Record<string, string>> = {
  'identity.clientId': `the clientId of an identity in ${PLATFORM}`,
  'identity.tenantId': `tenant.id in ${PLATFORM}`,
  'identity.authorityHost':
    'the service of manifests/platform/50-service-entra.yaml: https://entra.keyless-platform.svc.cluster.local/',
  'cosmos.endpoint':
    'the service of manifests/platform/51-service-cosmos.yaml: https://cosmos.keyless-platform.svc.cluster.local/',
  'cosmos.database': `the databases of account in ${PLATFORM}`,
  'cosmos.container': `the containers of the database in ${PLATFORM}`,
  'cluster.context': 'kubectl config get-contexts --output name',
}

const BY_TARGET: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  local: LOCAL,
  kind: KIND,
}

/**
 * Where a value of the environment comes from, or undefined if it is a matter of choice.
 *
 * @param path Dotted path in the environment file.
 */
export function hintFor(path: string, target: string | undefined): string | undefined {
  return (BY_TARGET[target ?? ''] ?? AZ)[path]
}
