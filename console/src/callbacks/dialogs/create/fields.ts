import type { components } from "../../../api/schema";

type Request = components["schemas"]["CallbackRequest"];
export type Kind = "immediate" | "scheduled";

export interface UserField {
  name: string;
  value: string;
}

/** What is typed and chosen in the dialog. `slot`: the instant at which the chosen one begins. */
export interface Fields {
  kind: Kind;
  service: string | null;
  number: string;
  slot: string | null;
  customerName: string;
  language: string;
  note: string;
  data: UserField[];
}

export const NOTHING_YET: Fields = {
  kind: "immediate",
  service: null,
  number: "",
  slot: null,
  customerName: "",
  language: "",
  note: "",
  data: [],
};

/** Whether all is there that a callback needs. */
export function isComplete({ kind, service, number, slot }: Fields): boolean {
  return service !== null && number.trim() !== "" && (kind === "immediate" || slot !== null);
}

/** What is sent. `offer`: what the customer was told, for a call now. */
export function requestOf(fields: Fields, offer: string | null): Request {
  const isScheduled = fields.kind === "scheduled";
  return {
    service: fields.service ?? "",
    phone_number: fields.number.trim(),
    desired_at: isScheduled ? fields.slot : null,
    customer_name: fields.customerName.trim() || null,
    language: fields.language.trim() || null,
    user_data: userData(fields),
    offer_id: isScheduled ? null : offer,
  };
}

function userData({ note, data }: Fields): Record<string, string> {
  const named = data.filter(({ name }) => name.trim() !== "").map(({ name, value }) => [name.trim(), value.trim()]);
  return { ...(note.trim() && { note: note.trim() }), ...Object.fromEntries(named) };
}
