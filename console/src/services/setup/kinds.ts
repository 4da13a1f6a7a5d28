import type { Service } from "../data";

/** What can be set in a service. */
export type Settings = Omit<Service, "id" | "name" | "is_practice">;
export type Key = keyof Settings;

interface Described<K> {
  key: K;
  label: string;
  about: string;
}

type KeysOf<T> = { [K in Key]: Settings[K] extends T ? K : never }[Key];

/** `zero`: what 0 means, where it does not mean none. `isOptional`: may be empty, which does not limit. */
export type NumberField = Described<KeysOf<number | null>> & {
  kind: "number";
  low: number;
  high: number;
  unit: string;
  zero?: string;
  isOptional?: boolean;
};
type TextField = Described<KeysOf<string>> & { kind: "text"; max: number; isNeeded?: boolean };
type ChoiceField = Described<Key> & { kind: "choice"; options: { value: string; label: string }[] };
type SwitchField = Described<KeysOf<boolean>> & { kind: "switch" };
type PlaceField = Described<Key> & { kind: "zone" | "country" | "trunk" };
export type Field = NumberField | TextField | ChoiceField | SwitchField | PlaceField;

export interface Group {
  title: string;
  fields: Field[];
}

// How the most frequent ones are written.
export const seconds = (
  key: NumberField["key"],
  label: string,
  low: number,
  high: number,
  about: string,
): NumberField => ({
  kind: "number",
  key,
  label,
  low,
  high,
  unit: "seconds",
  about,
});
export const limit = (key: NumberField["key"], label: string, high: number, about: string): NumberField => ({
  kind: "number",
  key,
  label,
  low: 0,
  high,
  unit: "",
  zero: "no limit",
  about: `${about} 0: no limit.`,
});
export const text = (key: TextField["key"], label: string, about: string): TextField => ({
  kind: "text",
  key,
  label,
  max: 200,
  about,
});
