import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vitest/config'

const api = process.env.JIEJING_API ?? 'http://127.0.0.1:8600'

export default defineConfig({
  plugins: [
    vue(),
    // Element Plus alone is taken on demand; our own components are imported where they are used.
    Components({ dirs: [], dts: 'src/components.d.ts', resolvers: [ElementPlusResolver()] }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  // The compiled messages need no eval: the Content-Security-Policy forbids it.
  define: { __INTLIFY_JIT_COMPILATION__: true, __VUE_I18N_LEGACY_API__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  build: {
    outDir: '../api/web',
    emptyOutDir: true,
    target: 'es2022',
    // A data: address is not of this site.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    // Each file costs a request: what several pages share and is small comes in one.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'catalogue', test: /core.(catalogue|fields)/ },
            { name: 'shared', minShareCount: 2, maxModuleSize: 30_000 },
          ],
        },
      },
    },
  },
  server: { host: '127.0.0.1', proxy: { '/api': api } },
  test: { include: ['src/**/*.test.ts'] },
})
