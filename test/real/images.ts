/** What the nodes of a cluster hold before its journeys begin. */
export const IMAGES = { shell: 'test/sh:1', deployer: 'test/deployer:1' } as const
