import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `npm run dev` shows the sources at once, over a server of Ringback that runs already.
const server = process.env.RINGBACK_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/ringback/console/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    // With what each needs: two files instead of thirty that wait for each other, as browsers take six at a time.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "shell", test: /\/src\/main\.tsx$/, priority: 2 },
            { name: "callbacks", test: /\/src\/callbacks\/CallbacksPage\.tsx$/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": server, "/healthz": server, "/readyz": server } },
});
