// Only this name is taken from @kubernetes/client-node, and this module is imported dynamically: the package costs
// 0.4 s at import, and a bundler can drop what is not named here.
export { KubeConfig } from '@kubernetes/client-node'
