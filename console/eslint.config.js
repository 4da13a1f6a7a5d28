import hooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import typescript from "typescript-eslint";

export default defineConfig(
  { ignores: ["src/api/schema.d.ts", "public/"] },
  typescript.configs.strict,
  hooks.configs.flat["recommended-latest"],
  {
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "no-console": "error",
      "max-lines": ["error", 320],
      "max-lines-per-function": ["error", { max: 110, skipBlankLines: true, skipComments: true }],
    },
  },
);
