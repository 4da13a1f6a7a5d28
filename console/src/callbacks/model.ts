import type { components } from "../api/schema";

/** One callback, as a row of the table shows it. */
export type Callback = components["schemas"]["CallbackView"];

type HasState = Pick<Callback, "state">;

export const mayCancel = ({ state }: HasState) => state === "SCHEDULED" || state === "QUEUED" || state === "ROUTING";
export const mayReschedule = ({ state }: HasState) => state === "SCHEDULED";
