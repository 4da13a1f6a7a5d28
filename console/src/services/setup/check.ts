import { numeral } from "../../components/numbers";
import type { Field, Key, Settings } from "./kinds";
import { REGULAR } from "./outcomes";
import { DIAL_ATTEMPTS, type Section } from "./settings";

/** What cannot be saved as it is: a sentence by the place that it is about, such as `hours.MONDAY.0`. */
export type Problems = Record<string, string>;

const TIME = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
// Control characters and line breaks.
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const PATTERNS = {
  PREFIX: { fits: /^\+\d{1,15}$/, how: "+ and 1 to 15 digits, such as +49180." },
  WILDCARD: { fits: /^[+*][\d*?]*$/, how: "+ or * first, then digits, * and ? only, such as +4930*99." },
  REGEX: { fits: /./, how: "What is to be in the number." },
} as const;

function isTime(text: string): boolean {
  return TIME.test(text);
}

function numberProblem(value: number | null, low: number, high: number, isOptional = false): string | null {
  if (value === null && isOptional) {
    return null;
  }
  if (value === null || !Number.isInteger(value) || value < low || value > high) {
    return `A whole number from ${numeral(low)} to ${numeral(high)}.`;
  }
  return null;
}

function fieldProblem(field: Field, values: Settings): string | null {
  const value = values[field.key];
  if (field.kind === "number") {
    return numberProblem(value as number | null, field.low, field.high, field.isOptional);
  }
  if (field.kind !== "text") {
    return null;
  }
  const text = value as string;
  if (field.isNeeded && !text.trim()) {
    return "Write something.";
  }
  if (field.key === "crm_url" && text && !/^https?:\/\/[^\s/{}@\\]+[^\s]*$/.test(text)) {
    return "Begins with http:// or https:// and a host, without blanks or a password.";
  }
  return text.length > field.max || UNPRINTABLE.test(text)
    ? `One line of at most ${numeral(field.max)} characters.`
    : null;
}

type OpenRange = { opens: string; closes: string };

function rangeProblem({ opens, closes }: OpenRange): string | null {
  if (!isTime(opens) || !isTime(closes)) {
    return "Write times like 09:00, at most 24:00.";
  }
  if (opens === "24:00") {
    return "24:00 is 00:00 of the next day: begin there.";
  }
  return opens === closes ? "Closes when it opens: the whole day is 00:00 to 24:00." : null;
}

function spanProblem(starts: string, ends: string): string | null {
  if (!isTime(starts) || !isTime(ends)) {
    return "Write times like 09:00, at most 24:00.";
  }
  return starts < ends ? null : "Starts before it ends, on the same day.";
}

function note(problems: Problems, place: string, problem: string | null): void {
  if (problem) {
    problems[place] = problem;
  }
}

type Check = (values: Settings, problems: Problems) => void;

const CHECKS: Partial<Record<Key, Check>> = {
  hours: ({ hours }, problems) => {
    for (const [day, ranges] of Object.entries(hours ?? {})) {
      ranges.forEach((range, index) => note(problems, `hours.${day}.${index}`, rangeProblem(range)));
    }
  },
  special_days: ({ special_days: days }, problems) => {
    const seen = new Set<string>();
    days.forEach((day, index) => {
      const written = day.yearly ? `yearly ${day.date.slice(5)}` : day.date;
      const isTwice = seen.has(written);
      seen.add(written);
      note(
        problems,
        `day.${index}.date`,
        !DATE.test(day.date) ? "Choose a date." : isTwice ? "This day is there already." : null,
      );
      note(problems, `day.${index}.capacity`, numberProblem(day.slot_capacity ?? null, 0, 1_000_000, true));
      day.ranges.forEach((range, number) => note(problems, `day.${index}.${number}`, rangeProblem(range)));
    });
  },
  public_holidays: ({ public_holidays: where }, problems) => {
    note(problems, "public_holidays", where && !where.country ? "Choose a country." : null);
  },
  weekly_capacity: ({ weekly_capacity: ranges }, problems) => {
    ranges.forEach((range, index) => {
      const overlaps = ranges.some(
        (other, at) =>
          at < index && other.weekday === range.weekday && other.starts < range.ends && range.starts < other.ends,
      );
      note(
        problems,
        `seats.${index}`,
        spanProblem(range.starts, range.ends) ?? (overlaps ? "Overlaps another one of this day." : null),
      );
      note(problems, `seats.${index}.capacity`, numberProblem(range.capacity, 0, 1_000_000));
    });
  },
  number_rules: ({ number_rules: { blocked } }, problems) => {
    blocked.forEach(({ kind, pattern, note: said }, index) => {
      const { fits, how } = PATTERNS[kind];
      note(problems, `blocked.${index}`, fits.test(pattern) && pattern.length <= 200 ? null : how);
      note(problems, `blocked.${index}.note`, said.length > 200 ? "At most 200 characters." : null);
    });
  },
  calling_hours: ({ calling_hours: hours }, problems) => {
    note(problems, "calling_hours", hours && spanProblem(hours.starts, hours.ends));
  },
  dial_attempts: (values, problems) => note(problems, "dial_attempts", fieldProblem(DIAL_ATTEMPTS, values)),
  retries: ({ retries }, problems) => {
    for (const { outcome } of REGULAR) {
      const { limit = null, delay_seconds: delay = null } = retries[outcome] ?? {};
      note(problems, `retries.${outcome}.limit`, numberProblem(limit, 0, 100, true));
      note(problems, `retries.${outcome}.delay`, numberProblem(delay, 0, 86_400, true));
    }
  },
  dispositions: ({ dispositions }, problems) => {
    dispositions.forEach((text, index) => {
      const isTaken = dispositions.indexOf(text) < index || text === "PERSON_NOT_REACHED";
      const fits = text.length >= 1 && text.length <= 60 && text === text.trim() && !UNPRINTABLE.test(text);
      note(
        problems,
        `dispositions.${index}`,
        !fits ? "1 to 60 characters, no blanks around them." : isTaken ? "This one is there already." : null,
      );
    });
  },
};

/** What in a section cannot be saved as it is. */
export function problemsIn({ groups, more }: Section, values: Settings): Problems {
  const problems: Problems = {};
  for (const field of groups.flatMap(({ fields }) => fields)) {
    note(problems, field.key, fieldProblem(field, values));
  }
  for (const key of more) {
    CHECKS[key]?.(values, problems);
  }
  return problems;
}
