import type { components } from "../api/schema";

/** One callback, as a row of the table shows it. */
export type Callback = components["schemas"]["CallbackView"];
