import vue from "@vitejs/plugin-vue";
import Components from "unplugin-vue-components/vite";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [vue(), Components({ resolvers: [ElementPlusResolver({ importStyle: "css" })], dts: "src/components.d.ts" })],
  build: { target: "es2022", chunkSizeWarningLimit: 2000 },
  test: { environment: "happy-dom", server: { deps: { inline: ["element-plus"] } } },
});
