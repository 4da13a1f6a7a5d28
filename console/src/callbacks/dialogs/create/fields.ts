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

const NOTE = "note";

/** What is wrong with each field of the user data; undefined: nothing. A field without name and value counts as none. */
export function dataProblems(data: UserField[]): (string | undefined)[] {
  const names = data.map(({ name }) => name.trim());
  return data.map(({ value }, index) => problemOf(names, index, value.trim()));
}

function problemOf(names: string[], index: number, value: string): string | undefined {
  const name = names[index];
  if (!name) {
    return value ? `${value} needs a name.` : undefined;
  }
  if (name === NOTE) {
    return `The name ${NOTE} is that of the Note above. Choose another.`;
  }
  return names.indexOf(name) < index ? `There is a field ${name} already.` : undefined;
}

/** Whether all is there that a callback needs, and nothing is wrong that is known here. */
export function isComplete({ kind, service, number, slot, data }: Fields): boolean {
  const hasTime = kind === "immediate" || slot !== null;
  return service !== null && number.trim() !== "" && hasTime && !hasDataProblem(data);
}

export function hasDataProblem(data: UserField[]): boolean {
  return dataProblems(data).some((problem) => problem !== undefined);
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
  return { ...(note.trim() && { [NOTE]: note.trim() }), ...Object.fromEntries(named) };
}
