import { numeral } from "../../components/numbers";
import { duration } from "../../components/times";
import { countryName } from "../places";
import type { Field, Key, Settings } from "./kinds";
import { fieldOf } from "./settings";

export const WEEKDAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export function dayName(day: string): string {
  return day.charAt(0) + day.slice(1).toLowerCase();
}

type OpenRange = { opens: string; closes: string };

/** Such as 09:00 to 12:30, 13:30 to 18:00. */
export function rangesText(ranges: readonly OpenRange[]): string {
  const one = ({ opens, closes }: OpenRange) => `${opens} to ${closes}${closes < opens ? " the next day" : ""}`;
  return ranges.length > 0 ? ranges.map(one).join(", ") : "closed";
}

/** The value of a field in words. */
export function fieldText(field: Field, values: Settings): string {
  const value = values[field.key];
  switch (field.kind) {
    case "number":
      return numberText(value as number | null, field.unit, field.zero);
    case "switch":
      return value ? "yes" : "no";
    case "choice":
      return field.options.find((option) => option.value === String(value))?.label ?? String(value);
    case "country":
      return value ? countryName(String(value)) : "none";
    default:
      return String(value ?? "") || "none";
  }
}

function numberText(value: number | null, unit: string, zero?: string): string {
  if (value === null || Number.isNaN(value)) {
    return "no limit";
  }
  if (value === 0 && zero) {
    return zero;
  }
  const more = unit === "seconds" && value >= 90 ? ` (${duration(value)})` : "";
  return `${numeral(value)} ${unit}${more}`.trim();
}

/** Any setting in a few words: to tell one state of it from another. */
export function settingText(key: Key, values: Settings): string {
  const field = fieldOf(key);
  if (field) {
    return fieldText(field, values);
  }
  switch (key) {
    case "hours":
      return values.hours
        ? WEEKDAYS.map((day) => `${dayName(day).slice(0, 3)} ${rangesText(values.hours?.[day] ?? [])}`).join("; ")
        : "always open";
    case "special_days":
      return values.special_days.map(({ date, ranges }) => `${date} ${rangesText(ranges)}`).join("; ") || "none";
    case "public_holidays":
      return values.public_holidays ? countryName(values.public_holidays.country) : "none";
    case "calling_hours":
      return values.calling_hours ? `${values.calling_hours.starts} to ${values.calling_hours.ends}` : "at any hour";
    case "weekly_capacity":
      return (
        values.weekly_capacity
          .map((each) => `${dayName(each.weekday).slice(0, 3)} ${each.starts} to ${each.ends}: ${each.capacity}`)
          .join("; ") || "none"
      );
    case "number_rules":
      return `${values.number_rules.permitted_countries.join(", ") || "all countries"}; ${values.number_rules.blocked.map(({ pattern }) => pattern).join(", ") || "nothing"} blocked`;
    case "retries":
      return (
        Object.entries(values.retries)
          .map(
            ([outcome, { limit, delay_seconds: delay }]) =>
              `${outcome} ${limit ?? "as usual"} times after ${delay ?? "the usual"} s`,
          )
          .join("; ") || "as usual"
      );
    case "dispositions":
      return values.dispositions.join(", ") || "none";
    default:
      return String(values[key]);
  }
}
