import { Text } from "@mantine/core";

import { withTimes } from "../components/instants";
import { type Times, useTimes } from "../components/times";

/** A field that was changed; without `after` only that it was, for it may hold what is nobody else's. */
interface Change {
  field: string;
  before?: unknown;
  after?: unknown;
}

/** What an entry says beyond who did what: changed fields as before and after, anything else by name. */
export function Details({ of: { changes, ...rest } }: { of: Record<string, unknown> }) {
  const { shown } = useTimes();
  return (
    <>
      {((changes ?? []) as Change[]).map((change) => (
        <Line key={change.field} name={change.field} text={"after" in change ? arrow(change, shown) : "changed"} />
      ))}
      {Object.entries(rest).map(([name, value]) => (
        <Line key={name} name={name} text={textOf(name, value, shown)} />
      ))}
    </>
  );
}

function Line({ name, text }: { name: string; text: string }) {
  return (
    <Text size="sm" style={{ overflowWrap: "anywhere" }}>
      <Text span c="dimmed">
        {name}:{" "}
      </Text>
      {text}
    </Text>
  );
}

const arrow = ({ field, before, after }: Change, shown: Times) =>
  `${textOf(field, before, shown)} → ${textOf(field, after, shown)}`;

function textOf(name: string, value: unknown, shown: Times): string {
  if (value === null) {
    return name === "services" ? "all" : "none";
  }
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) {
    return value.join(", ") || "none";
  }
  return withTimes(typeof value === "string" ? value : JSON.stringify(value), shown);
}
