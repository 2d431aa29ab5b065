import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{app,bench,deployer,local,scripts,smoke}/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [
      'test/conformance/**',
      ...(process.env['IMAGE_TESTS'] === undefined ? ['test/image/**'] : []), // npm run test:image
      // npm run test:real, which names a cluster
      ...(process.env['JOURNEYS_KUBECONFIG'] === undefined ? ['test/real/**'] : []),
      '**/node_modules/**',
    ],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
