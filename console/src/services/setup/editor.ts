import type { Problems } from "./check";
import type { Settings } from "./kinds";

/** What every editor of a part of a service gets. */
export interface EditorProps {
  values: Settings;
  set: (some: Partial<Settings>) => void;
  problems: Problems;
  isReadOnly: boolean;
}

/** The list with another item at a place. */
export function replaced<T>(list: readonly T[], index: number, item: T): T[] {
  return list.map((each, at) => (at === index ? item : each));
}

/** The list without the item at a place. */
export function without<T>(list: readonly T[], index: number): T[] {
  return list.filter((_, at) => at !== index);
}

/** The record without what is under a key. */
export function omitted<T>(record: Record<string, T>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== key));
}
