/** `cluster.context` of a deployer that runs in the cluster it deploys to. */
export const IN_CLUSTER = 'in-cluster'
